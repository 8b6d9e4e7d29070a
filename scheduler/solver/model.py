"""A scenario as a matrix, and the way back: whole or, where it is large, with a crowd in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from scheduler.models import Plan
from scheduler.rules import catalogue
from scheduler.solver import elastic
from scheduler.solver.columns import Columns
from scheduler.solver.crowd import Crowd, Folded, dealt, folded
from scheduler.solver.isolate import Answer
from scheduler.solver.ladder import Ladder, ladder
from scheduler.solver.matrix import Matrix, assembled, completed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Scenario
    from scheduler.solver.components import Component

    Ints = NDArray[np.int64]

CROWDED = 50_000
"""People × sessions from which on seats that nobody wished are counted, not listed."""


@dataclass(frozen=True)
class Model:
    """A scenario's columns and matrix; ``crowd`` and ``fold`` where the crowd was folded in.

    ``base`` is the number of whole-number columns, which come first; ``ladder`` is there where
    levels come before the value.
    """

    columns: Columns
    matrix: Matrix
    base: int
    crowd: Crowd | None = None
    fold: Folded | None = None
    ladder: Ladder | None = None

    @property
    def exact(self) -> bool:
        """Whether the matrix says of every plan exactly what it is worth."""
        return self.fold is None

    def resting(self, part: Component) -> Answer | None:
        """Only what locks demand, if that is legal: never nothing to show."""
        columns = self.columns
        whole = np.zeros(self.base, dtype=np.int64)
        whole[columns.unplaced_columns] = 1
        inside = columns.locked_visits
        whole[columns.visit_column[inside]] = 1
        whole[columns.session_open(columns.visit_session[inside])] = 1
        whole[columns.unplaced_columns[columns.visit_place[inside]]] = 0
        base = whole[part.columns[part.matrix.integer]]
        matrix = elastic.strict(part.matrix)
        resting = completed(matrix, base)
        return Answer(0, base, matrix.value(resting), 0) if matrix.allows(resting) else None

    def plan(
        self, whole: Ints, near: Plan | None = None, sure: tuple[str, str] | None = None
    ) -> Plan:
        """Indexes become ids again: lines of people, and the sessions that are open.

        People of the crowd stay where they are ``near`` that plan, where that is as good; a person
        and session that are ``sure`` are dealt first.
        """
        columns = self.columns
        listed = np.ones(len(columns.cand_person), dtype=bool)
        if self.fold is not None:
            listed[self.fold.count] = False
        taken = whole[columns.visit_column] * listed[columns.visit_column]
        visits = np.flatnonzero(taken)
        pairs = np.stack([columns.visit_person[visits], columns.visit_session[visits]], axis=1)
        lines: list[tuple[int, int]] = [(p, s) for p, s in pairs.tolist()]
        opened = whole[columns.session_open(np.arange(len(columns.sessions)))].astype(bool)
        if self.fold is not None and self.crowd is not None:
            stay = None if near is None else self._seats(near)
            first = None if sure is None else self._numbers(*sure)
            lines += dealt(columns, self.crowd, self.fold, whole, lines, stay, first)
            lines = _run(columns, lines, opened)
        lines.sort(key=lambda line: (line[0], columns.session_block[line[1]], line[1]))
        return Plan(
            lines=tuple((columns.people[p], columns.sessions[s]) for p, s in lines),
            open=frozenset(columns.sessions[s] for s in np.flatnonzero(opened)),
        )

    def seat(self, person: str, session: str) -> Ints:
        """Columns of somebody of the crowd in a session; none where they are not of the crowd."""
        columns, nothing = self.columns, np.zeros(0, dtype=np.int64)
        known = person in columns.person_index and session in columns.session_index
        if self.fold is None or self.crowd is None or not known:
            return nothing
        who, where = self._numbers(person, session)
        if not self.crowd.plain[who, where]:
            return nothing
        return self.fold.seat(columns, self.crowd, who, where)

    def _numbers(self, person: str, session: str) -> tuple[int, int]:
        return self.columns.person_index[person], self.columns.session_index[session]

    def _seats(self, plan: Plan) -> NDArray[np.bool_]:
        """(people, sessions): who is where, as far as the model knows them."""
        columns = self.columns
        people, sessions = columns.person_index, columns.session_index
        found = np.zeros((len(people), len(sessions)), dtype=bool)
        known = [(people[p], sessions[s]) for p, s in plan.lines if p in people and s in sessions]
        found[tuple(np.array(known, dtype=np.int64).reshape(-1, 2).T)] = True
        return found

    def standing(self, plan: Plan) -> Ints:
        """(base,): whole-number columns of a plan; the other way of `plan`.

        Lines and sessions that the model does not know are left out; people are unplaced where
        nothing fills their place.
        """
        columns = self.columns
        people = {name: number for number, name in enumerate(columns.people)}
        sessions = {name: number for number, name in enumerate(columns.sessions)}
        known = [(p, s) for p, s in plan.lines if p in people and s in sessions]
        person = np.array([people[p] for p, _ in known], dtype=np.int64)
        session = np.array([sessions[s] for _, s in known], dtype=np.int64)
        whole = np.zeros(self.base, dtype=np.int64)
        opened = [sessions[s] for s in plan.open if s in sessions]
        whole[columns.session_open(np.array(opened, dtype=np.int64))] = 1
        counted = np.zeros(len(known), dtype=bool)
        if self.fold is not None and self.crowd is not None:
            counted = self.crowd.plain[person, session]
            whole += self.fold.seated(columns, self.crowd, person[counted], session[counted])
        visit = columns.visit_at[person, session]
        whole[columns.visit_column[visit[~counted & (visit >= 0)]]] = 1
        return self._unplaced(whole)

    def _unplaced(self, whole: Ints) -> Ints:
        """With people unplaced where their place is empty."""
        matrix, alone = self.matrix, self.columns.unplaced_columns
        number = np.full(matrix.shape[1], -1)
        number[alone] = np.arange(len(alone))
        entries = matrix.a.tocoo()
        place = matrix.lower == 1
        mine = np.flatnonzero((number[entries.col] >= 0) & place[entries.row])
        row = np.full(len(alone), -1)
        row[number[entries.col[mine]]] = entries.row[mine]
        filled = matrix.a[:, : len(whole)] @ whole
        whole[alone] = np.maximum(0, 1 - filled[row])
        return whole


def modelled(scenario: Scenario) -> Model:
    """Build the matrix of a scenario.

    Where a soft rule is set to ``hard``, everybody is listed: what the crowd leaves open could
    break it.
    """
    pd = catalogue.pd_form(scenario)
    if len(scenario.people) * len(scenario.sessions) < CROWDED or stiff(scenario):
        columns = Columns(scenario, pd)
        matrix, aims = assembled(columns)
        steps = ladder(columns, matrix, aims)
        return Model(columns, matrix, columns.count, ladder=steps)
    crowd = Crowd()
    columns = Columns(scenario, pd, crowd.chosen)
    matrix, aims = assembled(columns)
    fold = folded(columns, crowd, matrix)
    aims = aims.shifted(columns.count, fold.base - columns.count)
    return Model(columns, fold.matrix, fold.base, crowd, fold, ladder(columns, fold.matrix, aims))


def fingerprint(matrix: Matrix) -> str:
    """SHA-256 of rows and columns: equal ones mean the same by the same numbers."""
    found = hashlib.sha256(repr(matrix.shape).encode())
    a = matrix.a
    sides = (matrix.lower, matrix.upper, matrix.objective, matrix.cap, matrix.floor)
    for numbers in (a.indptr, a.indices, a.data, *sides):
        found.update(np.ascontiguousarray(numbers, dtype="<i8").tobytes())
    return found.hexdigest()


def stiff(scenario: Scenario) -> bool:
    """Whether a rule that could be soft is set to hard."""
    return any(
        settings.mode == "hard"
        and "soft" in get_args(type(settings).model_fields["mode"].annotation)
        for settings in (settings for _, settings in catalogue.speaking(scenario).values())
    )


def tidied(model: Model, whole: Ints) -> Ints:
    """Close open sessions that nobody is in where that costs nothing."""
    columns, matrix = model.columns, model.matrix
    worth = matrix.value(completed(matrix, whole))
    for unit in np.flatnonzero(whole[columns.open_columns]):
        if not whole[: len(columns.cand_unit)][columns.cand_unit == unit].any():
            closed = whole.copy()
            closed[columns.open_columns[unit]] = 0
            v = completed(matrix, closed)
            if matrix.allows(v) and matrix.value(v) >= worth:
                whole, worth = closed, matrix.value(v)
    return whole


def _run(
    columns: Columns, lines: list[tuple[int, int]], opened: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Lines without those of sessions that too few of the crowd could be dealt to; these close."""
    size = Counter(session for _, session in lines)
    for session in np.flatnonzero(opened).tolist():
        if size[session] < columns.session_min[session]:
            locked = columns.session_unit[columns.visit_session[columns.locked_visits]]
            if columns.session_unit[session] not in locked:
                opened[session] = False
    return [line for line in lines if opened[line[1]]]
