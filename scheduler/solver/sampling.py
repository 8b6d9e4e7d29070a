"""Plans drawn from a relaxation: whole cycles of people, block by block, personal rows kept.

A relaxed answer says of each candidate how much of it is taken. Plans are drawn place by place, in
an order that is drawn too, each place taking the candidate with the largest score: the logarithm of
its share plus Gumbel noise (which draws in proportion to shares), or its price. A candidate that
would break a personal row is passed over. All people at once, as arrays.

Where the relaxation takes two thirds of a personal row, a plan takes it once or not at all; where
it takes all of it, once: the row's activity is rounded down or up, as in dependent rounding
(Gandhi, Khuller, Parthasarathy and Srinivasan 2006), and rows that must get something draw first.
So plans meet the needs that the relaxation meets, and mixtures of a few of them are worth what it
is worth.
Where plans are put together by price instead, what personal rows gain or lose by a candidate is
added, as far as the plan has come: a need that it serves, the slope of concave fairness there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from scheduler.solver.certify import GRID
from scheduler.solver.plans import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.plans import Plans

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SHARE = 1e-3
"""A candidate of which the relaxation takes less is not drawn."""

BEST = 8
"""Candidates of each place, its best ones at some prices, that are looked at for a plan."""

NOISE = (0.3, 1.0)
"""Scale of the noise, drawn anew for each plan: little noise follows the shares closely."""

UNBOUND = 2**40

NEARLY = 0.02
"""A relaxed activity this near to a whole number is taken for it: first-order answers are rough."""


class Sampler:
    """Candidates of a model, and who may combine them how.

    Parameters
    ----------
    plans : Plans
    seed : int
    """

    def __init__(self, plans: Plans, seed: int) -> None:
        self.plans = plans
        self.draw = np.random.default_rng(seed)
        self.number = np.full(len(plans.good), -1)
        self.number[plans.people] = np.arange(len(plans.people))

    def drawn(self, v: Floats, times: int) -> tuple[Ints, Ints]:
        """Plans in proportion to a relaxed answer, ``times`` per person.

        Returns
        -------
        person, columns : int arrays (plans,), (plans, choosers)
            As in `plans.Priced`; some may break a personal row with a lower side.
        """
        candidates = self.plans.candidates
        some = candidates[v[candidates] > SHARE]
        table = _Table(self, some)
        table.follow(v[some])
        share = np.log(v[some])
        found = []
        for _ in range(times):
            scale = self.draw.uniform(*NOISE)
            found.append(table.plan(share + scale * self.draw.gumbel(size=len(some))))
        return np.tile(self.plans.people, times), np.concatenate(found)

    def priced(self, price: Ints, times: int) -> tuple[Ints, Ints]:
        """Good plans at these prices (units per column), ``times`` per person."""
        candidates = self.plans.candidates
        place = self.plans.chooser[candidates]
        order = np.lexsort((-price[candidates], place))
        rank = np.arange(len(order)) - np.searchsorted(place[order], place[order])
        some = candidates[np.sort(order[rank < BEST])]
        table = _Table(self, some)
        score = price[some].astype(float)
        found = [table.plan(score, soft=True) for _ in range(times)]
        return np.tile(self.plans.people, times), np.concatenate(found)


class _Table:
    """Some candidates, laid out for drawing."""

    def __init__(self, sampler: Sampler, candidates: Ints) -> None:
        plans, matrix = sampler.plans, sampler.plans.matrix
        self.draw = sampler.draw
        self.candidates = candidates
        self.chooser = plans.chooser[candidates]
        self.place = plans.place[self.chooser]
        self.person = sampler.number[matrix.owner[candidates]]
        self.people, self.places = len(plans.people), plans.places
        self.fills = plans.fills[candidates].toarray() > 0
        self.several = bool((self.fills.sum(axis=1) > 1).any())
        body = sparse.csr_array(plans.personal_a[candidates])
        rows = np.unique(body.indices).astype(np.int64)
        self.body = sparse.csr_array(body[:, rows])
        self.back = sparse.csr_array(self.body.T)
        self.most = np.where(plans.plain[rows], matrix.upper[rows], UNBOUND)
        self.least = np.zeros(len(rows), dtype=np.int64)
        self.plans, self.rows = plans, rows
        self.entry = np.repeat(np.arange(len(candidates)), np.diff(self.body.indptr))

    def follow(self, share: Floats) -> None:
        """Keep every personal row at its relaxed activity, rounded down or up."""
        activity = self.back @ share
        most = np.maximum(np.ceil(activity - NEARLY), 1).astype(np.int64)
        self.most = np.minimum(self.most, most)
        self.least = np.floor(activity + NEARLY).astype(np.int64)

    def plan(self, score: Floats, *, soft: bool = False) -> Ints:
        """(people, places): one plan each; -1 where nothing could be taken."""
        draft = _Draft(self)
        while len(able := draft.asked()):
            draft.take(_first(able, score[able], self.person))
        start = self.draw.integers(self.places, size=self.people)
        turn = (self.place + start[self.person]) % self.places
        for now in range(self.places):
            able = np.flatnonzero((turn == now) & draft.fits())
            worth = score + self._gain(draft.used) if soft else score
            draft.take(_first(able, worth[able], self.chooser))
        return draft.columns

    def _gain(self, used: Ints) -> Floats:
        """(candidates,): units that personal rows gain or lose by each, so far used as they are."""
        row = self.body.indices
        now = self.plans.row_worth(self.rows, used)
        then = self.plans.row_worth(self.rows[row], used[row] + self.body.data)
        gain = np.bincount(self.entry, then - now[row], minlength=len(self.candidates))
        return gain / GRID


class _Draft:
    """Plans in the making: what is taken, which places are filled, how far rows are used."""

    def __init__(self, table: _Table) -> None:
        self.table = table
        self.columns = np.full((table.people, table.places), -1)
        self.done = np.zeros((table.people, table.places), dtype=bool)
        self.used = np.zeros(len(table.most), dtype=np.int64)

    def take(self, pick: Ints) -> None:
        """Take these candidates, at most one per person and place."""
        table = self.table
        self.columns[table.person[pick], table.place[pick]] = table.candidates[pick]
        np.logical_or.at(self.done, table.person[pick], table.fills[pick])
        taken = np.zeros(len(table.candidates), dtype=np.int64)
        taken[pick] = 1
        self.used += table.back @ taken

    def asked(self) -> Ints:
        """Candidates that fit and that a row still asks for."""
        short = (self.used < self.table.least).astype(np.int64)
        if not short.any():
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero((self.table.body @ short > 0) & self.fits())

    def fits(self) -> Bools:
        """(candidates,): whether personal rows and places still have room for it."""
        table = self.table
        full = (self.used >= table.most).astype(np.int64)
        fits: Bools = (table.body @ full) == 0
        if table.several:
            fits &= ~np.any(table.fills & self.done[table.person], axis=1)
        else:
            fits &= ~self.done[table.person, table.place]
        return fits


def _first(able: Ints, score: Floats, group: Ints) -> Ints:
    """Of these candidates, the one with the largest score in each group."""
    order = able[np.lexsort((-score, group[able]))]
    leads = np.concatenate([[True], np.diff(group[order]) != 0])[: len(order)]
    return np.asarray(order[leads])


def worths(plans: Plans, person: Ints, columns: Ints) -> Ints:
    """Units that plans are worth without any prices; `NEVER` where one is not whole or legal."""
    worth = plans.worth(person, columns, plans.matrix.objective * GRID)
    wide = np.append(np.diff(plans.fills.indptr), 0)
    places = np.bincount(plans.row_owner[plans.chooses], minlength=len(plans.good))
    whole = wide[columns].sum(axis=1) == places[person]
    return np.where(whole & (worth > NEVER), worth // GRID, NEVER)
