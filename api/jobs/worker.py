"""A worker's side: takes tasks one by one, reports where it stands, and can be interrupted.

The line to the server carries ``("progress", ...)`` out and ``("cancel", number)`` in. When the
line breaks the server is gone, and so is the worker.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

from api.jobs import tasks
from api.jobs.outcomes import Broken, Crashed, Outcome, Stopped, place

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class _Post:
    """What the one task at hand and the listening thread share."""

    def __init__(self, line: Connection) -> None:
        self.line = line
        self.lock = threading.Lock()
        self.number = 0
        self.cancelled = 0
        self.interrupting = False

    def listen(self) -> None:
        """Wait for word from the server."""
        try:
            while True:
                _, number = self.line.recv()
                self.cancel(number)
        except (EOFError, OSError):
            os._exit(1)

    def cancel(self, number: int) -> None:
        """Interrupt the task of this number, now or as soon as it comes."""
        with self.lock:
            self.cancelled = number
            if self.number == number:
                self.interrupting = True
                main = threading.main_thread().ident
                assert main is not None
                signal.pthread_kill(main, signal.SIGINT)

    def take(self, number: int) -> bool:
        """Begin a task; whether it was not cancelled before."""
        with self.lock:
            self.number = number
            return self.cancelled != number

    def leave(self) -> None:
        """Let nothing that comes late interrupt what follows."""
        with self.lock:
            self.number, self.interrupting = 0, False

    def interrupted(self, _signal: int, _frame: object) -> None:
        """Interrupt the task if that is meant; Ctrl-C in a terminal is for the server alone."""
        if self.interrupting:
            self.interrupting = False
            raise KeyboardInterrupt


_posts: list[_Post] = []


NICE = 10
"""Workers and their solvers step back behind the server: who reads does not wait for who solves."""


def begin(line: Connection) -> None:
    """Make this process a worker, on the line to its server."""
    os.nice(NICE)
    post = _Post(line)
    _posts.append(post)
    signal.signal(signal.SIGINT, post.interrupted)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=post.listen, daemon=True).start()
    line.send(("worker", os.getpid()))


def run(number: int, task: str, payload: dict[str, Any]) -> Outcome:
    """Do a task of `tasks`, by name."""
    post = _posts[-1]

    def report(state: dict[str, Any]) -> None:
        post.line.send(("progress", number, state))

    try:
        if not post.take(number):
            return Stopped()
        return tasks.perform(task, payload, report)
    except KeyboardInterrupt:
        return Stopped()
    except Crashed:
        raise
    except Exception as error:
        return Broken(place(error))
    finally:
        post.leave()
        post.line.send(("end", number))
