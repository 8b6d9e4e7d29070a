"""The child process of `clerk`: keeps parts of models and answers demands until the line breaks."""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.connection import Connection

from scheduler.solver.clerk import Found, Keep, Known, Meet
from scheduler.solver.whatif import Desk


def main(descriptor: int) -> None:
    """Answer message after message; standard output leads nowhere, for solvers print."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    line = Connection(descriptor)
    desks: dict[int, Desk] = {}
    while True:
        try:
            line.send(answered(desks, line.recv()))
        except (EOFError, OSError):
            return


def answered(desks: dict[int, Desk], message: Keep | Meet) -> Known | Found:
    """Keep a part, or meet a demand of a kept one."""
    if isinstance(message, Keep):
        desks[message.number] = Desk(message.kept, message.seed)
        return desks[message.number].known
    return desks[message.number].found(message.demand)


if __name__ == "__main__":
    main(int(sys.argv[1]))
