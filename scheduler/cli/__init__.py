"""The ``flexweave`` command.

Results go to stdout, everything else to stderr. Exit codes: 0 an answer was written, also after a
limit or Ctrl-C; 1 impossible (the best effort was written), or illegal; 2 bad input; 3 stopped with
nothing to show; 4 the checker disagrees with the solver.
"""

import importlib
import os
import sys
from pathlib import Path

from scheduler.cli.exits import NOTHING

__all__ = ["main"]


def main(commands: str = "scheduler.cli.app") -> None:
    """Run the command line; ends the process.

    Parameters
    ----------
    commands : str
        The module whose ``app`` holds the commands; those of the service are in another package.
    """
    # Python has no stream at all where a shell closed it (``>&-``).
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    try:
        # Loading the engine takes a moment, in which Ctrl-C ends as quietly as it does later.
        app = importlib.import_module(commands).app
    except KeyboardInterrupt:
        sys.stderr.write("flexweave: stopped\n")
        sys.exit(NOTHING)
    app(prog_name="flexweave")
