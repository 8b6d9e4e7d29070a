"""The database: how it is opened, read and written."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

BUSY_MS = 30_000
"""How long a connection waits for another process's write."""

CHECKPOINTS = 20
PAUSE_SECONDS = 0.1
"""How often to try to empty the log, and how long to wait between two tries."""

POOL = 20
"""Connections kept open; as many more are made when needed."""

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_MS}",
    "secure_delete=ON",
    "temp_store=MEMORY",
)
"""Each connection's: no acknowledged line is lost with the power, deleted ones are overwritten."""


class Database:
    """One database, read by many threads at once and written by one at a time.

    Parameters
    ----------
    url : str
        As SQLAlchemy takes it; SQLite gets write-ahead logging and waits for others' writes.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = create_engine(url, pool_size=POOL, max_overflow=POOL, pool_timeout=60)
        if self.sqlite:
            event.listen(self.engine, "connect", _opened)
            event.listen(self.engine, "begin", _begun)
        self._writer = self.engine.execution_options(writing=True)
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment and changes nothing."""
        with _session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together, or, after an error, not at all."""
        with self._turn, _session(self._writer) as session:
            yield session
            session.commit()

    def ready(self) -> bool:
        """Whether it answers."""
        with self.engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar() == 1

    def scrub(self, *, whole: bool) -> None:
        """Leave nothing of what was deleted in the file or its log (SQLite).

        Parameters
        ----------
        whole : bool
            Also write the file anew without its free pages, which takes as long as it is large.
        """
        if not self.sqlite:
            return
        with self._turn, self.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            if whole:
                raw.execute("VACUUM")
            for _ in range(CHECKPOINTS):
                # Who still reads an older moment keeps the log for a while.
                ((busy, *_),) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                if not busy:
                    return
                time.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


@contextmanager
def _session(engine: Engine) -> Iterator[Session]:
    """A session; after an error its connection is given up.

    An error can leave a read behind that was not finished. Whoever got the connection next would be
    held to that read's moment, and could write nothing.
    """
    with Session(engine, expire_on_commit=False) as session:
        try:
            yield session
        except BaseException:
            session.invalidate()
            raise


def _opened(connection: Any, _record: object) -> None:
    """Leave transactions to SQLAlchemy (Python's own would begin too late), and set pragmas."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begun(connection: Connection) -> None:
    """Take the write lock at once where something will be written: a later wait could fail."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
