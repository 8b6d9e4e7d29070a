"""Another calendar made from one that there is: a day shorter or longer, the others paying for it.

Names of blocks stay, so that sessions keep meeting in them.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import chain, combinations, count
from typing import TYPE_CHECKING, Literal, get_args

from scheduler.calendars.apportion import apportioned
from scheduler.calendars.minutes import (
    by_day,
    cycle_of,
    dates_of,
    grades_of,
    named,
)
from scheduler.calendars.retime import CannotShift, Weighing, retimed
from scheduler.models import Bell
from scheduler.models.cells import clock, opaque
from scheduler.models.cycle import calendar_names
from scheduler.models.solution import Outcome
from scheduler.models.time import BlockKind
from scheduler.reading.words import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from scheduler.calendars.spans import Span
    from scheduler.models import Scenario, Session, Settings

Spread = Literal["even", "year", "none"]
SPREADS: tuple[Spread, ...] = ("even", "year", "none")
GIVE: tuple[str, ...] = ("class",)
LEAST = 10
"""Minutes that a block keeps when it gives, where nothing else is said."""
PAUSE = 10
"""Minutes between the students' last bell and pd whose hours nobody gave."""
SHORTEST_PD = 20
MANY = 12
"""Days beyond which not every way of rounding is tried."""


class Shifted(Outcome):
    """A calendar that was made.

    Attributes
    ----------
    calendar, base : str
    days : dict of str to int
        Minutes by which each day of the cycle is longer (below 0: shorter).
    week_rest : int
        What the days of the cycle come to together: 0 where the week is kept.
    year_rest : int or None
        The same over the dates; ``None`` without dates.
    pd : (int, int) or None
        The pd block that was added, in minutes since midnight.
    sessions : tuple of str
        Ids of the pd sessions that were added, so that those who met before can meet then.
    """

    calendar: str
    base: str
    days: dict[str, int]
    week_rest: int
    year_rest: int | None
    pd: tuple[int, int] | None = None
    sessions: tuple[str, ...] = ()


def shift(
    scenario: Scenario,
    *,
    base: str,
    name: str,
    days: Sequence[str],
    minutes: int,
    spread: Spread = "even",
    give: Sequence[str] = GIVE,
    take: Sequence[str] = GIVE,
    weighing: Weighing = "length",
    least: int = LEAST,
    pd: Span | Literal["auto"] | None = None,
) -> Scenario:
    """The scenario with one calendar more; see `shifted` for the parameters and errors."""
    return shifted(
        scenario,
        base=base,
        name=name,
        days=days,
        minutes=minutes,
        spread=spread,
        give=give,
        take=take,
        weighing=weighing,
        least=least,
        pd=pd,
    )[0]


def shifted(
    scenario: Scenario,
    *,
    base: str,
    name: str,
    days: Sequence[str],
    minutes: int,
    spread: Spread = "even",
    give: Sequence[str] = GIVE,
    take: Sequence[str] = GIVE,
    weighing: Weighing = "length",
    least: int = LEAST,
    pd: Span | Literal["auto"] | None = None,
) -> tuple[Scenario, Shifted]:
    """Make a calendar from ``base`` in which some days are longer by ``minutes``.

    Parameters
    ----------
    scenario : Scenario
        Stays as it is.
    base : str
        The calendar to start from; empty for the one that is solved.
    name : str
        Name of the new one.
    days : sequence of str
        Days that change by ``minutes``, each.
    minutes : int
        Not 0; below 0 for shorter days.
    spread : str
        What the other days of the cycle do: ``even`` keeps the week's minutes, each other day
        alike; ``year`` keeps the minutes of all dates, as nearly as whole minutes allow;
        ``none`` leaves them.
    give, take : sequence of str
        Kinds or names of blocks that become shorter, and those that become longer.
    weighing : str
        ``length``: blocks change in proportion to their length; ``even``: all alike.
    least : int
        Minutes that a block keeps when it gives.
    pd : (int, int) or "auto", optional
        A pd block on each changed day, in minutes since midnight; ``auto`` for the time from 10
        minutes after the students' new last bell to their old one. It replaces the pd blocks that
        ``base`` has: their sessions get one in the new block too.

    Returns
    -------
    scenario : Scenario
        With the bells and dates of the new calendar, and pd sessions in its pd block. It still
        solves ``base`` if that was the only calendar.
    shifted : Shifted
        What changed, and what whole minutes leave over.

    Raises
    ------
    NoCalendar
        When there is no ``base``.
    CannotShift
        When the days cannot change so; the message says why.
    """
    start = named(scenario, base)
    _check(scenario, start, name, days, minutes)
    _check_names(scenario, start, (*give, *take))
    old, grades = by_day(scenario, start), grades_of(scenario)
    dated = dates_of(scenario, start)
    plan = _plan(cycle_of(scenario, start), dated, days, minutes, spread)
    new: dict[str, list[Bell]] = {}
    # Odd minutes go around: what a course loses by one day's rounding it gets by another's.
    turns: Counter[bool] = Counter()
    for day, bells in old.items():
        more = plan.get(day, 0)
        names = give if more < 0 else take
        new[day] = retimed(bells, grades, more, names, weighing, least, turns[more < 0])
        turns[more < 0] += abs(more)
    hours = None
    if pd is not None:
        hours, new = _with_pd(old, new, days, pd)
    bells = [bell for day in new for bell in new[day]]
    renamed = [bell.model_copy(update={"calendar": name}) for bell in bells]
    dates = [row for row in scenario.days if row.calendar == start]
    sessions = _meetings(scenario, old, new, days) if pd is not None else []
    made = scenario.model_copy(
        update={
            "scenario": _settled(scenario, start),
            "bells": (*scenario.bells, *renamed),
            "days": (*scenario.days, *(row.model_copy(update={"calendar": name}) for row in dates)),
            "sessions": (*scenario.sessions, *sessions),
        }
    )
    return made, Shifted(
        calendar=name,
        base=start,
        days=plan,
        week_rest=sum(plan.values()),
        year_rest=None if dated is None else sum(dated[day] * more for day, more in plan.items()),
        pd=hours,
        sessions=tuple(session.id for session in sessions),
    )


def _settled(scenario: Scenario, base: str) -> Settings:
    """Settings that name a calendar, as they must where there are several."""
    settings = scenario.scenario
    return settings if settings.calendar else settings.model_copy(update={"calendar": base})


def _check(scenario: Scenario, base: str, name: str, days: Sequence[str], minutes: int) -> None:
    try:
        opaque(name)
    except ValueError as error:
        raise CannotShift(str(error)) from None
    if name in calendar_names(scenario):
        raise CannotShift(f"there is a calendar {name!r} already; give the new one another name")
    if minutes == 0:
        raise CannotShift("0 minutes change nothing; write -90 for days that are shorter by 90")
    cycle = cycle_of(scenario, base)
    for day in days:
        if day not in cycle:
            raise CannotShift(
                f"the calendar {base!r} has no day {day!r} in its cycle; it has {', '.join(cycle)}"
            )
    if not days:
        raise CannotShift(f"no day is named; name one of {', '.join(cycle)}")


def _check_names(scenario: Scenario, base: str, names: Sequence[str]) -> None:
    """Each must be a kind of the students' blocks, or one of the calendar's blocks."""
    kinds = [kind for kind in get_args(BlockKind) if kind != "pd"]
    blocks = {bell.block for bell in scenario.bells if bell.calendar == base and bell.kind != "pd"}
    known = [*kinds, *sorted(blocks)]
    for name in names:
        if name not in known:
            raise CannotShift(
                f"{base!r} has no kind and no block {name!r}; write {nearest(name, known)!r}, the "
                f"nearest, or one of the kinds {', '.join(kinds)}"
            )
    if not names:
        raise CannotShift("nothing may give or take; name a kind such as class")


def _plan(
    cycle: Sequence[str],
    dated: Counter[str] | None,
    days: Sequence[str],
    minutes: int,
    spread: Spread,
) -> dict[str, int]:
    """Minutes by which each day of the cycle becomes longer."""
    plan = {day: minutes if day in days else 0 for day in cycle}
    others = [day for day in cycle if day not in days]
    if spread == "none":
        return plan
    if not others:
        raise CannotShift("every day of the cycle changes; spread the minutes over none")
    if spread == "even":
        more = _shared(-sum(plan.values()), len(others))
    else:
        more = _by_dates(dated, days, others, minutes)
    return plan | dict(zip(others, more, strict=True))


def _shared(total: int, days: int) -> list[int]:
    """Whole minutes for each of ``days`` days that sum to ``total``, as even as can be."""
    parts = apportioned(abs(total), [Fraction(1)] * days, [None] * days)
    return [part if total > 0 else -part for part in parts or ()]


def _by_dates(
    dated: Counter[str] | None, days: Sequence[str], others: Sequence[str], minutes: int
) -> list[int]:
    """Minutes more for each of ``others``: over all dates nearest to what the changed days lose.

    All get the same whole minutes but for some that get one more: those whose dates come nearest.
    """
    if dated is None:
        raise CannotShift("days.csv has no dates for this calendar; spread evenly over the week")
    times = [dated[day] for day in others]
    if not sum(times):
        raise CannotShift("no other day falls on a date; spread evenly over the week")
    lost = -minutes * sum(dated[day] for day in set(days))
    least, left = divmod(lost, sum(times))
    up = _nearest(times, left)
    return [least + (at in up) for at in range(len(others))]


def _nearest(times: Sequence[int], wanted: int) -> frozenset[int]:
    """Which of some numbers sum to nearly ``wanted``: the first of the nearest, the fewest first.

    Beyond `MANY` numbers, one after another, each if it still fits.
    """
    if len(times) > MANY:
        found, left = set(), wanted
        for at, dates in enumerate(times):
            if dates <= left:
                found.add(at)
                left -= dates
        return frozenset(found)
    tries = (
        frozenset(chosen)
        for size in range(len(times) + 1)
        for chosen in combinations(range(len(times)), size)
    )
    return min(tries, key=lambda chosen: abs(sum(times[at] for at in chosen) - wanted))


def _with_pd(
    old: Mapping[str, list[Bell]],
    new: Mapping[str, list[Bell]],
    days: Sequence[str],
    pd: Span | Literal["auto"],
) -> tuple[Span, dict[str, list[Bell]]]:
    """A pd block on each changed day, in place of all others."""
    found = {day: [bell for bell in bells if bell.kind != "pd"] for day, bells in new.items()}
    hours: Span = (0, 0)
    for day in dict.fromkeys(days):
        before = max(bell.end for bell in old[day] if bell.kind != "pd")
        after = max(bell.end for bell in found[day])
        hours = (after + PAUSE, before) if pd == "auto" else pd
        _check_pd(hours, day, after, automatic=pd == "auto")
        found[day].append(
            Bell(
                calendar=found[day][0].calendar,
                day=day,
                block=_free("pd", {bell.block for bell in found[day]}),
                kind="pd",
                start=hours[0],
                end=hours[1],
            )
        )
    return hours, found


def _check_pd(hours: Span, day: str, last: int, *, automatic: bool) -> None:
    if automatic and hours[1] - hours[0] < SHORTEST_PD:
        raise CannotShift(
            f"{day} has {max(0, hours[1] - hours[0])} minutes for pd between its new last bell "
            f"({clock(last)}), a pause of {PAUSE} and its old one; shorten the day by more, or "
            "give the hours of pd"
        )
    if hours[1] <= hours[0]:
        raise CannotShift(
            f"pd ends at {clock(hours[1])}, but it starts at {clock(hours[0])}; write START-END, "
            "such as 13:55-15:15"
        )


def _free(stem: str, taken: Collection[str], joint: str = "") -> str:
    """``stem``, or the first of it with 2, 3, ... behind, that is not taken."""
    numbered = (f"{stem}{joint}{at}" for at in count(2))
    return next(name for name in chain([stem], numbered) if name not in taken)


def _meetings(
    scenario: Scenario,
    old: Mapping[str, list[Bell]],
    new: Mapping[str, list[Bell]],
    days: Sequence[str],
) -> list[Session]:
    """Sessions for every pd activity that met in ``old``, in the new block where it has none."""
    blocks = [bell.key for day in dict.fromkeys(days) for bell in new[day] if bell.kind == "pd"]
    before = {bell.key for bells in old.values() for bell in bells if bell.kind == "pd"}
    taken = {session.id for session in scenario.sessions} | {a.id for a in scenario.activities}
    rooms = {(session.room, session.block) for session in scenario.sessions}
    met = {(session.activity, session.block) for session in scenario.sessions}
    found: list[Session] = []
    for session in scenario.sessions:
        for block in blocks if session.block in before else ():
            if (session.activity, block) not in met:
                met.add((session.activity, block))
                found.append(_moved(session, block, taken, rooms))
    return found


def _moved(session: Session, block: str, taken: set[str], rooms: set[tuple[str, str]]) -> Session:
    """The session in another block; without its room where another session has that then."""
    name = _free(f"{session.activity}-{block.partition('.')[0]}", taken, "-")
    taken.add(name)
    room = "" if (session.room, block) in rooms else session.room
    rooms.add((session.room, block))
    return session.model_copy(update={"id": name, "block": block, "room": room})
