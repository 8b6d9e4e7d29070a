"""Seats that nobody wished: counted for everyone alike at once, dealt out afterwards.

Most candidates carry no wish, need or lock, and for each session they are alike: 3,000 people ×
300 sessions are 900,000 of which 150,000 are somebody's. The others enter as counts per *class*
(people whom the same sessions admit) and session:

    Σ_s count[g, s] = Σ_{p in g} anywhere[p, b]    for each class g and block b,

where ``anywhere`` takes part in the person's place. What a count does to the shared rows is read
off one candidate of the class that was kept as its example; how often one person visits one
activity is left open. So the folded model allows all that the whole one does, at the same worth:
its bound holds for the whole. Dealing gives each person sessions of activities that they do not
visit already, where that is possible.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from scheduler.rules import catalogue
from scheduler.solver.matrix import SHARED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.columns import Columns
    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

T = TypeVar("T", bound=np.generic)

FLEX = 0
"""Kind whose open seats are alike; advisory groups and CoPs look at who is in them."""


@dataclass
class Crowd:
    """The candidates of a scenario that are nobody's in particular.

    Attributes
    ----------
    plain : bool array (people, sessions)
        Where a person would be one of the crowd.
    member : int array (people,)
        Class of each person.
    example : int array (classes, sessions)
        Person whose column stands for the class there, or -1.
    """

    plain: Bools = field(init=False)
    member: Ints = field(init=False)
    example: Ints = field(init=False)

    def chosen(self, columns: Columns, able: Bools) -> Bools:
        """Who shall have a column of their own: those who are touched, and the examples."""
        own = np.zeros_like(able)
        for rule, settings in catalogue.speaking(columns.scenario).values():
            if hasattr(rule, "touches"):
                own |= rule.touches(columns, settings)
        series = columns.unit_is_series[columns.session_unit]
        own |= ((columns.session_kind != FLEX) | series)[None, :]
        self.plain = able & ~own
        kinds = np.hstack([columns.person_grade[:, None], np.packbits(columns.admitted, axis=1)])
        self.member = np.unique(kinds, axis=0, return_inverse=True)[1].ravel()
        self.example = np.full((int(self.member.max(initial=-1)) + 1, able.shape[1]), -1)
        person, session = np.nonzero(self.plain)
        self.example[self.member[person][::-1], session[::-1]] = person[::-1]
        keep = able & own
        group, at = np.nonzero(self.example >= 0)
        keep[self.example[group, at], at] = True
        return keep


@dataclass(frozen=True)
class Folded:
    """A matrix with the crowd in it, and where.

    Attributes
    ----------
    matrix : Matrix
    group, session, count : int arrays (counts,)
        Class, session and column of each count.
    person, block, anywhere : int arrays (anywheres,)
        Person, block and column of each ``anywhere``.
    base : int
        Number of whole-number columns.
    """

    matrix: Matrix
    group: Ints
    session: Ints
    count: Ints
    person: Ints
    block: Ints
    anywhere: Ints
    base: int

    def seat(self, columns: Columns, crowd: Crowd, person: int, session: int) -> Ints:
        """Columns of somebody of the crowd in a session: one more there, who sits anywhere."""
        group = crowd.member[person]
        count = self.count[(self.group == group) & (self.session == session)]
        block = columns.session_block[session]
        where = self.anywhere[(self.person == person) & (self.block == block)]
        return np.concatenate([count, where])

    def seated(self, columns: Columns, crowd: Crowd, person: Ints, session: Ints) -> Ints:
        """(base,): counts and ``anywhere`` of people of the crowd in these sessions."""
        whole = np.zeros(self.base, dtype=np.int64)
        at = np.full((int(crowd.member.max(initial=0)) + 1, len(columns.sessions)), -1)
        at[self.group, self.session] = self.count
        np.add.at(whole, at[crowd.member[person], session], 1)
        sits = np.full((len(columns.people), len(columns.blocks)), -1)
        sits[self.person, self.block] = self.anywhere
        whole[sits[person, columns.session_block[session]]] = 1
        return whole


def folded(columns: Columns, crowd: Crowd, matrix: Matrix) -> Folded:
    """Turn the examples' columns into counts, and let everyone sit anywhere."""
    group, session = np.nonzero(crowd.example >= 0)
    visit = columns.visit_at[crowd.example[group, session], session]
    count = columns.visit_column[visit]
    members = sparse.csr_array(
        (np.ones(len(crowd.member), np.int64), (crowd.member, np.arange(len(crowd.member)))),
    )
    size = (members @ crowd.plain.astype(np.int64))[group, session]
    person, block, row = _anywhere(columns, crowd, matrix)
    base, extra = columns.count, len(person)
    a = _counting(matrix, count, size)
    block_of = columns.session_block[session]
    keys, which = np.unique(group * len(columns.blocks) + block_of, return_inverse=True)
    mine = crowd.member[person] * len(columns.blocks) + block
    known = np.searchsorted(keys, mine)
    links = sparse.coo_array(
        (
            np.concatenate([np.ones(len(count), np.int64), -np.ones(extra, np.int64)]),
            (
                np.concatenate([which, known]),
                np.concatenate([count, base + np.arange(extra)]),
            ),
        ),
        shape=(len(keys), matrix.shape[1] + extra),
    )
    seats = sparse.coo_array(
        (np.ones(extra, np.int64), (row, np.arange(extra))), shape=(matrix.shape[0], extra)
    )
    wide = sparse.hstack([a[:, :base], seats, a[:, base:]])
    caps = _caps(columns, matrix, a, count, size, session)
    new = replace(
        matrix,
        a=sparse.csr_array(sparse.vstack([wide, links])).astype(np.int64),
        lower=np.concatenate([matrix.lower, np.zeros(len(keys), np.int64)]),
        upper=np.concatenate([matrix.upper, np.zeros(len(keys), np.int64)]),
        objective=_inserted(matrix.objective, base, np.zeros(extra, np.int64)),
        cap=_inserted(caps, base, np.ones(extra, np.int64)),
        floor=_inserted(matrix.floor, base, np.zeros(extra, np.int64)),
        integer=_inserted(matrix.integer, base, np.ones(extra, bool)),
        owner=_inserted(_owners(matrix, count), base, person),
        breach=_inserted(matrix.breach, base, np.full(extra, -1)),
    )
    anywhere = base + np.arange(extra)
    return Folded(new, group, session, count, person, block, anywhere, base + extra)


def _anywhere(columns: Columns, crowd: Crowd, matrix: Matrix) -> tuple[Ints, Ints, Ints]:
    """Person, block and place row of everyone who could be one of the crowd somewhere."""
    blocks = np.zeros((len(columns.people), len(columns.blocks)), dtype=bool)
    for block in np.unique(columns.session_block):
        blocks[:, block] = crowd.plain[:, columns.session_block == block].any(axis=1)
    person, block = np.nonzero(blocks)
    place = columns.place_of[person, block]
    row_of = np.full(matrix.shape[1], -1)
    entries = matrix.a.tocoo()
    equal = (matrix.lower == 1) & (matrix.upper == 1)
    chooser = equal[entries.row] & (entries.data == 1)
    row_of[entries.col[chooser]] = entries.row[chooser]
    row = row_of[columns.unplaced_columns[place]]
    return person[row >= 0], block[row >= 0], row[row >= 0]


def _counting(matrix: Matrix, count: Ints, size: Ints) -> sparse.csr_array:
    """The rows with counts in them: out of personal rows, and as many times as they stand for.

    A row that speaks of one candidate alone (``x ≤ open``) is summed over the class.
    """
    entries = matrix.a.tocoo()
    row, col, data = entries.row.astype(np.int64), entries.col.astype(np.int64), entries.data
    many = np.zeros(matrix.shape[1], dtype=np.int64)
    many[count] = size
    candidate = matrix.integer[col] & (matrix.owner[col] != SHARED)
    alone = np.bincount(row[candidate], minlength=matrix.shape[0]) == 1
    times = np.zeros(matrix.shape[0], dtype=np.int64)
    stands = candidate & (many[col] > 0)
    times[row[stands]] = many[col[stands]]
    scale = alone[row] & (times[row] > 0) & ~candidate & (matrix.personal[row] == SHARED)
    data = np.where(scale, data * times[row], data)
    keep = ~((many[col] > 0) & (matrix.personal[row] != SHARED))
    return sparse.csr_array((data[keep], (row[keep], col[keep])), shape=matrix.shape)


def _caps(
    columns: Columns, matrix: Matrix, a: sparse.csr_array, count: Ints, size: Ints, session: Ints
) -> Ints:
    """Upper bounds: of counts their class and the seats, of slacks as much more as counts add."""
    cap = matrix.cap.copy()
    cap[count] = np.minimum(size, columns.session_cap[session])
    more = np.zeros(matrix.shape[1], dtype=np.int64)
    more[count] = size - 1
    reach = abs(a) @ more
    entries = a[:, columns.count :].tocoo()
    np.maximum.at(
        cap,
        entries.col + columns.count,
        matrix.cap[entries.col + columns.count] + reach[entries.row],
    )
    return np.where(matrix.breach >= 0, matrix.cap, cap)


def _owners(matrix: Matrix, count: Ints) -> Ints:
    owner = matrix.owner.copy()
    owner[count] = SHARED
    return owner


def _inserted(values: NDArray[T], at: int, more: NDArray[T]) -> NDArray[T]:
    return np.concatenate([values[:at], more, values[at:]])


def dealt(
    columns: Columns,
    crowd: Crowd,
    fold: Folded,
    whole: Ints,
    taken: list[tuple[int, int]],
    stay: Bools | None = None,
    sure: tuple[int, int] | None = None,
) -> list[tuple[int, int]]:
    """Give the crowd's people the seats that were counted, or free ones where that cannot be.

    Parameters
    ----------
    whole : int array (base,)
        Whole-number columns of the folded model.
    taken : list of (person, session)
        Lines of the candidates that have columns.
    stay : bool array (people, sessions), optional
        Where people were before: they stay there where that is as good.
    sure : (person, session), optional
        Of the crowd, who gets this seat before anybody is dealt one; it is among those counted.

    Returns
    -------
    list of (person, session)
    """
    deal = _Deal(columns, crowd, taken, stay)
    if sure is not None:
        deal.give(*sure)
    sitting = np.flatnonzero(whole[fold.anywhere])
    member, blocks = crowd.member[fold.person[sitting]], fold.block[sitting]
    left: list[tuple[int, int]] = []
    for group, block in np.unique(np.stack([member, blocks]), axis=1).T.tolist():
        people = fold.person[sitting[(member == group) & (blocks == block)]]
        counts = (fold.group == group) & (columns.session_block[fold.session] == block)
        seats = np.repeat(fold.session[counts], whole[fold.count[counts]])
        if sure is not None and sure[0] in people and sure[1] in seats:
            people = people[people != sure[0]]
            seats = np.delete(seats, np.flatnonzero(seats == sure[1])[0])
        left += [(person, block) for person in deal.out(people, seats)]
    opened = whole[columns.session_open(np.arange(len(columns.sessions)))] > 0
    counted = np.bincount(fold.session, whole[fold.count], len(columns.sessions)).astype(np.int64)
    meant = counted + np.bincount([s for _, s in taken], minlength=len(columns.sessions))
    for person, block in left:
        here = np.flatnonzero(opened & (columns.session_block == block))
        deal.squeeze(person, here[deal.size[here] < meant[here]], here)
    return deal.lines


class _Deal:
    """What people visit already, how full sessions are, and who was dealt which seat."""

    def __init__(
        self,
        columns: Columns,
        crowd: Crowd,
        taken: list[tuple[int, int]],
        stay: Bools | None = None,
    ) -> None:
        self.columns = columns
        self.stay = stay
        self.crowd = crowd
        self.visited: dict[int, set[int]] = {}
        self.seats: dict[int, dict[int, int]] = {}
        self.size = np.zeros(len(columns.sessions), dtype=np.int64)
        for person, session in taken:
            self.visited.setdefault(person, set()).add(self._activity(session))
            self.size[session] += 1

    @property
    def lines(self) -> list[tuple[int, int]]:
        """(person, session) of every seat that was dealt."""
        return [(person, s) for person, seats in self.seats.items() for s in seats.values()]

    def _activity(self, session: int) -> int:
        return int(self.columns.session_activity[session])

    def give(self, person: int, session: int) -> None:
        """Deal somebody a seat."""
        self.seats.setdefault(person, {})[int(self.columns.session_block[session])] = session
        self.size[session] += 1

    def out(self, people: Ints, seats: Ints) -> list[int]:
        """Deal these seats to these people; whom none of them suits is returned."""
        unease = np.array([self._unease(person, seats) for person in people.tolist()])
        table = unease.reshape(len(people), len(seats))
        left = set(people.tolist())
        cost: NDArray[np.float64] | Bools = table
        if self.stay is not None:
            cost = table - self.stay[people][:, seats] / (2 * (len(people) + 1))
        for one, other in zip(*linear_sum_assignment(cost), strict=True):
            if not table[one, other]:
                self.give(int(people[one]), int(seats[other]))
                left.discard(int(people[one]))
        return sorted(left)

    def squeeze(self, person: int, meant: Ints, sessions: Ints) -> None:
        """Deal a seat that was ``meant`` to be taken, letting others change seats for that.

        Else any seat that is still free in these sessions: what then stays too small will close.
        """
        free = sessions[self.size[sessions] < self.columns.session_cap[sessions]]
        for seats in (meant.tolist(), free.tolist()):
            for ask in (self._suits, self._freed):
                for session in seats:
                    if ask(person, session):
                        self.give(person, session)
                        return
            if any(self._passed_on(person, session) for session in seats):
                return

    def _freed(self, person: int, session: int) -> bool:
        """Whether somebody's seat of that activity in another block was changed for another's."""
        again = {self._activity(s): block for block, s in self.seats.get(person, {}).items()}
        block = again.get(self._activity(session))
        if block is None or not self.crowd.plain[person, session]:
            return False
        if self._activity(session) in self.visited.get(person, ()):
            return False
        mine = self.seats[person][block]
        for other, seats in self.seats.items():
            theirs = seats.get(block, mine)
            if theirs == mine or not self._suits(other, mine, block):
                continue
            if self._suits(person, theirs, block):
                self.seats[person][block], seats[block] = theirs, mine
                return True
        return False

    def _passed_on(self, person: int, session: int) -> bool:
        """Whether somebody in the same block went there and left their seat to this person."""
        block = int(self.columns.session_block[session])
        for other, seats in self.seats.items():
            theirs = seats.get(block)
            if theirs is None or not self._suits(person, theirs):
                continue
            if self._suits(other, session, block) or self._freed(other, session):
                seats[block] = session
                self.size[session] += 1
                self.size[theirs] -= 1
                self.give(person, theirs)
                return True
        return False

    def _suits(self, person: int, session: int, instead: int | None = None) -> bool:
        """Whether a seat is for this person, who visits the activity nowhere but ``instead``."""
        seats = self.seats.get(person, {})
        seen = {self._activity(s) for block, s in seats.items() if block != instead}
        seen |= self.visited.get(person, set())
        return bool(self.crowd.plain[person, session]) and self._activity(session) not in seen

    def _unease(self, person: int, seats: Ints) -> Bools:
        """(seats,): whether a seat is not for this person, or of an activity visited already."""
        seen = {self._activity(s) for s in self.seats.get(person, {}).values()}
        seen |= self.visited.get(person, set())
        again = np.isin(self.columns.session_activity[seats], list(seen))
        unease: Bools = again | ~self.crowd.plain[person, seats]
        return unease
