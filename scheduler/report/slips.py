"""Pages to hand out: who is in a session, where one person goes.

A slip is read by the person it is about, whoever prints it. So it never says more of reasons than
that person may know; printed by a coordinator or by staff it also says who leads, and who asked
for the person where they may know it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.report.roster import Member, Roster
from scheduler.report.typed import Report
from scheduler.report.wording import REASONS, listed, natural, ordinal

if TYPE_CHECKING:
    from scheduler.models import Assignment, SessionState
    from scheduler.report.view import View
    from scheduler.rules.facts import Facts

PLACED = "placed by school"
"""What an unshared need or pull reads as."""

WORDS = {
    "lock": PLACED,
    "pull": "staff asked for you",
    "need": "support for you",
    "choice": "your choice",
    "fallback": "a place for everybody, such as study hall",
    "open-seat": "a free seat",
    "unplaced": "no place was found",
    "kept": "as before",
}
"""A reason of ``assignments.csv``, said to the person."""

ONCE = "once per cycle"


class Hour(Report):
    """One line of a slip; what is not known, or not to be told, is empty."""

    block: str
    hours: str
    session: str
    title: str
    room: str
    leaders: tuple[str, ...]
    why: str
    rank: int | None


class Slip(Report):
    """Where one person goes, by day and clock."""

    person: str
    called: str
    group: str
    hours: tuple[Hour, ...]


def rosters(view: View) -> tuple[Roster, ...]:
    """Rosters of the open sessions that this audience may see, by day and clock."""
    order = {block: at for at, block in enumerate(view.blocks)}
    states = sorted(
        view.rosters(), key=lambda s: (order.get(s.block, 0), natural(view.named(s)), s.session)
    )
    return tuple(_roster(view, state) for state in states)


def _roster(view: View, state: SessionState) -> Roster:
    return Roster(
        session=state.session,
        activity=state.activity,
        title=view.named(state),
        block=state.block,
        hours=view.hours(state.block),
        room=state.room,
        leaders=tuple(map(view.called, state.leaders)),
        open=state.open,
        size=state.size,
        min_size=state.min_size,
        max_size=state.max_size,
        waiting=state.waiting,
        members=tuple(_member(view, line) for line in view.in_session.get(state.session, ())),
    )


def _member(view: View, line: Assignment) -> Member:
    return Member(
        person=line.person,
        called=view.called(line.person),
        group=view.group(line.person),
        reason=line.reason,
        why=REASONS[line.reason],
        rank=line.rank,
        points=line.points,
    )


def slips(view: View) -> tuple[Slip, ...]:
    """Slips of everybody whom this audience may see and who has a line, by grade and name.

    Asked about one person, a coordinator or admin gets that person's slip alone.
    """
    people = view.visible & set(view.of_person)
    if view.person and view.audience != "staff":
        people &= {view.person}
    return tuple(slip(view, person) for person in sorted(people, key=view.order))


def slip(view: View, person: str) -> Slip:
    """Where one person goes, who has to be visible to the audience."""
    lines = view.of_person.get(person, ())
    return Slip(
        person=person,
        called=view.called(person),
        group=view.group(person),
        hours=tuple(_hour(view, line) for line in lines),
    )


def _hour(view: View, line: Assignment) -> Hour:
    state = view.states.get(line.session)
    leaders = state.leaders if state and view.audience != "student" else ()
    return Hour(
        block=line.block or ONCE,
        hours=view.hours(line.block),
        session=line.session,
        title=view.named(state) if state else line.activity,
        room=state.room if state else "",
        leaders=tuple(map(view.called, leaders)),
        why=told(view, line),
        rank=line.rank,
    )


def told(view: View, line: Assignment) -> str:
    """Why somebody is where they are, as they may know it themselves."""
    match line.reason:
        case "pull":
            return _pulled(view, view.facts, line)
        case "need":
            return _needed(view.facts, line)
    if line.reason == "choice" and line.rank:
        return f"your {ordinal(line.rank)} choice"
    return WORDS[line.reason]


def _pulled(view: View, facts: Facts | None, line: Assignment) -> str:
    """That staff asked, and who, where the pull is shared and the printer may name them."""
    if facts is None:
        return PLACED
    targets = (line.session, line.activity)
    asked = [facts.pulls[line.person, t] for t in targets if (line.person, t) in facts.pulls]
    by = [pull.by for one in asked for pull in one.pulls if pull.share]
    if not by:
        return PLACED
    if view.audience == "student":
        return WORDS["pull"]
    return f"asked for by {listed(list(dict.fromkeys(map(view.called, by))))}"


def _needed(facts: Facts | None, line: Assignment) -> str:
    """The support and why, where the need is shared; nobody is named by a tag."""
    needs = facts.needs_of.get(line.person, ()) if facts is not None else ()
    shared = [n for n in needs if n.share and facts and facts.meets(line.session, n)]
    if not shared:
        return PLACED
    tags = [n.tag for n in shared if not n.tag.startswith("staff:")]
    why = [n.reason for n in shared if n.reason]
    said = [WORDS["need"], ", ".join(dict.fromkeys(tags)), "; ".join(dict.fromkeys(why))]
    return ": ".join(part for part in said if part)
