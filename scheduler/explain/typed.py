"""What every explanation is made of: typed facts with ids and numbers, no words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from scheduler.models.solution import Outcome


class Answer(Outcome):
    """Part of an explanation. Immutable."""


class Count(Answer):
    """A number of people; ``number`` is ``None`` where only ``below`` is told, or nothing."""

    number: int | None = None
    below: int | None = None


class Move(Answer):
    """One place of one person that changes.

    ``before`` and ``after`` are sessions, empty where there is none; ``gain`` is how many choice
    points more the person has there, negative for those who lose.
    """

    person: str
    block: str
    before: str
    after: str
    gain: Decimal


class WhatIf(Answer):
    """What putting a person into a session leads to, verified by the checker.

    Attributes
    ----------
    person, session : str
    possible : bool
        Whether any plan was found that does it.
    before, after : Decimal
        Points that the solution is worth, and the best plan found that does it.
    cost : Decimal or None
        ``before − after``; below 0 where the solution can be improved.
    bound, gap : Decimal or None
        No plan that does it is worth more; ``None`` where nothing is known. Where there is no
        cheaper way, the bound is ``after`` and the gap 0.
    settled : bool
        Whether everything that the prices leave open was decided exactly, of the part of the
        school that this has to do with.
    legal : bool
        Whether the plan is legal without the person being locked in: then it can be adopted.
    moved : Count
        People who move, the person asked about among them.
    losing, gaining : Count
        People with fewer, and with more, choice points than before.
    moves : tuple of Move
    opens, closes : tuple of str
        Sessions.
    per_rule : dict of str to Decimal
        Points by rule, after minus before, where they differ.
    """

    person: str
    session: str
    possible: bool
    before: Decimal
    after: Decimal | None = None
    cost: Decimal | None = None
    bound: Decimal | None = None
    gap: Decimal | None = None
    settled: bool = False
    legal: bool = False
    moved: Count = Count(number=0)
    losing: Count = Count(number=0)
    gaining: Count = Count(number=0)
    moves: tuple[Move, ...] = ()
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    per_rule: dict[str, Decimal] = Field(default_factory=dict)


class Asker(Answer):
    """Somebody who asked for a person: a pull, or a need when ``tag`` is there.

    ``by`` and ``why`` are empty where they are not told.
    """

    tag: str = ""
    tier: str = ""
    by: str = ""
    why: str = ""


class Option(Answer):
    """Another session of the same place, and what it would have been worth to the person.

    ``why_not`` is the obstacle that comes first, as in `WhyNot`, without a what-if.
    """

    session: str
    rank: int | None
    points: Decimal
    why_not: str


class Why(Answer):
    """Why a person is where they are, in one place.

    ``reason`` is as in ``assignments.csv``, or ``school``: placed by school, which is all that may
    be told. ``options`` are the other sessions that they wished there, dearest first.
    """

    person: str
    block: str
    session: str
    reason: str
    rank: int | None
    points: Decimal
    askers: tuple[Asker, ...] = ()
    options: tuple[Option, ...] = ()


Obstacle = Literal[
    "there",
    "not-decided",
    "not-attended",
    "leads",
    "grades",
    "only",
    "lock",
    "leaderless",
    "school",
    "visits",
    "closed",
    "full",
    "elsewhere",
]
"""What stands against a session, the first in this order.

``leaderless``: all who lead it are away; ``elsewhere``: the whole is better so.
"""


class Crowd(Answer):
    """Who is in a session: people by reason, those with a choice by rank; each once.

    To students and staff nothing is told by reason and rank where that would tell of so few.
    """

    size: Count
    seats: int | None
    least: int
    by_rank: dict[str, Count] = Field(default_factory=dict)
    by_reason: dict[str, Count] = Field(default_factory=dict)


class WhyNot(Answer):
    """Why a person is not in a session.

    Attributes
    ----------
    obstacle : str
        The first that stands against it.
    instead : str
        Where the person is in that place.
    needed : tuple of str
        Grades or tags, one of which would let them in.
    askers : tuple of Asker
        The needs and pulls because of which they are elsewhere.
    wanted : Count or None
        Of a closed session: how many would rather be there than where they are.
    crowd : Crowd or None
        Of an open one: who is in it.
    what_if : WhatIf or None
        Where nothing else makes it impossible: what putting the person in costs.
    """

    person: str
    session: str
    obstacle: Obstacle
    instead: str = ""
    rank: int | None = None
    needed: tuple[str, ...] = ()
    askers: tuple[Asker, ...] = ()
    wanted: Count | None = None
    crowd: Crowd | None = None
    what_if: WhatIf | None = None


class Story(Answer):
    """How a session came out.

    Attributes
    ----------
    session : str
    open : bool
    crowd : Crowd
        Who is in it.
    wished : dict of str to Count
        People whom it would have given points, by the rank of their choice; ``score`` without one.
        Of an open session for coordinators and admins only.
    went : dict of str to Count
        Where those who wished it are instead, by session; ``unplaced`` for nowhere.
    opening : Decimal or None
        Of a closed session: points that opening it costs, verified; below 0 where that is better.
    settled : bool
        Whether there is no cheaper way to open it.
    leaderless : bool
        Whether it is closed because all who lead it are away.
    """

    session: str
    open: bool
    crowd: Crowd
    wished: dict[str, Count] = Field(default_factory=dict)
    went: dict[str, Count] = Field(default_factory=dict)
    opening: Decimal | None = None
    settled: bool = False
    leaderless: bool = False


class Price(Answer):
    """What one more seat in a session is worth: value solved with it, minus value, verified.

    ``gap`` is how far these two values may be from the best together: nothing where both are
    decided exactly, ``None`` where that is not known.
    """

    session: str
    block: str
    activity: str
    room: str
    tags: tuple[str, ...] = ()
    points: Decimal
    settled: bool
    gap: Decimal | None = None

    @property
    def sure(self) -> bool:
        """Whether the price is larger than all that is not known."""
        return self.gap is not None and (self.gap == 0 or self.gap < self.points)


PriceOf = Literal["session", "tag", "room", "block"]


class PriceGroup(Answer):
    """Prices of the sessions with one tag, in one room, or in one block.

    ``points`` is what one more seat in ``session``, the dearest of them, is worth; prices of
    several seats at once do not add up.
    """

    by: PriceOf
    name: str
    points: Decimal
    session: str
    sessions: int


class RowChange(Answer):
    """One row of the scenario that is different: new without ``before``, gone without ``after``.

    Cells are those of the scenario's JSON; empty ones are left out.
    """

    table: str
    before: dict[str, Any] = Field(default_factory=dict)
    after: dict[str, Any] = Field(default_factory=dict)


WayKind = Literal[
    "fix",
    "open",
    "move",
    "give-up",
    "seat",
    "unlock",
    "attend",
    "lead",
    "release",
    "parallel",
    "school",
]
"""What changes: nothing but that the person is locked in; the session opens with fewer; what school
asks of the person moves to another time; a wish of theirs is given up; one more seat; their own
lock goes; they attend; somebody else leads it, who is yet to be found; what holds somebody else
there goes; the session is held twice; to students instead of a lock that goes: what school decided
goes."""


class WayIn(Answer):
    """A change with which a person gets a session, verified by solving again.

    Attributes
    ----------
    kind : str
    session : str
        Where the person is then: a new one where the session is held twice.
    cost : Decimal
        The solution's value less ``after``; below 0 where everything is worth more with the change.
    after : Decimal
        What the changed scenario with the person locked in is worth at least: a plan was found and
        judged from ids.
    settled : bool
        Whether everything that the prices leave open was decided exactly: then it is worth no more.
    alone : bool or None
        Whether the change brings the person there without the lock; ``None`` where not known.
    rows : tuple of RowChange
        The changed scenario, as data; the lock of the wish itself is not among them.
    instead, to : str
        The session that something of theirs moves from, and to; or whose wish they give up.
    rank : int or None
        Of the choice given up.
    size : int or None
        People with which the session opens.
    room : str
        Of the session held a second time; empty where none is free, or none was needed.
    askers : tuple of Asker
        Whose pull, or which need, moves.
    hold : str
        What holds somebody else there: ``lock``, ``pull`` or ``need``.
    subjects : tuple of str
        Whom it holds.
    others : Count
        How many that are.
    moved : Count
        Other people who move.
    """

    kind: WayKind
    session: str
    cost: Decimal
    after: Decimal
    settled: bool = False
    alone: bool | None = None
    rows: tuple[RowChange, ...] = ()
    instead: str = ""
    to: str = ""
    rank: int | None = None
    size: int | None = None
    room: str = ""
    askers: tuple[Asker, ...] = ()
    hold: str = ""
    subjects: tuple[str, ...] = ()
    others: Count = Count(number=0)
    moved: Count = Count(number=0)


class Take(Answer):
    """What it would take that a person gets a session.

    Attributes
    ----------
    person, session : str
    obstacle : str
        What stands against it first, as in `WhyNot`.
    before : Decimal
        What the solution is worth.
    ways : tuple of WayIn
        The cheapest first; none where nothing was found.
    """

    person: str
    session: str
    obstacle: Obstacle
    before: Decimal
    ways: tuple[WayIn, ...] = ()
