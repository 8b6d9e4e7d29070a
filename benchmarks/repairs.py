"""Repairs against the full solve, in one run: moved, proven, seconds.

    python -m benchmarks.repairs week-300 week-3000 --seed 1 --time-limit 60

The schools have no leaders, so each session that is no fallback gets one of its own.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter

from benchmarks.cases import made
from scheduler.models import Change, Scenario, Solution, Staff
from scheduler.repair import checked, repair, spotted
from scheduler.solver.solve import solve

PULLS, NEW = 20, 10


def led(scenario: Scenario) -> Scenario:
    """With leaders: the k-th session of each block has the k-th one."""
    fallback = {activity.id for activity in scenario.activities if activity.fallback}
    number: Counter[str] = Counter()
    sessions = []
    for session in scenario.sessions:
        if session.activity not in fallback and not session.leaders:
            leaders = (f"lead-{number[session.block]}",)
            number[session.block] += 1
            session = session.model_copy(update={"leaders": leaders})
        sessions.append(session)
    more = tuple(Staff(id=f"lead-{k}") for k in range(max(number.values(), default=0)))
    return scenario.model_copy(update={"sessions": tuple(sessions), "staff": scenario.staff + more})


def cases(scenario: Scenario, solution: Solution, seed: int) -> dict[str, list[Change]]:
    """The five changes, drawn by seed."""
    draw = random.Random(seed)
    size = Counter(session for _, session in solution.plan.lines)
    opened = [s for s in scenario.sessions if size[s.id] and s.leaders]
    away, lost, gone = draw.sample(opened, 3)
    activities = [a.id for a in scenario.activities if a.kind == "flex"]
    pulls = [
        Change(action="pull", id=student.id, value=draw.choice(opened).id)
        for student in draw.sample(scenario.students, PULLS)
    ]
    new = [
        Change(
            action="add",
            id=f"new-{k}",
            value=";".join([draw.choice(scenario.students).grade, *draw.sample(activities, 5)]),
        )
        for k in range(NEW)
    ]
    return {
        "leader away": [Change(action="away", id=away.leaders[0], block=away.block)],
        "room lost": [Change(action="room", id=lost.room, block=lost.block)],
        "cancelled": [Change(action="cancel", id=gone.id)],
        f"{PULLS} pulls": pulls,
        f"{NEW} new": new,
    }


def measured(name: str, seed: int, time_limit: float) -> None:
    """Print one school's table."""
    scenario = led(made(name, seed))
    began = time.monotonic()
    solution = solve(scenario, time_limit=time_limit, seed=seed)
    full = time.monotonic() - began
    print(f"{name}, seed {seed}: full solve {full:.1f} s, gap {solution.certificate.gap}")
    print("| change | unplaced | missed | moved | proven | whole | search s | check s | of full |")
    for case, rows in cases(scenario, solution, seed).items():
        began = time.monotonic()
        found = repair(scenario, solution, checked(scenario, spotted(rows)), curve=())
        took = time.monotonic() - began
        levels = {level.name: level for level in found.report.levels}
        counts = " | ".join(str(levels[n].value) for n in ("unplaced", "missed", "moved"))
        seconds = found.report.seconds
        print(
            f"| {case} | {counts} | {levels['moved'].bound} | {found.report.whole} "
            f"| {seconds['search']:.1f} | {seconds['check']:.1f} | {took / full:.1%} |",
            flush=True,
        )


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("names", nargs="*", default=["week-300", "week-3000"])
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--time-limit", type=float, default=60)
    given = reader.parse_args()
    for name in given.names:
        measured(name, given.seed, given.time_limit)


if __name__ == "__main__":
    main()
