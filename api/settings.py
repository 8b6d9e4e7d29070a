"""What an operator may set, each by an environment variable ``FLEXWEAVE_<NAME>``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "FLEXWEAVE_"

MEGABYTE = 1_000_000


class BadSettings(ValueError):
    """An environment variable is not what it should be; the message names it."""


def _listed(value: Any) -> Any:
    """Items of a text, parted by commas."""
    if isinstance(value, str):
        return tuple(item.strip() for item in value.split(",") if item.strip())
    return value


Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(gt=0, le=1_000_000)]
Bytes = Annotated[int, Field(ge=1_000, le=10**10)]


class Settings(BaseModel):
    """Settings of one server.

    Attributes
    ----------
    database_url : str
        As SQLAlchemy takes it. Everything is kept there; there are no other files.
    workers : int
        Jobs that run at once, each in a process of its own.
    answerers : int
        Processes for what is answered at once: reading, questions, reports, small solves.
    queue_limit : int
        Jobs that may wait; one more is told 429.
    waiting_limit : int
        Requests that may wait for an answerer; one more is told 429.
    solve_seconds : float
        The longest search, and the one of a job that names no limit.
    grace_seconds : float
        What reading, checking and writing may take beside the search before a job is ended.
    answer_seconds : float
        The longest time of what is answered at once.
    memory_mb : int
        Memory of one worker and its solver together, at which they are ended.
    lease_seconds : float
        A job whose server is silent for so long is queued again.
    attempts : int
        Times that a job may lose its worker before it is given up.
    body_bytes : int
        The largest body of any request but the one that keeps a scenario.
    scenario_bytes, unpacked_bytes : int
        The largest scenario as it is sent, and unpacked.
    rows : int
        Rows of all tables of a scenario together.
    small_people : int
        Most people of a scenario that is solved in the reply.
    body_seconds, header_seconds : float
        How long a client may take to send a body, and the lines before it.
    rate, burst : float, int
        Requests per second that a token may make, and so many at once.
    connections : int
        Connections that are served at once; others are told 503.
    retention_days, audit_days : int or None
        Days after which scenarios with all that came of them, and audit lines, are purged.
    cors_origins : tuple of str
        Web pages of these origins may call the service; none by default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str = "sqlite:///flexweave.db"
    workers: Count = 1
    answerers: Count = 1
    queue_limit: Count = 100
    waiting_limit: Count = 32
    solve_seconds: Seconds = 3_600.0
    grace_seconds: Seconds = 300.0
    answer_seconds: Seconds = 60.0
    memory_mb: Annotated[int, Field(ge=300)] = 4_000
    lease_seconds: Annotated[float, Field(ge=1)] = 30.0
    attempts: Count = 10
    body_bytes: Bytes = MEGABYTE
    scenario_bytes: Bytes = 50 * MEGABYTE
    unpacked_bytes: Bytes = 200 * MEGABYTE
    rows: Annotated[int, Field(ge=1)] = 1_000_000
    small_people: Count = 200
    body_seconds: Seconds = 60.0
    header_seconds: Seconds = 15.0
    rate: Seconds = 50.0
    burst: Count = 200
    connections: Count = 500
    retention_days: Count | None = None
    audit_days: Count | None = None
    cors_origins: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from environment variables; what is not set keeps its default.

        Raises
        ------
        BadSettings
            When a value is not what it should be.
        """
        found = {
            name: environment[PREFIX + name.upper()]
            for name in cls.model_fields
            if environment.get(PREFIX + name.upper())
        }
        try:
            return cls.model_validate(found)
        except ValidationError as error:
            said = (f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
            raise BadSettings("; ".join(said)) from error
