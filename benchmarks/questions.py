"""Are answers what a full solve says? Why-nots, what-it-takes and prices, each solved afresh.

    python -m benchmarks.questions demo --whynot 200 --take 50 --prices 20
    python -m benchmarks.questions week-3000 --whynot 40 --time-limit 300 --check 10

Questions are drawn by seed. ``--check`` says how many of each sort are held against a full solve of
the changed scenario, which is dear; all are timed. The demo's flex blocks are asked about with
``form = "sum"``, so that every value is proven the best. A what-it-takes is checked by the command:
the changed scenario is written with the wish locked in, and solved as anybody would.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.cases import FIXTURES, made
from scheduler.explain import Case, what_if, what_it_takes
from scheduler.explain.altered import applied, with_lock
from scheduler.explain.story import one_more_seat, price
from scheduler.explain.why import IMPOSSIBLE, obstacle
from scheduler.reading import read
from scheduler.solver.solve import solve
from scheduler.writing import write_scenario

if TYPE_CHECKING:
    from scheduler.explain.typed import Price, WayIn, WhatIf
    from scheduler.models import Scenario, Solution

SHARE = Decimal(20)
"""Points that a stated cost may be above the full solve's where that is not proven."""

PATIENCE = 3_600
"""Seconds that one solve by the command may take."""


def asked_about(name: str, seed: int) -> Scenario:
    """The scenario; of the demo the flex blocks, with the sum of choice points."""
    if name != "demo":
        return made(name, seed)
    scenario = read(FIXTURES / "demo", kinds=("flex",))
    rules = scenario.scenario.rules | {"fairness": {"form": "sum"}}
    settings = scenario.scenario.model_copy(update={"rules": rules})
    return scenario.model_copy(update={"scenario": settings})


class Exam:
    """A scenario solved once, questions of it, and what full solves say to them."""

    def __init__(self, scenario: Scenario, given: argparse.Namespace) -> None:
        self.scenario, self.given = scenario, given
        self.draw = random.Random(given.seed)
        began = time.monotonic()
        self.solution = self.solved(scenario)
        self.full = time.monotonic() - began
        self.wrong = 0
        certificate = self.solution.certificate
        print(
            f"solved in {self.full:.1f} s: {certificate.value} of at most {certificate.bound}",
            flush=True,
        )
        self.case = Case(scenario, self.solution)

    def solved(self, scenario: Scenario) -> Solution:
        return solve(scenario, time_limit=self.given.time_limit, seed=self.given.seed)

    def chosen(self, number: int) -> set[int]:
        """Which of so many questions are held against a full solve."""
        check = number if self.given.check is None else min(self.given.check, number)
        return set(self.draw.sample(range(number), check))

    # ---- why not -----------------------------------------------------------------------------

    def why_nots(self, number: int) -> None:
        """Random people and sessions."""
        people = [person.id for person in self.scenario.people]
        sessions = list(self.case.facts.cycle.decided)
        checked = self.chosen(number)
        took, off = [], []
        done = 0
        while done < number:
            person, session = self.draw.choice(people), self.draw.choice(sessions)
            if obstacle(self.case, person, session) in IMPOSSIBLE:
                continue
            began = time.monotonic()
            found = what_if(self.case, person, session)
            took.append(time.monotonic() - began)
            if done in checked:
                off.append(self.against(found))
                said = f"{person} in {session}: cost {found.cost}, {off[-1]} off"
                print(f"  {said}, {took[-1]:.2f} s", flush=True)
            done += 1
        if not took:
            return
        self.timed("why-nots", took)
        worst = max(map(abs, off), default=Decimal(0))
        equal = sum(o == 0 for o in off)
        print(f"why-nots against full solves: {equal} of {len(off)} equal, worst {worst} off")

    def against(self, found: WhatIf) -> Decimal:
        """Stated cost less the full solve's; 0 where both say that nothing is possible."""
        full = self.solved(with_lock(self.scenario, found.person, found.session)).certificate
        impossible = full.status == "impossible"
        if found.after is None or impossible:
            self.mistake(found.possible != impossible, f"{found.person} in {found.session}")
            return Decimal(0) if found.possible != impossible else Decimal("Infinity")
        off = full.value - found.after
        exact = full.bound == full.value and self.proven and found.settled
        most = Decimal(0) if exact else SHARE
        assert full.bound is not None
        right = off <= most and found.after <= full.bound
        self.mistake(right, f"{found.person} in {found.session}: {off} off")
        return off

    @property
    def proven(self) -> bool:
        certificate = self.solution.certificate
        return certificate.bound == certificate.value

    def mistake(self, right: bool, text: str) -> None:
        if not right:
            self.wrong += 1
            print(f"  not as it must be: {text}", flush=True)

    def timed(self, name: str, took: list[float]) -> None:
        median, late = np.percentile(took, [50, 95])
        print(
            f"{name}: {len(took)}, median {median:.2f} s ({median / self.full:.1%} of the full "
            f"solve), 95th percentile {late:.2f} s ({late / self.full:.1%}), "
            f"first {took[0]:.2f} s",
            flush=True,
        )

    # ---- what would it take ------------------------------------------------------------------

    def takes(self, number: int) -> None:
        """Wishes that did not come true, drawn."""
        lines = self.case.lines
        wished = [pair for pair in sorted(self.case.facts.choices) if pair not in lines]
        questions = self.draw.sample(wished, min(number, len(wished)))
        checked = self.chosen(len(questions))
        took, ways, kept, spare = [], 0, 0, []
        for at, (person, session) in enumerate(questions):
            began = time.monotonic()
            found = what_it_takes(self.case, person, session)
            took.append(time.monotonic() - began)
            if at in checked and found.ways:
                way = self.draw.choice(found.ways)
                least = found.before - way.cost
                value = self.by_command(way, person)
                self.mistake(
                    value >= least, f"{person} in {session}, {way.kind}: {value} < {least}"
                )
                ways, kept = ways + 1, kept + (value >= least)
                spare.append(value - least)
        if took:
            self.timed("what-it-takes", took)
            exact = sum(one == 0 for one in spare)
            most = max(spare, default=Decimal(0))
            print(
                f"what-it-takes by the command: {kept} of {ways} worth at least what was stated, "
                f"{exact} exactly, at most {most} more"
            )

    def by_command(self, way: WayIn, person: str) -> Decimal:
        """What the changed scenario with the wish locked in is worth, solved by the command."""
        changed = with_lock(applied(self.scenario, way.rows), person, way.session)
        with tempfile.TemporaryDirectory() as folder:
            write_scenario(changed, Path(folder) / "in")
            words = ["solve", f"{folder}/in", "-o", f"{folder}/out", "--quiet", "--json"]
            if self.given.time_limit is not None:
                words += ["--time-limit", str(self.given.time_limit)]
            command = [sys.executable, "-m", "scheduler.cli", *words]
            run = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)
        told = json.loads(run.stdout, parse_float=Decimal)
        return Decimal(told["value"]) if run.returncode == 0 else Decimal("-Infinity")

    # ---- prices ------------------------------------------------------------------------------

    def prices(self, number: int) -> None:
        """What one more seat is worth in the sessions that most people wait for, the dearest."""
        states = [s for s in self.solution.sessions if s.open and s.size == s.max_size]
        states.sort(key=lambda state: (-state.waiting, state.session))
        took: list[float] = []
        found: list[Price] = []
        for state in states:
            if len(found) == 2 * number or not state.waiting:
                break
            began = time.monotonic()
            one = price(self.case, state.session)
            took.append(time.monotonic() - began)
            if one is not None:
                found.append(one)
        sure = [one for one in found if one.sure]
        dearest = sorted(sure, key=lambda one: (-one.points, one.session))[:number]
        off = []
        checked = self.chosen(len(dearest))
        for one in (one for at, one in enumerate(dearest) if at in checked):
            more = self.solved(one_more_seat(self.scenario, one.session)).certificate
            off.append(more.value - self.solution.certificate.value - one.points)
            known = Decimal(0) if self.proven and more.bound == more.value else SHARE
            self.mistake(abs(off[-1]) <= known, f"seat in {one.session}: {off[-1]} off")
        if took:
            self.timed("prices", took)
            worst = max(map(abs, off), default=Decimal(0))
            equal = sum(o == 0 for o in off)
            print(
                f"prices: {len(sure)} of {len(found)} sure; against full solves {equal} of "
                f"{len(off)} equal, worst {worst} off"
            )


def main() -> int:
    """Ask, print, and say by the exit code whether all was as it must be."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("name", nargs="?", default="demo")
    reader.add_argument("--whynot", type=int, default=0)
    reader.add_argument("--take", type=int, default=0)
    reader.add_argument("--prices", type=int, default=0)
    reader.add_argument("--check", type=int, help="how many of each sort; all of them by default")
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--time-limit", type=float)
    given = reader.parse_args()
    exam = Exam(asked_about(given.name, given.seed), given)
    with exam.case:
        exam.why_nots(given.whynot)
        exam.takes(given.take)
        exam.prices(given.prices)
    print(f"{exam.wrong} not as they must be")
    return 1 if exam.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
