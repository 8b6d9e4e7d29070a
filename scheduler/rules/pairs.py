"""Two people are kept together, or apart."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.models.time import KINDS
from scheduler.rules.contract import Audience, Rows, Soft

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.models import Pair, Plan
    from scheduler.rules.facts import Facts, Place
    from scheduler.solver.columns import Columns

    Ints = NDArray[np.int64]

title = "Pairs are together, or apart, in each place that both are due."
maths = (
    "together: b ≥ Σ_u max(0, x[a,u] − x[b,u] − leads[b]), and from b to a, over sessions u; "
    "apart: x[a,u] + x[b,u] − b ≤ 1; cost·b per place"
)


class Settings(Soft):
    """Knobs: points per place of a breached pair that is not hard.

    ``mode = "soft"`` follows each pair's ``hard`` (empty: apart true, together false).
    """

    apart: Points = Decimal(200)
    together: Points = Decimal(30)

    def waives(self, pair: Pair) -> bool:
        """Whether a breach of the pair is waived only if nothing else is possible."""
        return self.hard or (pair.relation == "apart" if pair.hard is None else pair.hard)

    def cost(self, pair: Pair) -> Decimal:
        """Points per place in which the pair is breached."""
        if self.waives(pair):
            return Decimal(0)
        return self.apart if pair.relation == "apart" else self.together


# ---- rows ----------------------------------------------------------------------------------------


def rows(columns: Columns, settings: Settings) -> Rows:
    """Rows per pair, place that both are due, and session or series ``u``; one breach per place.

    Together: ``b ≥ Σ_u d_u`` with ``d_u ≥ x[a,u] − x[b,u] − leads[b]``, and likewise from b to a.
    The sum says the same of whole numbers as ``b ≥ d_u`` for each u and is far tighter in the
    relaxation, where two people spread over the same sessions differ a little in each. Whoever
    fills the place by leading an open pd session is missed by nobody: ``leads`` is the sum of
    those sessions' ``open``.
    """
    made = Rows(columns.count)
    named: list[tuple[str, ...]] = []
    for pair in columns.scenario.pairs:
        cost, hard = units(settings.cost(pair)), settings.waives(pair)
        for place, one, other in _common(columns, pair):
            if pair.relation == "apart":
                breach = _apart(made, one, other)
            else:
                breach = np.array([_missed(made, one, other), _missed(made, other, one)])
            if len(breach):
                made.put(breach, made.slack(1, cost, upper=1, hard=hard), -1)
            if len(breach) and hard:
                made.about(breach, len(named), named.__getitem__, pair.relation)
                named.append((pair.a, pair.b, *place))
    return made


class _Place(NamedTuple):
    """One person's side of a place: candidate of each unit, or -1, and ``open`` of led ones."""

    candidate: Ints
    leads: Ints


def _apart(made: Rows, one: _Place, other: _Place) -> Ints:
    """``x_a + x_b ≤ 1`` per unit, before the slack."""
    both = np.flatnonzero((one.candidate >= 0) & (other.candidate >= 0))
    row = made.block(len(both), upper=1)
    made.put(row, one.candidate[both])
    made.put(row, other.candidate[both])
    return row


def _missed(made: Rows, one: _Place, other: _Place) -> int:
    """``x_a − x_b − leads_b ≤ d`` per unit of a; the row ``Σ d ≤ 0``, before the slack."""
    unit = np.flatnonzero(one.candidate >= 0)
    row = made.block(len(unit), upper=0)
    made.put(row, one.candidate[unit])
    there = other.candidate[unit] >= 0
    made.put(row[there], other.candidate[unit[there]], -1)
    made.put(row[:, None], other.leads[None, :], -1)
    apart = made.slack(len(unit), cost=0, upper=1)
    made.put(row, apart, -1)
    (total,) = made.block(1, upper=0)
    made.put(total, apart)
    return int(total)


def _common(columns: Columns, pair: Pair) -> Iterator[tuple[tuple[str, str], _Place, _Place]]:
    """Kind and block of each place that both are due and the pair is about, and both sides."""
    a, b = (columns.person_index[person] for person in (pair.a, pair.b))
    ours, theirs = _places(columns, a), _places(columns, b)
    for key in ours:
        if key in theirs and pair.kind in (None, KINDS[key[0]]):
            place = (KINDS[key[0]], "" if key[1] < 0 else columns.blocks[key[1]])
            yield place, _side(columns, a, ours[key]), _side(columns, b, theirs[key])


def _places(columns: Columns, person: int) -> dict[tuple[int, int], int]:
    """Places of a person by kind and block, the block -1 where one is due per cycle."""
    row = columns.place_of[person]
    found = {}
    for block in np.flatnonzero(row >= 0):
        kind = int(columns.place_kind[row[block]])
        once = kind == 1 or (kind == 2 and columns.pd == "one")
        found[kind, -1 if once else int(block)] = int(row[block])
    return found


def _side(columns: Columns, person: int, place: int) -> _Place:
    visit = columns.visit_at[person]
    visit = visit[visit >= 0]
    column = columns.visit_column[visit[columns.visit_place[visit] == place]]
    candidate = np.full(len(columns.units), -1)
    candidate[columns.cand_unit[column]] = column
    led = columns.lead_session[columns.lead_person == person]
    led = led[columns.session_kind[led] == 2]
    led = led[columns.place_of[person, columns.session_block[led]] == place]
    return _Place(candidate, np.unique(columns.session_open(led)))


# ---- measure -------------------------------------------------------------------------------------


def touches(columns: Columns, settings: Settings) -> NDArray[np.bool_]:
    """(people, sessions): everywhere, for whoever is of a pair."""
    paired = {person for pair in columns.scenario.pairs for person in (pair.a, pair.b)}
    mine = np.isin(np.array(columns.people), list(paired))
    return np.broadcast_to(mine[:, None], (len(mine), len(columns.sessions)))


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, each named by the relation: (a, b, kind, block) of breached places."""
    inside: dict[Place, set[str]] = defaultdict(set)
    for person, session in plan.lines:
        inside[facts.place(person, session)].add(facts.together(session)[0])
    leading = facts.filled_by_leading(plan)
    found = []
    for pair in facts.scenario.pairs:
        for place, other in _due_to_both(facts, pair):
            if _breached(pair, inside, leading, place, other):
                found.append(_finding(pair, place, settings))
    return found


def _breached(
    pair: Pair,
    inside: dict[Place, set[str]],
    leading: frozenset[Place],
    place: Place,
    other: Place,
) -> bool:
    if pair.relation == "apart":
        return bool(inside[place] & inside[other])
    misses = inside[place] - inside[other] and other not in leading
    missed = inside[other] - inside[place] and place not in leading
    return bool(misses or missed)


def _due_to_both(facts: Facts, pair: Pair) -> Iterator[tuple[Place, Place]]:
    theirs = facts.places[pair.b]
    for place in facts.places[pair.a]:
        other = place._replace(person=pair.b)
        if other in theirs and pair.kind in (None, place.kind):
            yield place, other


def _finding(pair: Pair, place: Place, settings: Settings) -> Finding:
    return Finding(
        rule="pairs",
        what=pair.relation,
        subjects=(pair.a, pair.b, place.kind, place.block),
        cost=settings.cost(pair),
        weight="waived" if settings.waives(pair) else "cost",
    )


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a breached pair; students are told of neither person."""
    a, b, kind, block = finding.subjects
    where = block or {"advisory": "advisory", "pd": "communities of practice"}[kind]
    if audience == "student":
        return f"A wish about who is with whom could not be kept in {where}."
    if finding.what == "apart":
        return f"{a} and {b} are together in {where}, though to be kept apart."
    return f"{a} and {b} are not together in {where}."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a pair in one place; students are told of neither person."""
    a, b, kind, block = subjects
    where = block or {"advisory": "advisory", "pd": "communities of practice"}[kind]
    if audience == "student":
        return f"somebody's wish about who is with whom in {where} must hold"
    return f"{a} and {b} are kept {what} in {where}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of giving up the pair there."""
    a, b, kind, block = subjects
    return f"do not keep {a} and {b} {what} in {block or kind}"
