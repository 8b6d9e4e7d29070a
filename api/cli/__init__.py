"""The ``flexweave`` command with everything: the scheduler's commands and the service's.

The scheduler knows nothing of the service, so its own command line (``python -m scheduler.cli``)
cannot have the service's commands. The installed script begins here and adds them, unless it is
asked for one of the scheduler's: loading a web server takes a moment.
"""

import sys

from scheduler.cli import main as run

__all__ = ["SERVICE", "main"]

SERVICE = frozenset({"serve", "token", "admin", "db"})
"""Commands of the service."""


def main() -> None:
    """Run the command line; ends the process."""
    asked = sys.argv[1] if len(sys.argv) > 1 else "--help"
    mine = asked in SERVICE or asked.startswith("-")
    run("api.cli.app" if mine else "scheduler.cli.app")
