"""The child process in which solvers run: started by `isolate`, never imported for its own sake.

Solvers print, stall and outlive their limits. Here they can do so without harm: standard output
leads nowhere, the parent ends the process when time is up, and it ends itself when the parent dies.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from scheduler.solver.isolate import Question
from scheduler.solver.leximin import climb
from scheduler.solver.mend import mend
from scheduler.solver.mending import Mending
from scheduler.solver.search import search

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.solver.isolate import Asked


DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of ``prctl(2)``."""


def main(descriptor: int) -> None:
    """Take one task from the parent, report events, and end."""
    end_with_starter()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    line = Connection(descriptor)
    task = line.recv()
    threading.Thread(target=_end_with_parent, args=(line,), daemon=True).start()

    def report(event: object) -> None:
        line.send(event)

    perform(task, report)
    line.close()


def perform(task: Asked, report: Callable[[Any], None]) -> None:
    """Search for what the task asks, level by level where it has a ladder; or answer, or mend."""
    if isinstance(task, Question):
        # Loading this takes a quarter of the time in which a child starts, and few ask anything.
        conflict = importlib.import_module("scheduler.solver.conflict")
        conflict.answer(task, report)
    elif isinstance(task, Mending):
        mend(task, report)
    elif task.ladder is None:
        search(task, report)
    else:
        climb(task, task.ladder, report)


def end_with_starter() -> bool:
    """Have the kernel end this process with the thread that started it, which waits for it.

    Some solvers hold the interpreter for minutes, and no thread of ours sees the line break.

    Returns
    -------
    bool
        Whether the system knows how (Linux); elsewhere the line has to do.
    """
    control = getattr(ctypes.CDLL(None), "prctl", None)
    return control is not None and bool(control(DEATH_SIGNAL, signal.SIGKILL) == 0)


def _end_with_parent(line: Connection) -> None:
    """Wait for the line to break, which it does when the parent is gone."""
    try:
        line.recv()
    except (EOFError, OSError):
        os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
