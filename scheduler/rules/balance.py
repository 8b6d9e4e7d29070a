"""Advisory groups of one size and with all grades; CoPs across departments."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.models import Finding, Student
from scheduler.models.points import Points, hundredths, rounded, units
from scheduler.rules.contract import Audience, Number, Rows, Share, Soft, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "Advisory groups are of one size and of all grades, and CoPs reach across departments."
maths = (
    "advisory: size·max(0, n − largest, smallest·open − n) "
    "+ grade·Σ_g max(0, |n_g − q_g·n| − tolerance); pd: dept·Σ_d max(0, n_d − dept_share·n)"
)

DEPARTMENT = "dept:"
"""How a tag that names a department begins."""


class Settings(Soft):
    """Knobs: points per person beyond each bound, and the bounds.

    ``smallest`` and ``largest`` bound the size of an advisory group, ``tolerance`` people off the
    grade's share, ``dept_share`` a department's share of a CoP.
    """

    size: Points = Decimal(40)
    smallest: Number = 13
    largest: Number = 17
    grade: Points = Decimal(25)
    tolerance: Points = Decimal(1)
    dept: Points = Decimal(25)
    dept_share: Share = Decimal("0.5")


# ---- rows ----------------------------------------------------------------------------------------


def rows(columns: Columns, settings: Settings) -> Rows:
    """Rows per advisory session, per advisory session and grade, per pd session and department.

    Size, with one slack ``e`` in people: ``Σ x − e ≤ largest``, ``Σ x + e ≥ smallest·open``.
    Grade, in hundredths of a person, ``q`` in hundredths: ``−t ≤ 100·n_g − q·n − e + e' ≤ t``.
    Department, likewise: ``100·n_d − share·n − e ≤ 0``.
    """
    made = Rows(columns.count)
    for session in np.flatnonzero(columns.session_kind == 1).tolist():
        before = made.count
        people, column = _candidates(columns, session)
        _add_size(made, columns, session, column, settings)
        shares = _shares(columns, session)
        for grade, share in enumerate(shares):
            ours = columns.person_grade[people] == grade
            _add_grade(made, column, 100 * ours - int(share), settings)
        _name(made, columns, session, before, settings)
    departments = _departments(columns)
    for session in np.flatnonzero(columns.session_kind == 2).tolist():
        before = made.count
        people, column = _candidates(columns, session)
        for members in departments:
            weight = 100 * members[people] - hundredths(settings.dept_share)
            _add_department(made, column, weight, settings)
        _name(made, columns, session, before, settings)
    return made


def _name(made: Rows, columns: Columns, session: int, before: int, settings: Settings) -> None:
    """All rows of a session are one demand, where they are hard."""
    if settings.hard:
        rows = np.arange(before, made.count)
        made.about(rows, session, lambda at: (columns.sessions[at],))


def _candidates(columns: Columns, session: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """People who could be in the session, and their columns."""
    visit = columns.visit_at[:, session]
    people = np.flatnonzero(visit >= 0)
    return people, columns.visit_column[visit[people]]


def _add_size(
    made: Rows, columns: Columns, session: int, column: NDArray[np.int64], settings: Settings
) -> None:
    most = max(settings.smallest, len(column) - settings.largest)
    off = made.slack(1, units(settings.price(settings.size)), upper=most, hard=settings.hard)
    above = made.block(1, upper=settings.largest)
    made.put(above, column)
    made.put(above, off, -1)
    below = made.block(1, lower=0)
    made.put(below, column)
    made.put(below, off)
    made.put(below, columns.session_open(np.array([session])), -settings.smallest)


def _add_grade(
    made: Rows, column: NDArray[np.int64], weight: NDArray[np.int64], settings: Settings
) -> None:
    """One row, with a slack on either side, that both are of one finding."""
    tolerance = hundredths(settings.tolerance)
    above, below = weight[weight > 0].sum() - tolerance, -weight[weight < 0].sum() - tolerance
    row = made.block(1, lower=-tolerance, upper=tolerance)
    made.put(row, column, weight)
    cost = hundredths(settings.price(settings.grade))
    most = np.maximum(0, [above, below])
    off = made.slack(2, cost, upper=most, hard=settings.hard, finding=np.zeros(2, dtype=np.int64))
    made.put(row, off, [-1, 1])


def _add_department(
    made: Rows, column: NDArray[np.int64], weight: NDArray[np.int64], settings: Settings
) -> None:
    most = weight[weight > 0].sum()
    if most > 0:
        cost = hundredths(settings.price(settings.dept))
        row = made.block(1, upper=0)
        made.put(row, column, weight)
        made.put(row, made.slack(1, cost, upper=most, hard=settings.hard), -1)


def _shares(columns: Columns, session: int) -> NDArray[np.int64]:
    """(grades,): hundredths of the students due an advisory group and admitted by this one."""
    offered = columns.cycle.decided[columns.sessions[session]]
    activity = columns.cycle.activities[offered.activity]
    pool = np.zeros(len(columns.people), dtype=bool)
    pool[columns.place_person[columns.place_kind == 1]] = True
    for grades in (columns.cycle.blocks[offered.block].grades, activity.grades):
        if grades:
            fits = np.array([grade in grades for grade in columns.grades], dtype=bool)
            pool &= fits[columns.person_grade]
    if activity.only:
        pool &= np.logical_or.reduce([columns.person_has(tag) for tag in activity.only])
    number = np.bincount(columns.person_grade[pool], minlength=len(columns.grades))
    total = max(1, int(pool.sum()))
    return (200 * number + total) // (2 * total)


def _departments(columns: Columns) -> list[NDArray[np.bool_]]:
    """(people,): members of each department."""
    tags = dict.fromkeys(tag for staff in columns.scenario.staff for tag in staff.tags)
    return [columns.person_has(tag) for tag in tags if tag.startswith(DEPARTMENT)]


# ---- measure -------------------------------------------------------------------------------------


class _Off(NamedTuple):
    """How far a session is off one bound."""

    what: str
    subjects: tuple[str, ...]
    amount: Decimal


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, amounts in people: ``size`` (session), ``grade`` (session, grade), ``dept``.

    ``dept`` is of (session, tag). A department counts attendees, not leaders.
    """
    found: list[_Off] = []
    for session, people in facts.roster(plan).items():
        if facts.kind(session) == "advisory":
            found += _size(session, len(people), session in plan.open, settings)
            found += _grades(facts, session, people, settings)
        elif facts.kind(session) == "pd":
            found += _in_departments(facts, session, people, settings)
    price = {"size": settings.size, "grade": settings.grade, "dept": settings.dept}
    return [
        Finding(
            rule="balance",
            what=off.what,
            subjects=off.subjects,
            amount=off.amount,
            cost=off.amount * settings.price(price[off.what]),
            weight=settings.weight,
        )
        for off in found
        if off.amount > 0
    ]


def _size(session: str, people: int, is_open: bool, settings: Settings) -> Iterator[_Off]:
    off = max(people - settings.largest, settings.smallest * is_open - people)
    yield _Off("size", (session,), Decimal(off))


def _grades(
    facts: Facts, session: str, people: tuple[str, ...], settings: Settings
) -> Iterator[_Off]:
    there = Counter(grade for p in people for grade in _grades_of(facts, p))
    for grade, share in shares(facts, session).items():
        off = abs(there[grade] - share * len(people)) - settings.tolerance
        yield _Off("grade", (session, grade), off)


def _grades_of(facts: Facts, person: str) -> tuple[str, ...]:
    who = facts.person(person)
    return (who.grade,) if isinstance(who, Student) else ()


def shares(facts: Facts, session: str) -> dict[str, Decimal]:
    """Each grade's share of the students due an advisory group whom this one could admit.

    Its block's and activity's ``grades`` and its ``only`` decide; locks, and being away in its
    block, do not count. Rounded half up to hundredths.
    """
    bell = facts.cycle.blocks[facts.session(session).block]
    pool = Counter(
        student.grade
        for student in facts.scenario.students
        if any(place.kind == "advisory" for place in facts.places[student.id])
        and bell.admits(student.grade)
        and facts.admits(facts.activity(session), student)
    )
    total = Decimal(max(1, pool.total()))
    grades = sorted({student.grade for student in facts.scenario.students})
    return {grade: rounded(pool[grade] / total) for grade in grades}


def _in_departments(
    facts: Facts, session: str, people: tuple[str, ...], settings: Settings
) -> Iterator[_Off]:
    there = Counter(
        tag
        for person in people
        for tag in facts.person(person).all_tags
        if tag.startswith(DEPARTMENT)
    )
    for tag, number in sorted(there.items()):
        yield _Off("dept", (session, tag), number - settings.dept_share * len(people))


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a group of the wrong size, or one-sided."""
    session, *which = finding.subjects
    people = counted(finding.amount, "person", "people")
    if finding.what == "size":
        return f"{session} is {people} off the size it should have."
    if finding.what == "grade":
        return f"Grade {which[0]} in {session} is {people} further off its share than it may be."
    return f"{session} has {people} too many from {which[0]}."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a balanced session."""
    (session,) = subjects
    if facts.kind(session) == "pd":
        return f"{session}, if open, mixes departments"
    return f"{session}, if open, is of the right size and holds all grades"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of an unbalanced session."""
    return f"let {subjects[0]} be out of balance"
