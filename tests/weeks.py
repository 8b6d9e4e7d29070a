"""Simulated weeks of one small school: new choices every week, what people are owed carried on."""

from __future__ import annotations

from statistics import pstdev
from typing import TYPE_CHECKING

import numpy as np

from scheduler.generate import Sizes, generate
from scheduler.ledger import everybodys_best
from scheduler.models import Choice, Owed, Scenario
from scheduler.rules import catalogue
from tests.solving import solved_here

if TYPE_CHECKING:
    from scheduler.models import Solution

SIZES = Sizes(
    students=24,
    staff=5,
    flex_blocks=2,
    sessions_per_block=6,
    seat_ratio=1.1,
    fallback_share=0.3,
    popularity=1.2,
    restricted=0,
    support=0,
    min_size=1,
    must_close=0,
    choices=3,
    needs=0,
    pulls=0,
    locks=0,
    pairs=0,
    away=0,
    ledger=0,
    knows=0,
    homes=0,
    helpers=0,
    advisory_groups=0,
    cops=0,
    series=0,
    form="diminishing",
)
RANKED = 3


def choices(scenario: Scenario, seed: int) -> tuple[Choice, ...]:
    """Each student ranks three sessions in each block, popular ones more often than others."""
    random = np.random.default_rng(seed)
    facts = catalogue.facts(scenario)
    found = []
    for student in scenario.students:
        for block in facts.meeting["flex"]:
            offered = [
                key
                for key, session in facts.cycle.decided.items()
                if session.block == block and not facts.activity(key).fallback
            ]
            liking = 1 / np.arange(1, len(offered) + 1)
            drawn = random.choice(len(offered), RANKED, replace=False, p=liking / liking.sum())
            found += [
                Choice(person=student.id, choice=offered[at], rank=rank)
                for rank, at in enumerate(drawn, start=1)
            ]
    return tuple(found)


def shares(scenario: Scenario, solution: Solution) -> dict[str, float]:
    """Each student's choice points over the most that they could have had alone."""
    facts = catalogue.facts(scenario)
    best = everybodys_best(facts, catalogue.earnings(facts))
    points = dict.fromkeys(best, 0.0)
    for line in solution.assignments:
        points[line.person] += float(line.points)
    return {s.id: points[s.id] / float(best[s.id]) for s in scenario.students if best[s.id]}


def lived(seed: int, weeks: int, *, carried: bool, sizes: Sizes = SIZES) -> list[float]:
    """Spread, after each week, between students of their mean share so far.

    With ``carried``, each week starts from the ledger that the week before wrote.
    """
    school = generate(sizes, seed)
    ledger: tuple[Owed, ...] = ()
    total: dict[str, float] = {}
    spreads = []
    for week in range(1, weeks + 1):
        wishes = choices(school, 1000 * seed + week)
        scenario = school.model_copy(
            update={"choices": wishes, "ledger": ledger if carried else ()}
        )
        solution = solved_here(scenario, gap=0.01)
        for student, share in shares(scenario, solution).items():
            total[student] = total.get(student, 0.0) + share
        spreads.append(pstdev(points / week for points in total.values()))
        ledger = tuple(Owed(person=person, owed=owed) for person, owed in solution.ledger)
    return spreads
