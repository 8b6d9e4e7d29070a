"""By clock time, nobody is in two places at once, and no room holds two things at once.

Students attend their own advisory block only; an advisory group's leaders and room are busy in
every advisory block that shares a grade with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.models import Finding, Student
from scheduler.rules.contract import Audience, Hard, Rows, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from scheduler.models import Plan, Room, Session
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

title = "Nobody, and no room, is in two things at once."
maths = "Σ x[p,s at t] + Σ open[led by p at t] + kept ≤ 1; Σ open[in room at t] + kept ≤ 1"


class Settings(Hard):
    """No knobs: time always passes."""


# ---- rows ----------------------------------------------------------------------------------------


@dataclass
class _Uses:
    """Columns that use something of which there is only so much at a moment.

    Attributes
    ----------
    owner, column, pattern : int arrays (uses,)
        Whose time or room it is, the base column, and the index into the second axis of ``when``.
    when : bool array (moments, patterns)
        Whether it is in use at each moment.
    kept : int array (moments, owners)
        Used by what is kept.
    limit : int array (owners,)
        How much there is.
    """

    owner: Ints
    column: Ints
    pattern: Ints
    when: Bools
    kept: Ints
    limit: Ints


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ columns ≤ limit − kept`` per person or room and moment, where they could be too many.

    Things that overlap pairwise share a moment at which one of their blocks starts, so the cliques
    at those moments are all. A person's columns are those of what they attend and lead (limit 1);
    a room's the ``open`` of its sessions (limit 1), or, if shared, their people (limit its seats).
    A series is one thing: its column stands once in a clique. Two sessions that a student attends
    never overlap but in one place, which is another rule's promise.
    """
    made = Rows(columns.count)
    clock = _Clock(columns)
    rooms = [room.id for room in columns.scenario.rooms]
    parts = zip(("person", "room", "seats"), (columns.people, rooms, rooms), strict=True)
    uses = (_of_people(columns, clock), *_of_rooms(columns, clock))
    for (what, owners), used in zip(parts, uses, strict=True):
        for moment in range(clock.moments):
            owner, row = _limit(made, used, moment)
            made.about(row, owner, _named(owners, clock.starting[moment]), what)
    return made


def _named(owners: list[str], block: str) -> Callable[[int], tuple[str, ...]]:
    return lambda at: (owners[at], block)


def _limit(made: Rows, uses: _Uses, moment: int) -> tuple[Ints, Ints]:
    """Rows of one moment; whose they are, and their numbers."""
    there = uses.when[moment, uses.pattern]
    key = np.unique(uses.owner[there] * made.base + uses.column[there])
    owner, column = np.divmod(key, max(1, made.base))
    left = np.maximum(0, uses.limit - uses.kept[moment])
    tight = np.bincount(owner, minlength=len(left)) > left
    number = np.full(len(left), -1)
    number[tight] = made.block(int(tight.sum()), upper=left[tight])
    kept = tight[owner]
    made.put(number[owner[kept]], column[kept])
    return np.flatnonzero(tight), number[tight]


class _Clock:
    """Moments at which blocks start, and which blocks and sessions are on at each."""

    def __init__(self, columns: Columns) -> None:
        self.cycle = columns.cycle
        self.index = {block: at for at, block in enumerate(columns.blocks)}
        bells = list(self.cycle.blocks.values())
        used = {b for s in self.cycle.offered.values() for b in self.cycle.busy_blocks(s)}
        starts: dict[tuple[str, int], str] = {}
        for bell in bells:
            if bell.key in used:
                starts.setdefault((bell.day, bell.start), bell.key)
        self.starting = list(starts.values())
        self.moments = len(starts)
        self.on = np.array(
            [[b.day == day and b.start <= at < b.end for b in bells] for day, at in starts],
            dtype=bool,
        ).reshape(len(starts), len(bells))

    def during(self, blocks: Iterable[str]) -> Bools:
        """(moments,): whether any of these blocks is on."""
        at = [self.index[block] for block in blocks]
        during: Bools = np.logical_or.reduce(self.on[:, at], axis=1)
        return during

    def led(self, session: Session, leader: str) -> Bools:
        """(moments,): whether the session, if open, keeps this leader busy."""
        return self.during(_led_blocks(self.cycle.busy_blocks(session), leader, self.cycle.away))

    def table(self, patterns: list[Bools]) -> Bools:
        """(moments, patterns)."""
        return np.array(patterns, dtype=bool).reshape(len(patterns), self.moments).T


def _led_blocks(
    blocks: tuple[str, ...], leader: str, away: frozenset[tuple[str, str]]
) -> tuple[str, ...]:
    return tuple(block for block in blocks if (leader, block) not in away)


def _of_people(columns: Columns, clock: _Clock) -> _Uses:
    """Time of people: candidates and the ``open`` of what they lead."""
    kept = _kept_people(columns, clock)
    visit = _clashing_visits(columns, clock, kept)
    blocks = len(columns.blocks)
    leader, session = _leads(columns)
    sessions = list(columns.cycle.decided.values())
    led = [
        clock.led(sessions[at], columns.people[person])
        for person, at in zip(leader, session, strict=True)
    ]
    return _Uses(
        owner=np.concatenate([columns.visit_person[visit], leader]),
        column=np.concatenate([columns.visit_column[visit], columns.session_open(session)]),
        pattern=np.concatenate(
            [columns.session_block[columns.visit_session[visit]], blocks + np.arange(len(led))]
        ),
        when=np.concatenate([clock.on, clock.table(led)], axis=1),
        kept=kept,
        limit=np.ones(len(columns.people), dtype=np.int64),
    )


def _leads(columns: Columns) -> tuple[Ints, Ints]:
    """Person and session of every leader: an absence frees them block by block, not for good."""
    pairs = [
        (columns.person_index[leader], at)
        for at, session in enumerate(columns.cycle.decided.values())
        for leader in dict.fromkeys(session.leaders)
    ]
    person, session = np.array(pairs, dtype=np.int64).reshape(len(pairs), 2).T
    return person, session


def _kept_people(columns: Columns, clock: _Clock) -> Ints:
    """(moments, people): things that each person attends or leads in any case."""
    cycle = columns.cycle
    kept = np.zeros((clock.moments, len(columns.people)), dtype=np.int64)
    for person, line in cycle.kept:
        kept[:, columns.person_index[person]] += clock.during([cycle.offered[line].block])
    for key in cycle.kept_open:
        session = cycle.offered[key]
        for leader in dict.fromkeys(session.leaders):
            kept[:, columns.person_index[leader]] += clock.led(session, leader)
    return kept


def _clashing_visits(columns: Columns, clock: _Clock, kept: Ints) -> Ints:
    """Visits of all who can clash: of students, who never lead, only those beside a kept thing."""
    taken = (clock.on.T.astype(np.int64) @ kept) > 0
    blocks = columns.session_block[columns.visit_session]
    person = columns.visit_person
    return np.flatnonzero(~columns.is_student[person] | taken[blocks, person])


def _of_rooms(columns: Columns, clock: _Clock) -> tuple[_Uses, _Uses]:
    """Time of rooms, and seats of shared rooms."""
    cycle = columns.cycle
    rooms = {room.id: at for at, room in enumerate(columns.scenario.rooms)}
    shared = np.array([room.shared for room in columns.scenario.rooms], dtype=bool)
    sessions = list(cycle.decided.values())
    when = clock.table([clock.during(cycle.busy_blocks(session)) for session in sessions])
    room = np.array([rooms.get(session.room, -1) for session in sessions], dtype=np.int64)
    held = np.flatnonzero(room >= 0)
    alone = held[~shared[room[held]]]
    visit = np.flatnonzero(np.isin(columns.visit_session, held[shared[room[held]]]))
    people = columns.visit_session[visit]
    kept, seated = _kept_rooms(columns, clock, rooms)
    seats = np.array([r.seats for r in columns.scenario.rooms], dtype=np.int64)
    return (
        _Uses(room[alone], columns.session_open(alone), alone, when, kept, np.ones_like(seats)),
        _Uses(room[people], columns.visit_column[visit], people, when, seated, seats),
    )


def _kept_rooms(columns: Columns, clock: _Clock, rooms: dict[str, int]) -> tuple[Ints, Ints]:
    """(moments, rooms): kept sessions in each room, and kept people."""
    cycle = columns.cycle
    sessions = np.zeros((clock.moments, len(rooms)), dtype=np.int64)
    people = np.zeros_like(sessions)
    for key in cycle.kept_open:
        session = cycle.offered[key]
        if session.room in rooms:
            busy = clock.during(cycle.busy_blocks(session)).astype(np.int64)
            sessions[:, rooms[session.room]] += busy
            people[:, rooms[session.room]] += busy * len({p for p, s in cycle.kept if s == key})
    return sessions, people


def touches(columns: Columns, settings: Settings) -> Bools:
    """(people, sessions): sessions in shared rooms, whose people count together."""
    shared = {room.id for room in columns.scenario.rooms if room.shared}
    sessions = columns.cycle.decided.values()
    counted = np.array([session.room in shared for session in sessions], dtype=bool)
    return np.broadcast_to(counted[None, :], (len(columns.people), len(counted)))


# ---- measure -------------------------------------------------------------------------------------


class _Thing(NamedTuple):
    """Something that keeps a person or room busy; ``name`` is one for a whole series."""

    session: str
    name: str
    blocks: tuple[str, ...]
    attended: bool
    kept: bool

    def same(self, other: _Thing) -> bool:
        """Whether both are one thing."""
        return (self.name, self.attended) == (other.name, other.attended)


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, never legal, of which at least one thing is decided and not kept.

    ``person`` (person, session, session) and ``room`` (room, session, session) for two things at
    once; ``seats`` (room, block; people too many) for a shared room that overflows as the block
    starts.
    """
    found = []
    for person, things in _person_things(facts, plan).items():
        student = isinstance(facts.person(person), Student)
        for one, other in combinations(things, 2):
            apart = student and one.attended and other.attended and not (one.kept or other.kept)
            if not apart and _clash(facts, one, other):
                found.append(_finding("person", person, one.session, other.session))
    for room, things in _room_things(facts, plan).items():
        if room.shared:
            found += _overflows(facts, plan, room, things)
        else:
            found += [
                _finding("room", room.id, one.session, other.session)
                for one, other in combinations(things, 2)
                if _clash(facts, one, other)
            ]
    return found


def _clash(facts: Facts, one: _Thing, other: _Thing) -> bool:
    if (one.kept and other.kept) or one.same(other):
        return False
    return any(facts.cycle.overlap(a, b) for a in one.blocks for b in other.blocks)


def _thing(facts: Facts, session: str, blocks: tuple[str, ...], attended: bool) -> _Thing:
    kept = session not in facts.cycle.decided
    name = f"kept {session}" if kept else facts.together(session)[0]
    return _Thing(session, name, blocks, attended, kept)


def _person_things(facts: Facts, plan: Plan) -> dict[str, list[_Thing]]:
    """What people attend, and what they lead."""
    found: dict[str, list[_Thing]] = defaultdict(list)
    for person, session in (*facts.cycle.kept, *plan.lines):
        block = (facts.session(session).block,)
        found[person].append(_thing(facts, session, block, attended=True))
    for key, offered in facts.cycle.offered.items():
        if key in plan.open or key in facts.cycle.kept_open:
            busy = facts.cycle.busy_blocks(offered)
            for leader in dict.fromkeys(offered.leaders):
                blocks = tuple(block for block in busy if (leader, block) not in facts.cycle.away)
                found[leader].append(_thing(facts, key, blocks, attended=False))
    return found


def _room_things(facts: Facts, plan: Plan) -> dict[Room, list[_Thing]]:
    """Sessions in each room: open ones, and, where they share it, all of them."""
    rooms = {room.id: room for room in facts.scenario.rooms}
    found: dict[Room, list[_Thing]] = defaultdict(list)
    for key, session in facts.cycle.offered.items():
        room = rooms.get(session.room)
        used = key in facts.cycle.kept_open or (key in facts.cycle.decided and key in plan.open)
        if room is not None and (used or room.shared):
            blocks = facts.cycle.busy_blocks(session)
            found[room].append(_thing(facts, key, blocks, attended=False))
    return found


def _overflows(facts: Facts, plan: Plan, room: Room, things: list[_Thing]) -> Iterator[Finding]:
    """Moments at which a shared room holds more people than seats, somebody decided among them."""
    people: dict[str, list[str]] = defaultdict(list)
    for person, session in dict.fromkeys((*facts.cycle.kept, *plan.lines)):
        people[session].append(person)
    for block in dict.fromkeys(block for thing in things for block in thing.blocks):
        here = [t for t in things if any(_on(facts, b, block) for b in t.blocks)]
        inside = {(p, t.name, t.kept) for t in here for p in people[t.session]}
        decided = any(not kept for _, _, kept in inside)
        if decided and len(inside) > room.seats:
            yield _finding("seats", room.id, block, amount=len(inside) - room.seats)


def _on(facts: Facts, block: str, starting: str) -> bool:
    """Whether ``block`` is on when ``starting`` starts."""
    bell, other = facts.cycle.blocks[block], facts.cycle.blocks[starting]
    return bell.day == other.day and bell.start <= other.start < bell.end


def _finding(what: str, *subjects: str, amount: int = 1) -> Finding:
    return Finding(
        rule="clash", what=what, subjects=subjects, amount=Decimal(amount), weight="illegal"
    )


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of two things at once."""
    who, one, *rest = finding.subjects
    if finding.what == "seats":
        people = counted(finding.amount, "person", "people")
        return f"Room {who} has {people} more than seats when {one} starts."
    if finding.what == "room":
        return f"Room {who} would hold {one} and {rest[0]} at once."
    return f"{who} would be in {one} and {rest[0]} at once."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a moment at which somebody or a room is wanted more than once."""
    who, block = subjects
    if what == "person":
        return f"{who} can be in only one thing when {block} starts"
    if what == "room":
        return f"room {who} can hold only one session when {block} starts"
    seats = next(room.seats for room in facts.scenario.rooms if room.id == who)
    return f"room {who}, which sessions share, has {counted(Decimal(seats), 'seat', 'seats')}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of another time, place or leader."""
    who, block = subjects
    if what == "person":
        return f"free {who} of one of the things at {block}: another leader, or another time"
    if what == "room":
        return f"move a session out of room {who} at {block}"
    return f"{counted(Decimal(amount), 'more seat', 'more seats')} in room {who} at {block}"
