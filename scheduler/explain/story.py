"""A session's story, and what one more seat is worth: both verified by solving again."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from scheduler.explain.typed import Count, Price, PriceGroup, Story
from scheduler.explain.why import Unanswerable, crowd, leaderless

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from scheduler.explain.case import Case, Outcome
    from scheduler.explain.typed import PriceOf
    from scheduler.models import Scenario


def story(case: Case, session: str) -> Story:
    """How many wished a session at which rank, where they went, and what opening it costs.

    Raises
    ------
    Unanswerable
        When no such session is decided.
    """
    facts = case.facts
    if session not in facts.cycle.decided:
        raise Unanswerable(f"there is no session {session!r} that this cycle decides")
    wished, went = Counter[str](), Counter[str]()
    for (person, where), choices in facts.choices.items():
        if where == session:
            ranks = [choice.rank for choice in choices if choice.rank is not None]
            wished[str(min(ranks)) if ranks else "score"] += 1
            place = facts.place(person, session)
            there = [s for s in case.visits[person] if facts.place(person, s) == place]
            if session not in there:
                went[there[0] if there else "unplaced"] += 1
    is_open = session in case.plan.open
    unled = not is_open and bool(leaderless(facts, session))
    found = None if is_open or unled else case.opened(session)
    return Story(
        session=session,
        open=is_open,
        crowd=crowd(case, session),
        wished={key: Count(number=wished[key]) for key in sorted(wished)},
        went={key: Count(number=number) for key, number in went.most_common()},
        opening=None if found is None else case.weighed.value - found.weighed.value,
        settled=found is not None and found.best,
        leaderless=unled,
    )


def prices(case: Case, number: int = 20) -> tuple[Price, ...]:
    """What one more seat is worth in full sessions that people wait for, dearest first.

    Those with most people waiting are tried. Only those are told that are larger than the gaps of
    the two values together.
    """
    states = [s for s in case.solution.sessions if s.open and s.size == s.max_size and s.waiting]
    states.sort(key=lambda state: (-state.waiting, state.session))
    found = [price(case, state.session) for state in states[:number]]
    known = [one for one in found if one is not None and one.sure]
    return tuple(sorted(known, key=lambda one: (-one.points, one.session)))


def grouped(found: Iterable[Price], by: PriceOf) -> tuple[PriceGroup, ...]:
    """Prices by tag, room or block, the dearest first; a session may have several tags."""
    groups: dict[str, list[Price]] = defaultdict(list)
    for one in found:
        names = one.tags if by == "tag" else (str(getattr(one, by)),)
        for name in filter(None, names):
            groups[name].append(one)
    known = [_grouped(by, name, members) for name, members in groups.items()]
    return tuple(sorted(known, key=lambda one: (-one.points, one.name)))


def _grouped(by: PriceOf, name: str, members: list[Price]) -> PriceGroup:
    first = min(members, key=lambda one: (-one.points, one.session))
    return PriceGroup(
        by=by, name=name, points=first.points, session=first.session, sessions=len(members)
    )


def price(case: Case, session: str) -> Price | None:
    """What one more seat in a session is worth: solved again with it, judged from ids."""
    found = case.widened(session, one_more_seat(case.scenario, session))
    if found is None:
        return None
    state = next(s for s in case.solution.sessions if s.session == session)
    return Price(
        session=session,
        block=state.block,
        activity=state.activity,
        room=state.room,
        tags=case.facts.activity(session).tags,
        points=found.weighed.value - case.weighed.value,
        settled=found.settled,
        gap=_gaps(case, found),
    )


def _gaps(case: Case, found: Outcome) -> Decimal | None:
    """How far the solution's value and the one found may be from the best, together."""
    bound = case.solution.certificate.bound
    if bound is None or (found.bound is None and not found.settled):
        return None
    value, more = case.weighed.value, found.weighed.value
    above = more if found.settled or found.bound is None else max(found.bound, more)
    return (bound - value) + (above - more)


def one_more_seat(scenario: Scenario, session: str) -> Scenario:
    """The scenario with one seat more in a session, its room made as large where that limits it."""
    offered = next(s for s in scenario.sessions if s.id == session)
    activity = next(a for a in scenario.activities if a.id == offered.activity)
    most = activity.max_size if offered.max_size is None else offered.max_size
    room = next((r for r in scenario.rooms if r.id == offered.room), None)
    limits = [n for n in (most, room.seats if room else None) if n is not None]
    seats = min(limits) + 1
    larger = None if most is None else max(most, seats)
    sessions = tuple(
        s.model_copy(update={"max_size": larger}) if s.id == session else s
        for s in scenario.sessions
    )
    update: dict[str, object] = {"sessions": sessions}
    if room is not None and room.seats < seats:
        other = f"{room.id}+1"
        wide = room.model_copy(update={"id": other, "seats": seats})
        update["rooms"] = (*scenario.rooms, wide)
        update["sessions"] = tuple(
            s.model_copy(update={"room": other}) if s.id == session else s for s in sessions
        )
    return scenario.model_copy(update=update)
