"""``python -m scheduler.cli`` is ``flexweave``."""

from scheduler.cli import main

main()
