"""``flexweave db``: the service's database."""

from __future__ import annotations

from api.cli import kept
from api.store import schema
from scheduler.cli.screen import tell


def upgrade() -> None:
    """Bring the database up to date with this version; back it up first."""
    with kept.database(current=False) as database:
        before = schema.version(database)
        schema.upgrade(database)
        tell(f"The database was of version {before or 'none'} and is now of {schema.newest()}")


COMMANDS: kept.Commands = {"upgrade": (upgrade, ("flexweave db upgrade",))}
