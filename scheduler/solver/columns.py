"""Columns: the only place where ids become indexes.

Base columns, in this order: one ``x`` for each candidate (person, unit), one ``open`` for each
unit, one ``unplaced`` for each place. A *unit* is a session, or a whole series, which opens and is
attended as one. A *visit* is a candidate's line in one session; a candidate of a series has
several. Who may go where is derived here with arrays; rules measure the same from ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Cycle, Scenario, Student
from scheduler.models.time import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

NO_LIMIT = -1

Chosen = Callable[["Columns", "Bools"], "Bools"]
"""From (people, sessions) who may go where to who shall have a column of their own there."""


class Columns:
    """People, sessions, places, candidates and visits of one scenario as arrays.

    Attributes
    ----------
    people, sessions, units : list of str
        Ids; an index into them is what the arrays hold. ``units`` holds series or session ids.
    is_student : bool array (people,)
    session_block, session_kind, session_activity, session_unit : int arrays (sessions,)
        Indexes into ``blocks``, `KINDS`, ``activities`` and ``units``.
    session_min, session_cap : int arrays (sessions,)
        Effective sizes; the cap is the number of people where nothing limits.
    place_person, place_kind : int arrays (places,)
        Person and kind of each place due.
    cand_person, cand_unit : int arrays (candidates,)
        Candidate ``c`` is base column ``c``.
    visit_column, visit_person, visit_session, visit_place : int arrays (visits,)
        Each visit's candidate column, person, session and place.
    visit_first : bool array (visits,)
        Whether it is the candidate's first visit in that place: the one that earns points.
    visit_allowed : bool array (visits,)
        False where a lock ``out`` forbids it; such columns exist so that a lock can be waived.

    Parameters
    ----------
    scenario : Scenario
    pd : {"one", "each"}
    chosen : callable, optional
        Says which of the possible candidates get columns; by default all.
    """

    def __init__(self, scenario: Scenario, pd: str, chosen: Chosen | None = None) -> None:
        self.scenario = scenario
        self.cycle = Cycle(scenario)
        self.pd = pd
        self._index_people()
        self._index_sessions()
        self._index_units()
        self._index_places()
        self._index_candidates(chosen)

    # ---- sizes and column numbers ------------------------------------------------------------

    @property
    def count(self) -> int:
        """Number of base columns."""
        return len(self.cand_person) + len(self.units) + len(self.place_person)

    @property
    def open_columns(self) -> Ints:
        """Base column of each unit's ``open``."""
        return len(self.cand_person) + np.arange(len(self.units))

    @property
    def unplaced_columns(self) -> Ints:
        """Base column of each place's ``unplaced``."""
        return len(self.cand_person) + len(self.units) + np.arange(len(self.place_person))

    def session_open(self, sessions: Ints) -> Ints:
        """Base column that says whether each of these sessions is open."""
        return len(self.cand_person) + self.session_unit[sessions]

    # ---- building ----------------------------------------------------------------------------

    def _index_people(self) -> None:
        people = self.scenario.people
        self.people = [person.id for person in people]
        self.person_index = {person: at for at, person in enumerate(self.people)}
        self.is_student = np.array([isinstance(person, Student) for person in people], dtype=bool)
        self.grades = sorted({person.grade for person in people if isinstance(person, Student)})
        code = {grade: at for at, grade in enumerate(self.grades)}
        self.person_grade = np.array(
            [code[person.grade] if isinstance(person, Student) else -1 for person in people],
            dtype=np.int64,
        )
        holders: dict[str, list[int]] = defaultdict(list)
        for at, person in enumerate(people):
            for tag in person.all_tags:
                holders[tag].append(at)
        self._holders = holders

    def _index_sessions(self) -> None:
        cycle = self.cycle
        self.blocks = list(cycle.blocks)
        block_index = {block: at for at, block in enumerate(self.blocks)}
        self.activities = [activity.id for activity in self.scenario.activities]
        activity_index = {activity: at for at, activity in enumerate(self.activities)}
        offered = list(cycle.decided.values())
        self.sessions = [session.id for session in offered]
        self.session_index = {session: at for at, session in enumerate(self.sessions)}
        self.session_block = _array(block_index[s.block] for s in offered)
        self.session_kind = _array(KINDS.index(cycle.kind(s)) for s in offered)
        self.session_activity = _array(activity_index[s.activity] for s in offered)
        self._size_sessions()
        carriers: dict[str, list[int]] = defaultdict(list)
        for at, session in enumerate(offered):
            tags = set(cycle.activities[session.activity].tags)
            for tag in tags | {f"staff:{leader}" for leader in session.leaders}:
                carriers[tag].append(at)
        self._carriers = carriers
        leads = [
            (self.person_index[leader], at)
            for at, session in enumerate(offered)
            for leader in dict.fromkeys(cycle.present_leaders(session))
        ]
        self.lead_person = _array(person for person, _ in leads)
        self.lead_session = _array(at for _, at in leads)

    def _size_sessions(self) -> None:
        rooms = {room.id: room.seats for room in self.scenario.rooms}
        low, high, fallback, led = [], [], [], []
        for session in self.cycle.decided.values():
            activity = self.cycle.activities[session.activity]
            least = activity.min_size if session.min_size is None else session.min_size
            most = activity.max_size if session.max_size is None else session.max_size
            limits = [n for n in (most, rooms.get(session.room)) if n is not None]
            low.append(1 if least is None else least)
            high.append(min(limits, default=NO_LIMIT))
            fallback.append(activity.fallback)
            led.append(bool(session.leaders))
        self.session_min = _array(low)
        self.session_limit = _array(high)
        self.session_cap = np.where(
            self.session_limit == NO_LIMIT, len(self.people), self.session_limit
        )
        self.session_fallback = np.array(fallback, dtype=bool)
        self.session_has_leaders = np.array(led, dtype=bool)

    def _index_units(self) -> None:
        names: dict[str, int] = {}
        unit = []
        for session in self.cycle.decided.values():
            series = self.cycle.activities[session.activity].series
            key = f"series {series}" if series else f"session {session.id}"
            unit.append(names.setdefault(key, len(names)))
        self.units = list(names)
        self.session_unit = _array(unit)
        self.unit_is_series = np.array([name.startswith("series ") for name in names], dtype=bool)
        order = np.lexsort((self.session_block, self.session_unit))
        self.unit_sessions = order
        self.unit_start = np.searchsorted(self.session_unit[order], np.arange(len(names) + 1))

    def _index_places(self) -> None:
        attends = self._attendance()
        self.attends = attends
        meeting = np.zeros(len(self.blocks), dtype=bool)
        meeting[self.session_block] = True
        block_kind = np.full(len(self.blocks), -1)
        block_kind[self.session_block] = self.session_kind
        self.place_of = np.full((len(self.people), len(self.blocks)), -1)
        persons, kinds, total = [], [], 0
        for kind in range(len(KINDS)):
            blocks = np.flatnonzero(meeting & (block_kind == kind))
            due = attends[:, blocks]
            if self._once(kind):
                who = np.flatnonzero(due.any(axis=1))
                number = np.full(len(self.people), -1)
                number[who] = total + np.arange(len(who))
                self.place_of[:, blocks] = np.where(due, number[:, None], -1)
            else:
                who, which = np.nonzero(due)
                self.place_of[who, blocks[which]] = total + np.arange(len(who))
            persons.append(who)
            kinds.append(np.full(len(who), kind))
            total += len(who)
        self.place_person = np.concatenate(persons)
        self.place_kind = np.concatenate(kinds)

    def _once(self, kind: int) -> bool:
        return KINDS[kind] == "advisory" or (KINDS[kind] == "pd" and self.pd == "one")

    def _attendance(self) -> Bools:
        """Who is there in which block, (people, blocks), the kind of person considered."""
        bells = list(self.cycle.blocks.values())
        attends = np.zeros((len(self.people), len(bells)), dtype=bool)
        for at, bell in enumerate(bells):
            if bell.kind in ("flex", "advisory"):
                fits = [grade in bell.grades for grade in self.grades]
                mask = np.array([*(fits if bell.grades else [True] * len(fits)), False])
                attends[:, at] = mask[self.person_grade]
            elif bell.kind == "pd":
                attends[:, at] = ~self.is_student
        block_index = {block: at for at, block in enumerate(self.blocks)}
        for person, block in self.cycle.away:
            if block in block_index:
                attends[self.person_index[person], block_index[block]] = False
        return attends

    def _index_candidates(self, chosen: Chosen | None) -> None:
        present = self._units_all(self.attends[:, self.session_block])
        self.admitted = self._admitted()
        admitted = self._units_all(self.admitted[:, self.session_activity])
        locked, forbidden = self._locked()
        able = present & (admitted | locked)
        if chosen is not None:
            able &= self._units_any(chosen(self, able[:, self.session_unit]))
        self.cand_person, self.cand_unit = np.nonzero(able)
        start, length = self.unit_start, np.diff(self.unit_start)
        number = length[self.cand_unit]
        self.visit_column = np.repeat(np.arange(len(self.cand_person)), number)
        offset = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
        self.visit_person = self.cand_person[self.visit_column]
        self.visit_session = self.unit_sessions[start[self.cand_unit[self.visit_column]] + offset]
        self.visit_place = self.place_of[self.visit_person, self.session_block[self.visit_session]]
        filled = self.visit_column * len(self.place_person) + self.visit_place
        self.visit_first = np.zeros(len(filled), dtype=bool)
        self.visit_first[np.unique(filled, return_index=True)[1]] = True
        self.visit_allowed = ~forbidden[self.visit_person, self.cand_unit[self.visit_column]]
        self.visit_at = np.full((len(self.people), len(self.sessions)), -1, dtype=np.int32)
        self.visit_at[self.visit_person, self.visit_session] = np.arange(len(self.visit_column))

    def _units_all(self, by_session: Bools) -> Bools:
        """(people, units): whether it holds for every session of the unit."""
        if not self.units:
            return np.zeros((len(self.people), 0), dtype=bool)
        ordered = by_session[:, self.unit_sessions]
        return np.asarray(np.logical_and.reduceat(ordered, self.unit_start[:-1], axis=1))

    def _units_any(self, by_session: Bools) -> Bools:
        """(people, units): whether it holds for some session of the unit."""
        return ~self._units_all(~by_session)

    def _admitted(self) -> Bools:
        """(people, activities): whether ``grades`` and ``only`` admit the person."""
        admitted = np.ones((len(self.people), len(self.activities)), dtype=bool)
        for at, activity in enumerate(self.scenario.activities):
            if activity.grades:
                fits = np.array([*(grade in activity.grades for grade in self.grades), True])
                admitted[:, at] &= fits[self.person_grade]
            if activity.only:
                holds = [self.person_has(tag) for tag in activity.only]
                admitted[:, at] &= np.logical_or.reduce(holds)
        return admitted

    def _locked(self) -> tuple[Bools, Bools]:
        """(people, units): locked in, locked out."""
        locked = np.zeros((len(self.people), len(self.units)), dtype=bool)
        forbidden = np.zeros_like(locked)
        for lock in self.scenario.locks:
            if lock.session in self.session_index:
                unit = self.session_unit[self.session_index[lock.session]]
                state = locked if lock.state == "in" else forbidden
                state[self.person_index[lock.person], unit] = True
        return locked, forbidden

    # ---- looking up --------------------------------------------------------------------------

    def person_has(self, tag: str) -> Bools:
        """(people,): who carries the tag, ``grade:<g>`` included."""
        found = np.zeros(len(self.people), dtype=bool)
        found[self._holders.get(tag, [])] = True
        return found

    def session_has(self, tag: str) -> Bools:
        """(sessions,): which sessions carry the tag, ``staff:<leader>`` included."""
        found = np.zeros(len(self.sessions), dtype=bool)
        found[self._carriers.get(tag, [])] = True
        return found

    @cached_property
    def _targets(self) -> tuple[dict[str, int], Ints, Ints]:
        """Number of each target id, and its sessions as starts and a flat list."""
        found: dict[str, list[int]] = defaultdict(list)
        for at, session in enumerate(self.cycle.decided.values()):
            found[session.id].append(at)
            found[session.activity].append(at)
        start = np.cumsum([0, *(len(sessions) for sessions in found.values())])
        flat = _array(at for sessions in found.values() for at in sessions)
        return {target: at for at, target in enumerate(found)}, start, flat

    def visits_to(self, persons: Sequence[str], targets: Sequence[str]) -> tuple[Ints, Ints]:
        """Visits that pairs of person and target (activity or session id) stand for.

        Returns
        -------
        pair, visit : int arrays
            For each allowed visit found: the index of the pair, and the visit. Pairs that nothing
            meets do not occur.
        """
        pair, who, session = self._meant(persons, targets)
        visit = self.visit_at[who, session].astype(np.int64)
        kept = visit >= 0
        kept[kept] = self.visit_allowed[visit[kept]]
        return pair[kept], visit[kept]

    def named(self, persons: Sequence[str], targets: Sequence[str]) -> Bools:
        """(people, sessions): whether a pair of person and target (an id) stands for it."""
        found = np.zeros((len(self.people), len(self.sessions)), dtype=bool)
        _, who, session = self._meant(persons, targets)
        found[who, session] = True
        return found

    def _meant(self, persons: Sequence[str], targets: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """Pair, person and session of everything that pairs of ids stand for."""
        number, start, flat = self._targets
        known = [at for at, target in enumerate(targets) if target in number]
        which = _array(number[targets[at]] for at in known)
        who = _array(self.person_index[persons[at]] for at in known)
        length = start[which + 1] - start[which]
        offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        session = flat[np.repeat(start[which], length) + offset]
        return np.repeat(_array(known), length), np.repeat(who, length), session

    def visits_carrying(self, persons: Sequence[str], tags: Sequence[str]) -> tuple[Ints, Ints]:
        """Allowed visits of each person to sessions with the tag; as `visits_to`."""
        pairs, visits = [], []
        for at, (person, tag) in enumerate(zip(persons, tags, strict=True)):
            sessions = self._carriers.get(tag, [])
            visit = self.visit_at[self.person_index[person], sessions]
            visit = visit[visit >= 0]
            visit = visit[self.visit_allowed[visit]]
            pairs.append(np.full(len(visit), at))
            visits.append(visit.astype(np.int64))
        return _concatenated(pairs), _concatenated(visits)

    @cached_property
    def locked_visits(self) -> Ints:
        """Visits that locks ``in`` demand, those to the other sessions of a series among them."""
        locked, _ = self._locked()
        return np.flatnonzero(locked[self.visit_person, self.session_unit[self.visit_session]])

    @cached_property
    def wanted(self) -> Bools:
        """(visits,): whether the place would be chosen, needed, pulled or fallback."""
        found: Bools = self.session_fallback[self.visit_session].copy()
        chosen = [choice for choice in self.scenario.choices if choice.score != 0]
        found[self.visits_to([c.person for c in chosen], [c.choice for c in chosen])[1]] = True
        pulls = self.scenario.pulls
        found[self.visits_to([p.person for p in pulls], [p.target for p in pulls])[1]] = True
        found[self.needed_visits[1]] = True
        return found

    @cached_property
    def needed_visits(self) -> tuple[Ints, Ints]:
        """Need (index into ``scenario.needs``) and visit, for each visit that counts for it."""
        needs = self.scenario.needs
        pair, visit = self.visits_carrying([n.person for n in needs], [n.tag for n in needs])
        limited = {at: set(need.blocks) for at, need in enumerate(needs) if need.blocks}
        counts = np.ones(len(pair), dtype=bool)
        for at in np.flatnonzero(np.isin(pair, list(limited))):
            block = self.blocks[self.session_block[self.visit_session[visit[at]]]]
            counts[at] = block in limited[int(pair[at])]
        return pair[counts], visit[counts]


def _array(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _concatenated(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
