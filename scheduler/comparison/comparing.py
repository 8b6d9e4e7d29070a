"""Calendars side by side, or scenarios: minutes, law and people, each with its difference."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from scheduler.calendars import GradeChange, changes, judge, minutes
from scheduler.calendars import Verdict as Law
from scheduler.calendars.minutes import CalendarMinutes
from scheduler.comparison.legal import FloorLine, floor_lines, law_lines
from scheduler.comparison.lines import Line, Unit, Verdict, line, people, search_margins
from scheduler.comparison.outcomes import Outcomes, outcomes
from scheduler.comparison.timing import Course, courses, everyone, minute_lines
from scheduler.models import Bell, Cycle
from scheduler.models.solution import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scheduler.calendars import Pack
    from scheduler.comparison.outcomes import GradeOutcome
    from scheduler.models import Scenario, Solution


class Subject(NamedTuple):
    """What is compared: a scenario under the calendar that its settings name.

    ``label`` is how it is called beside others, ``school`` what the scenario is called, ``key``
    what its solve is called: equal for equal ones.
    """

    label: str
    school: str
    scenario: Scenario
    key: str


class Case(Outcome):
    """One scenario under one calendar; ``week`` are the blocks of its cycle by day and clock."""

    label: str
    school: str
    calendar: str
    scenario_hash: str
    week: tuple[Bell, ...]
    minutes: CalendarMinutes
    laws: tuple[Law, ...]
    outcomes: Outcomes


VERDICT = (
    *("instruction_year", "instruction_cycle", "flex_cycle", "early_release_cycle"),
    *("staff_pd_cycle", "staff_pd_in_flex_time_cycle"),
    *("points", "per_place", "first", "unplaced", "needs_met", "pulls_met"),
    *("run", "stopped_by_pd", "not_offered"),
    *("cop_minutes", "cop_first", "cop_unplaced", "free_together", "together"),
    *("most_per_adult", "idle_minutes", "gaps"),
)
"""Lines that the verdict goes through, beside all of the law; the others add detail to these."""

_OF_A_GRADE: tuple[tuple[str, str, Unit], ...] = (
    ("points", "choice points per person", "points"),
    ("first", "places filled with a first choice", "places"),
)


class GradeLine(Outcome):
    """How a grade, or the staff, fares in each case: choice points and first choices.

    Attributes
    ----------
    who : str
        ``grade 9`` or ``staff``.
    people : int
        In the first case that has any.
    lines : tuple of Line
    """

    who: str
    people: int
    lines: tuple[Line, ...]


class Table(Outcome):
    """Cases side by side; every difference is from the first of them.

    Attributes
    ----------
    name : str
    cases : tuple of Case
    lines : tuple of Line
        Minutes, law, people, staff, supervision.
    floors : tuple of FloorLine
        What the law asks for and what there is.
    courses : tuple of Course
        Empty where the cases are of different schools.
    grades : tuple of GradeLine
    changes : tuple of tuple of GradeChange
        Of each case after the first, by grade: what the week and the year lose, gain and need.
        Empty where the cases are of different schools.
    verdicts : tuple of dict of str to int
        By case: how many lines of the verdict are ``better``, ``worse`` and so on.
    """

    name: str
    cases: tuple[Case, ...]
    lines: tuple[Line, ...]
    floors: tuple[FloorLine, ...]
    courses: tuple[Course, ...]
    grades: tuple[GradeLine, ...]
    changes: tuple[tuple[GradeChange, ...], ...]
    verdicts: tuple[dict[Verdict, int], ...]

    @property
    def verdict(self) -> tuple[Line, ...]:
        """The lines of the verdict."""
        return _verdict(self.lines)

    def line(self, key: str, of: str = "") -> Line:
        """One line by its key."""
        return next(one for one in self.lines if (one.key, one.of) == (key, of))


class Comparison(Outcome):
    """One table for each scenario, or one of all scenarios under a calendar each."""

    tables: tuple[Table, ...]


def compare(
    groups: Sequence[Sequence[Subject]],
    solutions: Mapping[str, Solution],
    packs: Sequence[Pack] = (),
) -> Comparison:
    """Put subjects side by side.

    Parameters
    ----------
    groups : sequence of sequence of Subject
        One table each; the first subject of a group is what the others are compared with.
    solutions : mapping of str to Solution
        By the subject's key.
    packs : sequence of Pack
        What the law asks for.
    """
    return Comparison(tables=tuple(_table(group, solutions, packs) for group in groups))


def _table(
    group: Sequence[Subject], solutions: Mapping[str, Solution], packs: Sequence[Pack]
) -> Table:
    cases = tuple(of_subject(one, solutions[one.key], packs) for one in group)
    floors = floor_lines([case.laws for case in cases])
    schools = dict.fromkeys(case.school for case in cases)
    found = [case.minutes for case in cases]
    alone = len(schools) == 1
    lines = (
        *minute_lines(found),
        *law_lines(floors),
        *people([case.outcomes for case in cases]),
    )
    return Table(
        name=cases[0].school if alone else "",
        cases=cases,
        lines=lines,
        floors=floors,
        courses=courses(found) if alone else (),
        grades=tuple(_grades(cases)),
        changes=tuple(changes(group[0].scenario, found[0], one) for one in found[1:])
        if alone
        else (),
        verdicts=tuple(
            dict(Counter(one.verdicts[at] for one in _verdict(lines))) for at in range(len(cases))
        ),
    )


def _verdict(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines of the verdict; those of the year where there is one, else those of the cycle."""
    keys = {one.key for one in lines}
    left_out = {"instruction_cycle"} if "instruction_year" in keys else set()
    return tuple(
        one
        for one in lines
        if (one.part == "law" or one.key in VERDICT) and one.key not in left_out
    )


def of_subject(subject: Subject, solution: Solution, packs: Sequence[Pack]) -> Case:
    """A subject with its minutes, what the law says, and how people fare in its solution."""
    counted = minutes(subject.scenario)
    return Case(
        label=subject.label,
        school=subject.school,
        calendar=counted.calendar,
        scenario_hash=solution.certificate.scenario_hash,
        week=tuple(Cycle(subject.scenario).blocks.values()),
        minutes=counted,
        laws=tuple(judge(subject.scenario, pack) for pack in packs),
        outcomes=outcomes(subject.scenario, solution),
    )


def _grades(cases: Sequence[Case]) -> Iterable[GradeLine]:
    """By grade, in the order of the calendars' minutes; staff last."""
    order = {grade: at for at, grade in enumerate(everyone([case.minutes for case in cases]))}
    known = dict.fromkeys((g.staff, g.grade) for case in cases for g in case.outcomes.grades)
    for staff, grade in sorted(known, key=lambda one: (one[0], order.get(one[1], len(order)))):
        found = [_of(case, staff, grade) for case in cases]
        count = next(one.people for one in found if one is not None)
        yield GradeLine(
            who="staff" if staff else f"grade {grade}",
            people=count,
            lines=tuple(_grade_lines(found, cases)),
        )


def _of(case: Case, staff: bool, grade: str) -> GradeOutcome | None:
    here = (g for g in case.outcomes.grades if (g.staff, g.grade) == (staff, grade))
    return next(here, None)


def _grade_lines(found: Sequence[GradeOutcome | None], cases: Sequence[Case]) -> Iterable[Line]:
    for key, label, unit in _OF_A_GRADE:
        values = [None if one is None else getattr(one, key) for one in found]
        margins = search_margins([case.outcomes for case in cases], values)
        yield line("people", key, label, unit, values, better="more", margins=margins)
