"""Who is let go: the people whom changes touch, and those who may have to make room for them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scheduler.repair.applying import before
from scheduler.rules import catalogue
from scheduler.solver import elastic
from scheduler.solver.columns import Columns
from scheduler.solver.matrix import assembled, completed
from scheduler.solver.mending import Mending
from scheduler.solver.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from scheduler.models import Plan, Scenario
    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

EMPTY = 200
"""People without a place from before who are let go; where they are more, none of them is.

So it is with people whose lock was waived.
"""

CLOSE = 60
"""People in the way who are let go altogether; where they are more, only in blocks concerned."""

FILLERS = 300
"""People who may come into a session that gets too small."""


@dataclass
class Freedom:
    """Who may do what.

    Attributes
    ----------
    old, scenario : Scenario
        Before and after the changes.
    plan : Plan
        Before them.
    newcomers : frozenset of str
    since : str, optional
    core : set of str
        People all of whose possibilities are listed.
    ring : set of (person, session)
        Possibilities of others.
    """

    old: Scenario
    scenario: Scenario
    plan: Plan
    newcomers: frozenset[str]
    since: str | None = None
    core: set[str] = field(default_factory=set)
    ring: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.pd = catalogue.pd_form(self.scenario)
        self.facts = catalogue.facts(self.scenario)
        self.rosters: dict[str, list[str]] = defaultdict(list)
        self.weeks: dict[str, list[str]] = defaultdict(list)
        for person, session in self.plan.lines:
            self.rosters[session].append(person)
            self.weeks[person].append(session)
        self.wide = self._columns()
        self._touch()

    @property
    def looked_at(self) -> int:
        """How many people are let go."""
        return len(self.core | {person for person, _ in self.ring})

    # ---- at first ----------------------------------------------------------------------------

    def _columns(self) -> Columns:
        return Columns(self.scenario, self.pd, self._chosen)

    def _chosen(self, columns: Columns, able: Bools) -> Bools:
        """(people, sessions): the old lines, all of the core, and the ring."""
        people, sessions = columns.person_index, columns.session_index
        found = np.zeros_like(able)
        for person, session in (*self.plan.lines, *self.ring):
            if person in people and session in sessions:
                found[people[person], sessions[session]] = True
        found[[people[person] for person in self.core]] = True
        self.able = able
        return able & found

    def _touch(self) -> None:
        """Whom the changes touch at once."""
        columns = self.wide
        matrix, _ = assembled(columns)
        start = Model(columns, matrix, columns.count).standing(self.plan)
        self.core |= set(self.newcomers) | self.lost(columns) | self._asked()
        self.core |= self._broken(columns, elastic.strict(matrix), start)
        self.core |= self._empty(columns, start) | self._waived()
        self.core |= self._paired()
        self.ring |= self._beside()

    def lost(self, columns: Columns) -> set[str]:
        """People whose old session is not there for them any more although the place is due."""
        gone = self.gone_lines
        found = set()
        for person, session in self.plan.lines:
            at = columns.person_index.get(person)
            if at is None or (person, session) in gone:
                continue
            number = columns.session_index.get(session)
            if number is None or columns.visit_at[at, number] < 0:
                found.add(person)
        return found

    @cached_property
    def gone_lines(self) -> frozenset[tuple[str, str]]:
        """Old lines whose place is not due any more: the person is away, or nothing is offered."""
        facts = self.facts
        kinds = {activity.id: activity.kind for activity in self.old.activities}
        sessions = {session.id: session for session in self.old.sessions}
        found = set()
        for person, session in self.plan.lines:
            if person in facts.cycle.people:
                there = sessions[session]
                kind = kinds[there.activity]
                block = "" if facts.once(kind) else there.block
                if not any(p.kind == kind and p.block == block for p in facts.places[person]):
                    found.add((person, session))
        return frozenset(found)

    def _asked(self) -> set[str]:
        """People whom a required pull does not find where they are."""
        sessions: dict[str, set[str]] = defaultdict(set)
        for session in self.scenario.sessions:
            sessions[session.id].add(session.id)
            sessions[session.activity].add(session.id)
        return {
            pull.person
            for pull in self.scenario.pulls
            if pull.tier == "required" and not sessions[pull.target] & {*self.weeks[pull.person]}
        }

    def _broken(self, columns: Columns, matrix: Matrix, start: Ints) -> set[str]:
        """People in rows that the old plan does not keep, and in sessions that stand there."""
        v = completed(matrix, start)
        v = np.where(matrix.breach >= 0, 0, v)
        activity = matrix.a @ v
        wrong = np.flatnonzero((activity < matrix.lower) | (activity > matrix.upper))
        inside = np.unique(matrix.a[wrong].indices)
        inside = inside[v[inside] > 0]
        base = inside[inside < columns.count]
        people = {int(p) for p in matrix.owner[base] if p >= 0}
        units = base - len(columns.cand_person)
        units = units[(units >= 0) & (units < len(columns.units))]
        there = np.isin(columns.cand_unit, units) & (start[: len(columns.cand_unit)] > 0)
        people |= set(columns.cand_person[there].tolist())
        return {columns.people[p] for p in people}

    def _empty(self, columns: Columns, start: Ints) -> set[str]:
        empty = columns.place_person[start[columns.unplaced_columns] > 0]
        people = {columns.people[p] for p in empty.tolist()}
        return people if len(people) <= EMPTY else people & (self.core | self.newcomers)

    def _waived(self) -> set[str]:
        """People whose lock the old plan does not keep: perhaps it can hold now."""
        lines = set(self.plan.lines)
        locks = self.facts.locks.items()
        people = {key[0] for key, state in locks if (state == "in") != (key in lines)}
        return people if len(people) <= EMPTY else set()

    def _paired(self) -> set[str]:
        """Those who are paired with somebody who is let go."""
        found: set[str] = set()
        while True:
            known = self.core | found
            more = {
                other
                for pair in self.scenario.pairs
                for one, other in ((pair.a, pair.b), (pair.b, pair.a))
                if one in known and other not in known
            }
            if not more:
                return found
            found |= more

    def _beside(self) -> set[tuple[str, str]]:
        """What people could do instead who sit where somebody is pulled to and nothing is free."""
        columns = self.wide
        asked = {pull.target for pull in self.scenario.pulls if pull.person in self.core}
        numbers = columns.session_index
        full = [
            session.id
            for session in self.scenario.sessions
            if {session.id, session.activity} & asked
            and session.id in numbers
            and len(self.rosters[session.id]) >= columns.session_cap[numbers[session.id]]
        ]
        return self.instead(full)

    def instead(self, sessions: Iterable[str]) -> set[tuple[str, str]]:
        """All that people in these sessions could do in the same block."""
        columns, found = self.wide, set()
        for session in sessions:
            block = columns.session_block[columns.session_index[session]]
            others = np.flatnonzero(columns.session_block == block)
            found |= {
                (person, columns.sessions[other])
                for person in self.rosters[session]
                if person in columns.person_index
                for other in others.tolist()
            }
        return found

    # ---- later -------------------------------------------------------------------------------

    def widen(self, people: Iterable[str]) -> bool:
        """Let go of people who are in the way, and of those in whose place they could stay."""
        before = (len(self.core), len(self.ring))
        people = [person for person in people if person not in self.core]
        known = set(self.wide.session_index)
        theirs = {s for person in people for s in self.weeks[person] if s in known}
        if len(people) <= CLOSE:
            self.core |= set(people)
            self.core |= self._paired()
        concerned = self._concerned()
        self.ring |= self.instead(theirs & concerned if theirs & concerned else theirs)
        self.ring |= self._fillers()
        return before != (len(self.core), len(self.ring))

    def _concerned(self) -> set[str]:
        """Sessions without a free seat."""
        columns = self.wide
        cap = columns.session_cap
        return {s for s, at in columns.session_index.items() if len(self.rosters[s]) >= cap[at]}

    def _fillers(self) -> set[tuple[str, str]]:
        """Who could come into sessions that people who are let go may leave too small."""
        columns, found = self.wide, set()
        for session, at in columns.session_index.items():
            roster = self.rosters[session]
            staying = sum(person not in self.core for person in roster)
            if staying == len(roster) or staying >= columns.session_min[at]:
                continue
            able = np.flatnonzero(self.able[:, at])[:FILLERS]
            found |= {(columns.people[p], session) for p in able.tolist()}
        return found

    # ---- the task ----------------------------------------------------------------------------

    def task(self, more: tuple[int, ...], seed: int) -> tuple[Model, Mending]:
        """The model of all who are let go, and what is to be mended in it."""
        columns = self._columns()
        matrix, aims = assembled(columns)
        model = Model(columns, matrix, columns.count)
        start = model.standing(self.plan)
        names = [(rule, what) for rule, what, _ in catalogue.first(self.scenario)]
        first = dict(zip(names, aims.first, strict=True))
        number = columns.person_index
        listed = np.zeros(len(columns.people), dtype=bool)
        listed[[number[person] for person in self.core]] = True
        counted = np.ones(len(columns.people), dtype=bool)
        counted[[number[person] for person in self.newcomers]] = False
        forced = np.zeros(len(columns.people), dtype=bool)
        forced[[number[person] for person in self.lost(columns)]] = True
        frozen = self._frozen(columns)
        none = np.zeros(0, dtype=np.int64)
        return model, Mending(
            matrix=matrix,
            start=start,
            free=self._free(columns, listed, start) & ~frozen,
            frozen=frozen,
            listed=listed,
            counted=counted,
            forced=forced & counted,
            empty=columns.unplaced_columns,
            missed=first.get(("pulls", "required"), none),
            more=more,
            seed=seed,
        )

    def _free(self, columns: Columns, listed: Bools, start: Ints) -> Bools:
        """(base,): columns of the core, what the ring could do instead, and sessions of theirs."""
        loose = np.zeros((len(columns.people), len(columns.blocks)), dtype=bool)
        loose[listed] = True
        for person, session in self.ring:
            at = columns.session_index.get(session)
            if at is not None and person in columns.person_index:
                loose[columns.person_index[person], columns.session_block[at]] = True
        fixed = np.zeros(len(columns.cand_person), dtype=bool)
        visits = ~loose[columns.visit_person, columns.session_block[columns.visit_session]]
        fixed[columns.visit_column[visits]] = True
        free = np.zeros(columns.count, dtype=bool)
        free[: len(fixed)] = ~fixed
        stays = fixed & (start[: len(fixed)] > 0)
        held = np.unique(columns.cand_unit[stays])
        free[columns.open_columns] = True
        free[columns.open_columns[held]] = False
        able = np.zeros(len(columns.place_person), dtype=bool)
        able[columns.visit_place[~visits]] = True
        able[listed[columns.place_person]] = True
        free[columns.unplaced_columns] = able
        return free

    def _frozen(self, columns: Columns) -> Bools:
        """(base,): what happens in blocks that are over, and whole series that began there."""
        over = [columns.blocks.index(b) for b in before(self.scenario, self.since)]
        began = np.isin(columns.session_block, over)
        units = np.zeros(len(columns.units), dtype=bool)
        units[columns.session_unit[began]] = True
        places = np.zeros(len(columns.place_person), dtype=bool)
        held = columns.place_of[:, over]
        places[held[held >= 0]] = True
        later = columns.place_of[:, [b for b in range(len(columns.blocks)) if b not in over]]
        places[later[later >= 0]] = False
        frozen = np.zeros(columns.count, dtype=bool)
        frozen[: len(columns.cand_person)] = units[columns.cand_unit]
        frozen[columns.open_columns] = units
        frozen[columns.unplaced_columns] = places
        return frozen
