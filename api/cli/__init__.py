"""The ``flexweave`` command with everything: the scheduler's commands and the service's.

The scheduler knows nothing of the service, so its own command line (``python -m scheduler.cli``)
cannot have the service's commands. The installed script begins here and adds them.
"""

from scheduler.cli import main as run

__all__ = ["main"]


def main() -> None:
    """Run the command line; ends the process."""
    run("api.cli.app")
