"""What a repair says: ids and numbers, from which sentences and JSON are made."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

Action = Literal["away", "cancel", "room", "lead", "resize", "pull", "add", "drop"]


class Fact(BaseModel):
    """Part of an answer. Immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Because(Fact):
    """The change that somebody moves for: its number in the file's order, from 1, and its action.

    ``kind`` says how: the change takes the place away (``lost``), asks for it (``pulled``), brings
    the person (``new``). Or no change does, and an empty place is filled (``placed``), somebody
    came into the session, which is full now (``room``), it closes (``closed``), the session after
    would be too small (``fills``), or the plan is just better so (``better``). ``id`` is that of
    the change, else of the session that closes or stays open; ``room`` where a session meets now.
    """

    kind: Literal["lost", "pulled", "new", "placed", "room", "closed", "fills", "better"]
    change: int | None = None
    action: Action | None = None
    id: str = ""
    room: str = ""


class Move(Fact):
    """One place of one person: sessions before and after, empty where there is none.

    ``block`` is that of the session after, or else before. ``points`` are choice points gained.
    """

    person: str
    block: str
    before: str
    after: str
    points: Decimal
    because: Because


class Gone(Fact):
    """A line that went with its place: the person is away in that block."""

    person: str
    block: str
    before: str


class LevelOf(Fact):
    """One aim, in its order: how many there are, and the fewest possible, proven.

    ``bound`` is ``None`` where nothing is proven.
    """

    name: Literal["waived", "unplaced", "missed", "moved"]
    value: int
    bound: int | None

    @property
    def proven(self) -> bool:
        """Whether fewer are impossible."""
        return self.bound == self.value


class Promise(Fact):
    """A promise that was waived, or a required pull that was missed, in a coordinator's words."""

    level: Literal["waived", "missed"]
    rule: str
    what: str
    subjects: tuple[str, ...]
    text: str


class Curve(Fact):
    """If so many may move: how many do, and points gained over the repair, judged."""

    allowed: int
    moved: int
    gain: Decimal


class Repair(Fact):
    """A repair.

    Attributes
    ----------
    levels : tuple of LevelOf
        Aims in their order.
    promises : tuple of Promise
        What was waived and missed, one by one.
    moved : tuple of str
        People whose week changes although they were due and placed by the old plan; newcomers,
        and places that went because somebody is away, do not count.
    moves : tuple of Move
        Every place that changes, those of newcomers among them.
    gone : tuple of Gone
    opened, closed : tuple of str
        Sessions.
    value_before, value : Decimal
        What the plans are worth, each in its own scenario.
    headroom : Decimal or None
        Points that a plan with the same counts could be worth more, at most.
    whole : bool
        Whether ``headroom`` holds for the whole school; else among the people looked at.
    curve : tuple of Curve
    seconds : dict of str to float
    """

    levels: tuple[LevelOf, ...]
    promises: tuple[Promise, ...] = ()
    moved: tuple[str, ...]
    moves: tuple[Move, ...]
    gone: tuple[Gone, ...]
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    value_before: Decimal
    value: Decimal
    headroom: Decimal | None
    whole: bool
    looked_at: int
    curve: tuple[Curve, ...] = ()
    seconds: dict[str, float] = {}
