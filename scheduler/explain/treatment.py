"""How people were treated: who got how much of what they could have had, and the worst-off.

Satisfaction is the share c/U of the ledger: choice points over the most that a plan legal for the
person alone could earn. Who could earn nothing has none. Who leads in every place due was not to
attend anything and is left out.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import TYPE_CHECKING, Literal

from scheduler.explain.case import Case
from scheduler.explain.why import obstacle
from scheduler.explain.words import plain
from scheduler.ledger import everybodys_best
from scheduler.masking import FEW, left_out
from scheduler.models import Student
from scheduler.models.solution import Outcome
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.models import Assignment, Scenario, Solution
    from scheduler.models.people import Person
    from scheduler.rules.contract import Audience
    from scheduler.rules.facts import Facts

WORST = 10
"""Worst-off students, and staff, that are listed."""

By = Literal["all", "grade", "tag", "owed"]
Key = tuple[By, str]


class Group(Outcome):
    """How a group did.

    Attributes
    ----------
    by, name : str
        What the group shares: ``all`` students or staff, a ``grade``, a ``tag``, or whether they
        were ``owed`` points.
    people : int
    worst, lower, middle, upper, best : Decimal
        Smallest, quarter, median, three quarters and largest share, from 0 to 1.
    first : Decimal or None
        Share of its places that went to a first choice; ``None`` where nobody ranks anything.
    unplaced : int or None
        Places without a session; ``None`` where the reader may not know: fewer than 5, or of parts
        of all people one that is so small.
    """

    by: By
    name: str
    people: int
    worst: Decimal | None
    lower: Decimal
    middle: Decimal
    upper: Decimal
    best: Decimal | None
    first: Decimal | None
    unplaced: int | None


class Line(Outcome):
    """One place of a person: where they are, at which rank, for which reason."""

    block: str
    session: str
    rank: int | None
    reason: str
    points: Decimal


class Worse(Outcome):
    """A person with a small share, and why: each place, and what stood in the way.

    ``full``, ``closed`` and ``leaderless`` (all who lead it are away) are sessions that they wished
    more than what they have, and against which that stands first, as in `WhyNot`.
    """

    person: str
    points: Decimal
    best: Decimal
    share: Decimal
    owed_before: Decimal
    owed_after: Decimal
    lines: tuple[Line, ...]
    full: tuple[str, ...]
    closed: tuple[str, ...]
    bound: tuple[str, ...]
    leaderless: tuple[str, ...] = ()


class Treatment(Outcome):
    """How people were treated.

    Attributes
    ----------
    groups : tuple of Group
        Not for students. Tags that describe a need or role of few are left out for staff.
    worst_off : tuple of Worse
        Smallest share first; for coordinators and admins, or the reader alone for a student.
    """

    groups: tuple[Group, ...]
    worst_off: tuple[Worse, ...]


class _One(Outcome):
    """How one person did."""

    person: str
    points: Decimal
    best: Decimal
    share: Decimal
    firsts: int
    places: int
    unplaced: int


def treated(
    scenario: Scenario,
    solution: Solution,
    audience: Audience = "student",
    *,
    reader: str = "",
    about: str = "",
) -> Treatment:
    """Say how people were treated.

    Parameters
    ----------
    scenario : Scenario
    solution : Solution
        It names nobody and nothing strange.
    audience : str
        A student sees only their own share; staff see groups of five or more and no extremes,
        which are one person's.
    reader : str
        Id of the student who reads.
    about : str
        Whom alone a coordinator or admin asks about.
    """
    case = Case(scenario, solution)
    facts = case.facts
    ones = _ones(facts, solution)
    full = audience in ("coordinator", "admin")
    alone = reader if audience == "student" else about if full else ""
    groups: tuple[Group, ...] = ()
    if audience == "student" or alone:
        shown = [ones[alone]] if alone in ones else []
    else:
        shown = _worst(facts, ones) if full else []
        groups = tuple(_groups(facts, ones, full))
    return Treatment(
        groups=groups,
        worst_off=tuple(_worse(case, one, full) for one in shown),
    )


def _ones(facts: Facts, solution: Solution) -> dict[str, _One]:
    """Everybody who could have earned something."""
    earns = catalogue.earnings(facts)
    led = facts.filled_by_leading(solution.plan)
    lines: dict[str, list[Assignment]] = defaultdict(list)
    for line in solution.assignments:
        lines[line.person].append(line)
    found = {}
    for person, best in everybodys_best(facts, earns).items():
        if best and not led.issuperset(facts.places[person]):
            mine = lines[person]
            points = sum((line.points for line in mine), Decimal(0))
            found[person] = _One(
                person=person,
                points=points,
                best=best,
                share=_share(points, best),
                firsts=sum(line.rank == 1 for line in mine),
                places=len(facts.places[person]),
                unplaced=sum(line.reason == "unplaced" for line in mine),
            )
    return found


def _share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """A share to four places, rounded half up."""
    share = Decimal(part) / Decimal(whole) if whole else Decimal(0)
    return share.quantize(Decimal("0.0001"), ROUND_HALF_UP)


# ---- groups ----------------------------------------------------------------------------------


def _groups(facts: Facts, ones: dict[str, _One], full: bool) -> Iterator[Group]:
    ranked = any(choice.rank for choice in facts.scenario.choices)
    members: dict[Key, list[_One]] = defaultdict(list)
    owed = {row.person for row in facts.scenario.ledger if row.owed > 0}
    for one in ones.values():
        for key in _kinds(facts.person(one.person), owed):
            members[key].append(one)
    order: list[By] = ["all", "grade", "tag", "owed"]
    out = frozenset() if full else _left_out(members, len(ones))
    for key in sorted(members, key=lambda key: (order.index(key[0]), _numeric(key[1]))):
        if key not in out:
            yield _group(*key, members[key], ranked, full)


def _left_out(members: dict[Key, list[_One]], everybody: int) -> frozenset[Key]:
    """Groups of which nothing is told, for they are small or the others of all people are."""
    sizes = {key: len(ones) for key, ones in members.items()}
    out: frozenset[Key] = frozenset()
    for by in ("all", "grade", "owed"):
        out |= left_out({key: size for key, size in sizes.items() if key[0] == by})
    return out | {
        key
        for key, size in sizes.items()
        if key[0] == "tag" and (size < FEW or 0 < everybody - size < FEW)
    }


def _kinds(person: Person, owed: set[str]) -> Iterator[tuple[By, str]]:
    """Groups of a person."""
    student = isinstance(person, Student)
    yield "all", "students" if student else "staff"
    if isinstance(person, Student):
        yield "grade", person.grade
        yield "owed", "owed points" if person.id in owed else "owed nothing"
    for tag in dict.fromkeys(person.tags):
        yield "tag", tag


def _numeric(name: str) -> tuple[int, str]:
    """Sort key: numbers by size, then names."""
    return (int(name) if name.isascii() and name.isdigit() else 10**6, name)


def _group(by: By, name: str, ones: list[_One], ranked: bool, full: bool) -> Group:
    shares = sorted(one.share for one in ones)
    unplaced = sum(one.unplaced for one in ones)
    places = sum(one.places for one in ones)
    quarter = (len(shares) - 1) // 4
    return Group(
        by=by,
        name=name,
        people=len(ones),
        worst=shares[0] if full else None,
        lower=shares[quarter],
        middle=Decimal(median(shares)),
        upper=shares[-1 - quarter],
        best=shares[-1] if full else None,
        first=_share(sum(one.firsts for one in ones), places) if ranked else None,
        unplaced=unplaced if full or (by == "all" and unplaced >= FEW) else None,
    )


def _worst(facts: Facts, ones: dict[str, _One]) -> list[_One]:
    """The worst-off students, then the worst-off of the staff."""
    order = sorted(ones.values(), key=lambda one: (one.share, -one.best))
    students = [one for one in order if isinstance(facts.person(one.person), Student)]
    staff = [one for one in order if not isinstance(facts.person(one.person), Student)]
    return students[:WORST] + staff[:WORST]


# ---- the worst-off -----------------------------------------------------------------------------


def _worse(case: Case, one: _One, full: bool) -> Worse:
    owed = {row.person: row.owed for row in case.scenario.ledger}
    lines = [line for line in case.solution.assignments if line.person == one.person]
    missed = _missed(case, one.person)
    bound = [line.session for line in lines if line.reason in ("lock", "pull", "need")]
    return Worse(
        person=one.person,
        points=one.points,
        best=one.best,
        share=one.share,
        owed_before=owed.get(one.person, Decimal(0)),
        owed_after=dict(case.solution.ledger).get(one.person, Decimal(0)),
        lines=tuple(_line(line, full) for line in lines),
        full=missed["full"],
        closed=missed["closed"],
        leaderless=missed["leaderless"],
        bound=tuple(bound),
    )


def _line(line: Assignment, full: bool) -> Line:
    """A line; to students, why school placed them is not told here."""
    placed = line.reason in ("lock", "pull", "need")
    return Line(
        block=line.block,
        session=line.session,
        rank=line.rank,
        reason="placed by school" if placed and not full else line.reason,
        points=line.points,
    )


def _missed(case: Case, person: str) -> dict[str, tuple[str, ...]]:
    """Wishes worth more than their place, by what stands first against them.

    Each session's place is compared with what fills it now, unplaced with nothing.
    """
    earns = catalogue.earnings(case.facts)
    there = {
        case.facts.place(person, line.session): line.points
        for line in reversed(case.solution.assignments)
        if line.person == person and line.session in case.facts.cycle.decided
    }
    found: dict[str, list[str]] = {"full": [], "closed": [], "leaderless": []}
    for session in case.facts.wished.get(person, ()):
        instead = there.get(case.facts.place(person, session), Decimal(0))
        if earns(person, session) > instead:
            found.setdefault(obstacle(case, person, session), []).append(session)
    return {key: tuple(sessions) for key, sessions in found.items()}


# ---- words -----------------------------------------------------------------------------------


def sentences(found: Treatment, audience: Audience = "student") -> tuple[str, ...]:
    """How people were treated, in words, for the reader that it was made for."""
    if not found.groups and not found.worst_off and audience != "staff":
        return (NO_SHARE,)
    if audience == "student":
        return tuple(_own(one) for one in found.worst_off)
    if not found.groups:
        return tuple(_worse_text(one) for one in found.worst_off)
    lines = [_group_text(group) for group in found.groups]
    if found.worst_off:
        lines.append("The worst-off:")
    return (*lines, *(f"  {_worse_text(one)}" for one in found.worst_off))


NO_SHARE = "There is no share to tell: no points could be earned."


def _group_text(group: Group) -> str:
    name = group.name if group.by in ("all", "owed") else f"{group.by} {group.name}"
    extremes = (
        f", from {_percent(group.worst)} to {_percent(group.best)}"
        if group.worst is not None and group.best is not None
        else ""
    )
    first = "" if group.first is None else f"; {_percent(group.first)} of places a first choice"
    few = f"fewer than {FEW}" if group.by == "all" else "not told"
    unplaced = few if group.unplaced is None else group.unplaced
    return (
        f"{name} ({group.people}): median {_percent(group.middle)} of what each could have had, "
        f"half between {_percent(group.lower)} and {_percent(group.upper)}{extremes}{first}; "
        f"unplaced: {unplaced}"
    )


def _worse_text(one: Worse) -> str:
    reasons = [
        f"{words} {', '.join(sessions)}"
        for words, sessions in (
            ("full:", one.full),
            ("closed:", one.closed),
            ("nobody there to lead:", one.leaderless),
            ("placed by lock, pull or need:", one.bound),
        )
        if sessions
    ]
    why = f" – {'; '.join(reasons)}" if reasons else ""
    owed = f"owed {plain(one.owed_before)} before, {plain(one.owed_after)} now"
    points = f"{plain(one.points)} of {plain(one.best)} points"
    return f"{one.person}: {_percent(one.share)} ({points}), {owed}{why}"


def _own(one: Worse) -> str:
    return (
        f"You got {plain(one.points)} of the {plain(one.best)} points that you could have had at "
        f"most ({_percent(one.share)}); next time you are owed {plain(one.owed_after)}."
    )


def _percent(share: Decimal | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
