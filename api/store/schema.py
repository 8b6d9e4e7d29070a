"""The schema's versions: where a database stands, and how it is brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from api.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


class OldDatabase(RuntimeError):
    """The database was made by another version; the message says what to do."""


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = database.engine
    return config


def newest() -> str:
    """The version that this package needs."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return str(ScriptDirectory.from_config(config).get_current_head())


def version(database: Database) -> str | None:
    """The version that the database has; ``None`` for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database) -> None:
    """Bring the database up to date."""
    command.upgrade(_config(database), "head")


def check(database: Database) -> None:
    """Make the tables of an empty database; refuse one of another version.

    Raises
    ------
    OldDatabase
    """
    there = version(database)
    if there is None:
        upgrade(database)
    elif there != newest():
        raise OldDatabase(
            f"the database is of version {there}, this service needs {newest()}; "
            "back it up and run: flexweave db upgrade"
        )
