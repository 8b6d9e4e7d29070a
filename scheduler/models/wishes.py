"""What people wish, need and are due: choices, needs, pulls, locks, pairs and what adults know."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from scheduler.models.cells import Id, Ids, Item, Row, Text, Truth
from scheduler.models.points import Points, plain
from scheduler.models.time import Kind

Priority = Literal["low", "normal", "high", "critical"]
Tier = Literal["required", "priority", "request"]
TIERS: tuple[Tier, ...] = ("required", "priority", "request")
"""Tiers of pulls, the strongest first."""
Fraction = Annotated[
    Decimal,
    Field(ge=0, le=1, max_digits=40),
    PlainSerializer(plain, return_type=str, when_used="json"),
]
"""A number from 0 to 1, written plainly, so that 0.50 and 0.5 are one scenario."""


class Choice(Row):
    """A wish for an activity or one session: ranked (1 is best) or scored (0 to 1), never both."""

    person: Id
    choice: Id
    rank: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    score: Fraction | None = None


class Need(Row):
    """A person should visit sessions with ``tag`` at least ``visits`` times in the cycle."""

    person: Id
    tag: Item
    visits: Annotated[int, Field(ge=1, le=1_000)] = 1
    priority: Priority = "normal"
    blocks: Ids = ()
    by: Text = ""
    reason: Text = ""
    share: Truth = False


class Pull(Row):
    """Staff member ``by`` asks for a person in an activity or session."""

    person: Id
    target: Id
    by: Id
    tier: Tier = "request"
    reason: Text = ""
    share: Truth = True


class Lock(Row):
    """This person is (``in``) or is never (``out``) in this session."""

    person: Id
    session: Id
    state: Literal["in", "out"]


class Pair(Row):
    """Two people to keep together or apart; empty ``kind`` means in every kind of place."""

    a: Id
    b: Id
    relation: Literal["together", "apart"]
    kind: Kind | None = None
    hard: Truth | None = None


class Away(Row):
    """A person who is not there in a block."""

    person: Id
    block: Id


class Knows(Row):
    """An adult already knows a student, more or less strongly."""

    student: Id
    staff: Id
    strength: Fraction = Decimal(1)


class Owed(Row):
    """Points a person is owed from earlier cycles."""

    person: Id
    owed: Points


class Previous(Row):
    """One line of the assignment to stay close to, or to keep where a kind is not decided."""

    person: Id
    session: Id


class Change(Row):
    """One change after which a solution is repaired."""

    action: Literal["away", "cancel", "room", "lead", "resize", "pull", "add", "drop"]
    id: Id
    block: Text = ""
    value: Text = ""
