"""The database that a command works on: the one that the environment names."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import ArgumentError, OperationalError

from api.settings import BadSettings, Settings
from api.store import schema
from api.store.database import Database
from api.store.schema import OldDatabase
from scheduler.cli.exits import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


Commands = dict[str, tuple[Callable[..., None], tuple[str, ...]]]
"""Commands of a group by their verbs, with examples."""


def settings() -> Settings:
    """Settings from the environment.

    Raises
    ------
    Refused
        When one is wrong.
    """
    try:
        return Settings.from_environment(os.environ)
    except BadSettings as wrong:
        raise Refused(str(wrong)) from wrong


def moment(seconds: float) -> str:
    """A moment in UTC, to the second."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")


@contextmanager
def database(*, current: bool = True) -> Iterator[Database]:
    """The database, made where there is none; by default it has to be up to date.

    Raises
    ------
    Refused
        When it cannot be opened, or is of another version.
    """
    found = None
    try:
        found = Database(settings().database_url)
        if current:
            schema.check(found)
        yield found
    except OldDatabase as old:
        raise Refused(str(old)) from old
    except (OperationalError, ArgumentError) as closed:
        reason = closed.orig if isinstance(closed, OperationalError) else closed
        raise Refused(f"FLEXWEAVE_DATABASE_URL: the database cannot be used ({reason})") from closed
    finally:
        if found is not None:
            found.close()
