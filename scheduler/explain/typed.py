"""What every explanation is made of: typed facts with ids and numbers, no words."""

from __future__ import annotations

from decimal import Decimal

from scheduler.models.solution import Outcome

FEW = 5
"""Counts below this are not told to students and staff."""


class Answer(Outcome):
    """Part of an explanation. Immutable."""


class Count(Answer):
    """A number of people; ``number`` is ``None`` where only ``below`` is told."""

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
        No plan that does it is worth more; ``None`` where nothing is known.
    settled : bool
        Whether everything that the prices leave open was decided exactly.
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
    per_rule: dict[str, Decimal] = {}
