"""Workers on this machine: a pool of processes, each of which solves in a child of its own.

Two pipes join the pool to this process. Along one come states. The other carries nothing: when it
breaks, because the run is stopped or this process was killed, every worker ends at once, and with
it, by the same trick, the child in which its solver runs.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future
    from multiprocessing.connection import Connection

    from scheduler.runs.jobs import Say
    from scheduler.solver.solve import State

_lines: dict[str, Connection] = {}
"""In a worker: its line to the process that started it."""


class Processes:
    """A pool of processes on this machine.

    Parameters
    ----------
    most : int
        How many tasks to solve at once at most; 0 for one for each core.
    """

    lost: tuple[type[BaseException], ...] = ()

    def __init__(self, most: int = 0) -> None:
        self._most = most or len(os.sched_getaffinity(0))
        self._pool: _Pool | None = None

    def open(self, heard: Say) -> Executor:
        """A new pool; a broken one is closed first."""
        self.close(at_once=True)
        self._pool = _Pool(self._most, heard)
        return self._pool

    def width(self) -> int:
        """One task for each process: so those under way when one dies are the suspects."""
        return self._most

    def say(self) -> Callable[[str, State], None]:
        """Send each state along the worker's line."""
        return _sent

    def close(self, *, at_once: bool = False) -> None:
        """End all processes of the pool, in the middle of a task where it has to be at once."""
        if self._pool is not None:
            self._pool.end(at_once)
            self._pool = None


class _Pool(ProcessPoolExecutor):
    """A pool whose processes can be heard, and ended in the middle of a task."""

    def __init__(self, most: int, heard: Say) -> None:
        context = multiprocessing.get_context("spawn")
        self._theirs, self._life = context.Pipe(duplex=False)
        self._ears, self._mouth = context.Pipe(duplex=False)
        super().__init__(most, context, _begin, (self._theirs, self._mouth))
        self._hearing = threading.Thread(target=_hear, args=(self._ears, heard), daemon=True)
        self._hearing.start()

    def submit(self, *given: Any, **named: Any) -> Future[Any]:
        """Submit a task; processes that start for it never hear of Ctrl-C."""
        with _deaf():
            return super().submit(*given, **named)

    def end(self, at_once: bool) -> None:
        """End all processes, once they are done or at once."""
        if at_once:
            self._life.close()
        self.shutdown(wait=True, cancel_futures=True)
        self._life.close()
        self._mouth.close()
        self._hearing.join()
        self._theirs.close()
        self._ears.close()


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Start processes with Ctrl-C blocked, which they keep: only this one is to take it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hear(line: Connection, heard: Say) -> None:
    """Pass on states until nobody is left who could send one."""
    while True:
        try:
            name, state = line.recv()
        except (EOFError, OSError):
            return
        heard(name, state)


# ---- in a worker -------------------------------------------------------------------------------


def _begin(life: Connection, mouth: Connection) -> None:
    """Set up a worker: it ends when ``life`` breaks, and tells states along ``mouth``."""
    _lines["mouth"] = mouth
    threading.Thread(target=_end_with, args=(life,), daemon=True).start()


def _end_with(life: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        life.recv()
    os._exit(1)


def _sent(name: str, state: State) -> None:
    # So short a message is written in one piece, and several workers may share a pipe.
    with contextlib.suppress(OSError):
        _lines["mouth"].send((name, state))
