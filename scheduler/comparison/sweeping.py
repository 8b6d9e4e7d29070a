"""A day shortened step by step: what each step gives and takes, and the curve between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scheduler.calendars import CannotShift, shifted
from scheduler.calendars.minutes import named
from scheduler.comparison.comparing import Case, Subject, of_subject
from scheduler.comparison.legal import floor_lines
from scheduler.models.solution import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.calendars import Pack
    from scheduler.models import Scenario, Solution


class Shift(NamedTuple):
    """One calendar of a sweep: its minutes (0 is the calendar that is there) and its scenario."""

    minutes: int
    subject: Subject


class Step(Outcome):
    """One solved calendar of a sweep.

    Attributes
    ----------
    minutes : int
        By which the chosen days are longer; 0 is the calendar that is there.
    case : Case
    missed : tuple of str
        Floors of the law that it misses.
    """

    minutes: int
    case: Case
    missed: tuple[str, ...]


class Sweep(Outcome):
    """A trade-off: flex time served against teachers' time together.

    Attributes
    ----------
    name : str
        Of the scenario.
    base : str
        The calendar that was shifted.
    days : tuple of str
        Those that change.
    steps : tuple of Step
        By minutes, the longest day first.
    wanted : int
        How many steps were asked for; more than there are where the run was stopped.
    """

    name: str
    base: str
    days: tuple[str, ...]
    steps: tuple[Step, ...]
    wanted: int

    @property
    def rows(self) -> tuple[dict[str, Any], ...]:
        """The steps as rows of a table, by column."""
        return tuple(_row(step) for step in self.steps)


COLUMNS = (
    *("flex_minutes", "cop_minutes", "together", "free_together", "points", "per_place", "first"),
    *("unplaced", "needs_met", "pulls_met", "run", "stopped_by_pd", "not_offered"),
    *("most_per_adult", "idle_minutes", "gaps", "value", "bound", "gap"),
)
"""Figures of people in a row of a sweep; `Outcomes` says what they are."""


def shifts(
    scenario: Scenario, minutes: Sequence[int], days: Sequence[str], base: str = "", **how: Any
) -> list[Shift]:
    """The calendar that is there, and one more for each of ``minutes``.

    Parameters
    ----------
    scenario : Scenario
    minutes : sequence of int
        0 and repeated ones are left out: the calendar that is there always comes first.
    days : sequence of str
        Those that change by so much.
    base : str
        The calendar to shift; empty for the one that is solved.
    **how
        As `scheduler.calendars.shifted` takes it.

    Raises
    ------
    NoCalendar
        When there is no ``base``.
    CannotShift
        When the days cannot change so; the message says at which step.
    """
    start = named(scenario, base)
    found = [Shift(0, Subject(start, scenario.scenario.name, under(scenario, start), start))]
    for amount in dict.fromkeys(minutes):
        if amount:
            name = f"{start}{amount:+d}"
            try:
                made, _ = shifted(scenario, base=start, name=name, days=days, minutes=amount, **how)
            except CannotShift as wrong:
                raise CannotShift(f"at {amount:+d} minutes: {wrong}") from wrong
            subject = Subject(name, scenario.scenario.name, under(made, name), name)
            found.append(Shift(amount, subject))
    return sorted(found, key=lambda one: -one.minutes)


def under(scenario: Scenario, calendar: str) -> Scenario:
    """The scenario with this calendar to be solved."""
    settings = scenario.scenario.model_copy(update={"calendar": calendar})
    return scenario.model_copy(update={"scenario": settings})


def sweep(
    found: Sequence[Shift],
    days: Sequence[str],
    solutions: Mapping[str, Solution],
    packs: Sequence[Pack] = (),
) -> Sweep:
    """Follow the shifts that were solved.

    Parameters
    ----------
    found : sequence of Shift
        As `shifts` gives them.
    days : sequence of str
    solutions : mapping of str to Solution
        By the subject's key; shifts that are not in it are left out.
    packs : sequence of Pack
    """
    base = next(one for one in found if not one.minutes)
    steps = [
        _step(one, solutions[one.subject.key], packs)
        for one in found
        if one.subject.key in solutions
    ]
    return Sweep(
        name=base.subject.school,
        base=base.subject.label,
        days=tuple(days),
        steps=tuple(steps),
        wanted=len(found),
    )


def _step(shift: Shift, solution: Solution, packs: Sequence[Pack]) -> Step:
    case = of_subject(shift.subject, solution, packs)
    missed = [floor for floor in floor_lines([case.laws]) if floor.met[0] is False]
    return Step(
        minutes=shift.minutes,
        case=case,
        missed=tuple(f"{floor.pack}: {floor.label}" for floor in missed),
    )


def _row(step: Step) -> dict[str, Any]:
    counted = step.case.minutes
    period = counted.year or counted.cycle
    tallies = period.grades.values()
    return {
        "minutes": step.minutes,
        "calendar": step.case.calendar,
        **{name: getattr(step.case.outcomes, name) for name in COLUMNS},
        "least_instruction": min(tally.instructional for tally in tallies),
        "early_release": max(tally.early_release for tally in counted.cycle.grades.values()),
        "missed": step.missed,
    }
