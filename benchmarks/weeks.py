"""Generated weeks: what is reached and proven, beside what a sign-up sheet reaches.

    python -m benchmarks.weeks [PRESET ...] [--seed N] [--limit SECONDS]

The rival is first come, first served: students in random order, each taking the best seat still
free in each of their blocks. It knows nothing of needs, pulls or minimum sizes, and is judged by
the same checker with the sessions that stayed too small closed.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict

from rich.console import Console
from rich.table import Table

from scheduler.generate import PRESETS, generate
from scheduler.models import Plan, Scenario
from scheduler.rules import catalogue
from scheduler.solver import solve
from scheduler.verify import judge

COLUMNS = (
    "week",
    "candidates",
    "seconds",
    "MB",
    "value",
    "bound",
    "gap",
    "unplaced",
    "1st choices",
)


def signed_up(scenario: Scenario, seed: int) -> Plan:
    """First come, first served, in flex blocks."""
    facts = catalogue.facts(scenario)
    earns = catalogue.earnings(facts)
    free = {s: facts.seats(s) for s in facts.cycle.decided}
    in_block = defaultdict(list)
    for key, session in facts.cycle.decided.items():
        in_block[session.block].append(key)
    students = [student.id for student in scenario.students]
    random.Random(seed).shuffle(students)
    lines = []
    for student in students:
        seen: set[str] = set()
        for place in facts.places[student]:
            able = [
                s
                for s in in_block[place.block]
                if facts.may_go(student, s)
                and (free[s] is None or free[s] > 0)
                and (facts.session(s).activity not in seen or facts.activity(s).fallback)
            ]
            if able:
                best = max(able, key=lambda s: (earns(student, s), facts.activity(s).fallback))
                lines.append((student, best))
                seen.add(facts.session(best).activity)
                free[best] = None if free[best] is None else free[best] - 1
    return closed(facts, lines)


def closed(facts: catalogue.Facts, lines: list[tuple[str, str]]) -> Plan:
    """The plan without the sessions that stayed too small."""
    size = Counter(session for _, session in lines)
    big = {
        s
        for s, n in size.items()
        if n >= (facts.activity(s).min_size or facts.session(s).min_size or 1)
    }
    return Plan(lines=tuple(line for line in lines if line[1] in big), open=frozenset(big))


def main() -> None:
    """Solve the weeks that were asked for and print one table."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("presets", nargs="*", default=["demo", "week-300"], metavar="PRESET")
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--limit", type=float, default=300.0, metavar="SECONDS")
    asked = given.parse_args()
    table = Table(*COLUMNS)
    for name in asked.presets:
        scenario = generate(PRESETS[name], asked.seed)
        began = time.monotonic()
        certificate = solve(scenario, time_limit=asked.limit).certificate
        spent = time.monotonic() - began
        candidates = len(scenario.people) * len(scenario.sessions)
        table.add_row(
            name,
            f"{candidates:,}",
            f"{spent:.1f}",
            f"{certificate.peak_memory_mb:,.0f}",
            f"{certificate.value:,.2f}",
            "-" if certificate.bound is None else f"{certificate.bound:,.2f}",
            "-" if certificate.gap is None else f"{100 * certificate.gap:.3f} %",
            f"{certificate.counts['unplaced']:,}",
            f"{certificate.counts.get('rank_1', 0):,}",
        )
        if not scenario.staff or not any(a.kind != "flex" for a in scenario.activities):
            rival = judge(scenario, signed_up(scenario, asked.seed))
            table.add_row(
                "  first come, first served",
                "",
                "",
                "",
                f"{rival.value:,.2f}",
                "",
                "",
                f"{rival.counts['unplaced']:,}",
                f"{rival.counts.get('rank_1', 0):,}",
            )
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
