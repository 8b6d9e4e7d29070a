"""All plans of everybody, listed once by what they use, and priced as often as one likes.

Plans of a person that use all personal rows alike differ in nothing but their prices. So what a
person's part plans can use, place after place, is a graph that does not depend on prices: its
nodes are uses, its arcs the kinds of candidates that lead from one to the next. Whatever the
prices, the dearest plan of each use is then a longest path, for all people at once (dynamic
programming, as in labelling algorithms; Irnich and Desaulniers 2005). Nothing is left out: the
bound is the best that whole plans can show at these prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.solver import certify
from scheduler.solver.certify import GRID
from scheduler.solver.plans import BROKEN, kinds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.plans import Plans

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

MOST = 5_000_000
"""Arcs of all people, beyond which the listing would take too much memory."""

DIGITS = 62
"""Bits of the number that stands for a use."""


@dataclass(frozen=True)
class _Arcs:
    """Arcs from the uses after one place to those after the next, by where they lead.

    Attributes
    ----------
    source, option : int arrays (arcs,)
        Option -1 takes nothing: the place is filled already, or the person lacks it.
    first : int array (uses,)
        First arc of each use that is led to.
    """

    source: Ints
    option: Ints
    first: Ints


class _Uses(NamedTuple):
    """What part plans used so far: whose, a number for it, places filled, and one such plan."""

    person: Ints
    number: Ints
    filled: Ints
    columns: Ints


class Worths(NamedTuple):
    """What the best plan of each use is worth at some prices.

    Attributes
    ----------
    total : int array (uses,)
        1/GRID units.
    rest : int
        1/GRID units of what belongs to nobody.
    best : list of int arrays
        Of each use after each place, the arc that is best.
    dearest : int array (options,)
        Of each kind, the candidate of the highest price.
    """

    total: Ints
    rest: int
    best: list[Ints]
    dearest: Ints


class TooMany(Exception):
    """There are more uses than can be listed."""


class Listing:
    """The uses of everybody's plans.

    Parameters
    ----------
    plans : Plans

    Attributes
    ----------
    person : int array (uses,)
    example : int array (uses, places)
        One plan of each use, -1 where it has no column.
    own : int array (uses,)
        1/GRID units that each use's personal rows are worth.

    Raises
    ------
    TooMany
    """

    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self._options()
        self.arcs: list[_Arcs] = []
        none = np.zeros(len(plans.people), dtype=np.int64)
        columns = np.full((len(plans.people), plans.places), -1)
        uses = _Uses(plans.people, none, none.copy(), columns)
        for place in range(plans.places):
            uses = self._after(place, uses)
        self.person, self.example = uses.person, uses.columns
        self.own = plans.worth(self.person, self.example, np.zeros_like(plans.matrix.objective))

    def _options(self) -> None:
        """Kinds of candidates: owner, place, what number they add to a use, places they fill."""
        plans = self.plans
        some, owner = plans.candidates, plans.matrix.owner[plans.candidates]
        _, first = np.unique(plans.kind, return_index=True)
        self.order = np.argsort(plans.kind, kind="stable")
        self.start = np.flatnonzero(np.diff(plans.kind[self.order], prepend=-1))
        self.owner, self.column = owner[first], some[first]
        self.place = plans.place[plans.chooser[self.column]]
        self.adds = _digits(owner, kinds(owner, plans.personal_a[some]), plans.places)[first]
        self.adds[np.diff(plans.personal_a.indptr)[self.column] == 0] = 0
        self.fills = plans.fills[self.column] @ (1 << np.arange(plans.places))
        self.turn = self.owner * plans.places + self.place
        self.by_turn = np.argsort(self.turn, kind="stable")

    def _after(self, place: int, uses: _Uses) -> _Uses:
        """Uses after one more place; the arcs to them are kept."""
        turn = uses.person * self.plans.places + place
        known = self.turn[self.by_turn]
        start, stop = np.searchsorted(known, turn), np.searchsorted(known, turn, side="right")
        idle = self.plans.lacks(place, uses.person) | ((uses.filled >> place) & 1 > 0)
        length = np.where(idle, 1, stop - start)
        source = np.repeat(np.arange(len(turn)), length)
        offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        at = np.where(idle[source], 0, start[source] + offset)
        option = np.where(idle[source], -1, self.by_turn[at])
        adds = np.where(option < 0, 0, self.adds[option])
        fills = np.where(option < 0, 0, self.fills[option])
        fits = (uses.filled[source] & fills) == 0
        source, option, adds, fills = source[fits], option[fits], adds[fits], fills[fits]
        if sum(len(arcs.source) for arcs in self.arcs) + len(source) > MOST:
            raise TooMany
        person, number = uses.person[source], uses.number[source] + adds
        filled = (uses.filled[source] | fills) & ~(1 << place)
        order = np.lexsort((filled, number, person))
        source, option = source[order], option[order]
        person, number, filled = person[order], number[order], filled[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (np.diff(person) != 0) | (np.diff(number) != 0) | (np.diff(filled) != 0)
        first = np.flatnonzero(new)
        columns = uses.columns[source[first]]
        columns[:, place] = np.where(option[first] < 0, -1, self.column[option[first]])
        able = self.plans.able(columns)
        keep = np.repeat(able, np.diff(np.append(first, len(order))))
        source, option = source[keep], option[keep]
        first = np.flatnonzero(new[keep])
        self.arcs.append(_Arcs(source, option, first))
        kept = np.flatnonzero(new)[able]
        return _Uses(person[kept], number[kept], filled[kept], columns[able])

    # ---- pricing -----------------------------------------------------------------------------

    def priced(self, duals: Floats) -> Worths:
        """What the best plan of each use is worth at the prices of the shared rows."""
        plans, matrix = self.plans, self.plans.matrix
        y = np.where(plans.row_inside, 0, certify.projected(matrix, duals))
        reduced = matrix.objective * GRID - matrix.columns_first.T @ y
        shared, _ = certify.tightened(matrix, y, reduced)
        shared = np.where(plans.row_inside, 0, shared)
        price = matrix.objective * GRID - matrix.columns_first.T @ shared
        sorted_ = price[plans.candidates[self.order]]
        dearest = _best_of(sorted_, self.start)
        worth = np.append(sorted_[dearest], 0)
        total, best = np.zeros(len(plans.people), dtype=np.int64), []
        for arcs in self.arcs:
            value = total[arcs.source] + worth[arcs.option]
            best.append(_best_of(value, arcs.first))
            total = value[best[-1]]
        outside = np.where(price > 0, matrix.cap, matrix.floor) * price
        rest = int(outside[~plans.inside].sum()) + certify.sides(matrix, shared)
        columns = plans.candidates[self.order[dearest]]
        return Worths(total + self.own, rest, best, columns)

    def plans_of(self, found: Worths, which: Ints) -> Ints:
        """(plans, places): the best plans of these uses."""
        columns = np.full((len(which), self.plans.places), -1)
        for place in reversed(range(self.plans.places)):
            arc = found.best[place][which]
            option = self.arcs[place].option[arc]
            columns[:, place] = np.where(option < 0, -1, found.dearest[option])
            which = self.arcs[place].source[arc]
        return columns

    @property
    def possible(self) -> NDArray[np.bool_]:
        """(uses,): whether the personal rows allow it."""
        return self.own > BROKEN // 2


def _digits(owner: Ints, kind: Ints, places: int) -> Ints:
    """(candidates,): numbers whose sums tell how many of each kind are in a plan."""
    pairs, which = np.unique(np.stack([owner, kind]), axis=1, return_inverse=True)
    turn = np.arange(pairs.shape[1]) - np.searchsorted(pairs[0], pairs[0])
    bits = int(places).bit_length()
    if bits * (int(turn.max(initial=0)) + 1) > DIGITS:
        raise TooMany
    return np.asarray(1 << (bits * turn[which.ravel()]))


def _best_of(value: Ints, first: Ints) -> Ints:
    """Of each stretch of values that begins at ``first``, the first of the largest ones."""
    if not len(first):
        return first
    top = np.maximum.reduceat(value, first)
    length = np.diff(np.append(first, len(value)))
    at = np.flatnonzero(value == np.repeat(top, length))
    return at[np.searchsorted(at, first)]
