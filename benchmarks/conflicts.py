"""Are planted contradictions found? Scenarios made impossible on purpose, among innocent rows.

Each is a generated school, possible as it is, in which a few rows are changed so that a known set
of locks and hard rules cannot hold together. `diagnosed` must name that set, minimal and in time,
and must find the school possible before.

    python -m benchmarks.conflicts --number 100
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scheduler.explain.conflict import diagnosed
from scheduler.generate import PRESETS, Sizes, generate
from scheduler.models import Away, Lock, Need, Pair, Room, Scenario, Staff
from scheduler.reading import read
from scheduler.rules import catalogue
from scheduler.writing import scenario_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SCHOOL = PRESETS["week-300"].model_copy(
    update={"locks": 0.15, "pairs": 40, "needs": 0.3, "pulls": 0.2, "form": "sum"}
)
LIMIT = 30.0
"""Seconds in which each must be explained."""

Key = tuple[str, str, tuple[str, ...]]


class Planted(NamedTuple):
    """A school, the same with a contradiction in it, and that contradiction."""

    sort: str
    innocent: Scenario
    scenario: Scenario
    members: frozenset[Key]


@dataclass
class _Garden:
    """A school into which something is planted, and who and what is still untouched."""

    scenario: Scenario
    random: np.random.Generator
    members: list[Key] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.facts = catalogue.facts(self.scenario)
        touched = {lock.person for lock in self.scenario.locks}
        touched |= {person for pair in self.scenario.pairs for person in (pair.a, pair.b)}
        self.people = [p.id for p in self.scenario.students if p.id not in touched]
        self.random.shuffle(self.people)
        taken = {lock.session for lock in self.scenario.locks}
        self.sessions = [
            key
            for key, session in self.facts.cycle.decided.items()
            if self.facts.kind(key) == "flex"
            and key not in taken
            and not self.facts.activity(key).series
            and not session.one_of
            and (not session.leaders or self.facts.cycle.present_leaders(session))
            and (self.facts.seats(key) or 2) >= 2
        ]
        self.random.shuffle(self.sessions)

    def block(self, session: str) -> str:
        return self.facts.session(session).block

    def together(self, number: int) -> list[str]:
        """Untouched sessions that meet at one time."""
        groups: dict[str, list[str]] = defaultdict(list)
        for session in self.sessions:
            groups[self.block(session)].append(session)
        chosen = next(group for group in groups.values() if len(group) >= number)
        return self.took(chosen[:number])

    def took(self, sessions: list[str]) -> list[str]:
        self.sessions = [session for session in self.sessions if session not in sessions]
        return sessions

    def one(self, *sessions: str) -> str:
        """An untouched student who may go to all these sessions."""
        found = next(p for p in self.people if all(self.facts.may_go(p, s) for s in sessions))
        self.people.remove(found)
        return found

    def lock(self, person: str, session: str) -> None:
        self.add("locks", Lock(person=person, session=session, state="in"))
        self.members.append(("locks", "in", (person, session)))

    def pair(self, a: str, b: str, relation: Any, session: str) -> None:
        self.add("pairs", Pair(a=a, b=b, relation=relation, kind="flex", hard=True))
        self.members.append(("pairs", relation, (a, b, "flex", self.block(session))))

    def add(self, table: str, *rows: Any) -> None:
        whole = (*getattr(self.scenario, table), *rows)
        self.scenario = self.scenario.model_copy(update={table: whole})

    def change(self, table: str, ids: Iterable[str], **values: Any) -> None:
        chosen = set(ids)
        rows = tuple(
            row.model_copy(update=values) if row.id in chosen else row
            for row in getattr(self.scenario, table)
        )
        self.scenario = self.scenario.model_copy(update={table: rows})


# ---- what is planted -------------------------------------------------------------------------


def _full(garden: _Garden) -> None:
    (session,) = garden.together(1)
    seats = int(garden.random.integers(1, 5))
    garden.change("sessions", [session], max_size=seats, min_size=None)
    garden.change("activities", [garden.facts.session(session).activity], min_size=None)
    for _ in range(seats + 1):
        garden.lock(garden.one(session), session)
    garden.members.append(("seats", "full", (session,)))


def _apart(garden: _Garden) -> None:
    (session,) = garden.together(1)
    one, other = garden.one(session), garden.one(session)
    garden.lock(one, session)
    garden.lock(other, session)
    garden.pair(one, other, "apart", session)


def _parted(garden: _Garden) -> None:
    here, there = garden.together(2)
    one, other = garden.one(here, there), garden.one(here, there)
    garden.lock(one, here)
    garden.lock(other, there)
    garden.pair(one, other, "together", here)


def _chain(garden: _Garden) -> None:
    here, there = garden.together(2)
    one, middle, other = (garden.one(here, there) for _ in range(3))
    garden.lock(one, here)
    garden.lock(other, there)
    garden.pair(one, middle, "together", here)
    garden.pair(middle, other, "together", here)


def _out(garden: _Garden) -> None:
    (session,) = garden.together(1)
    one, other = garden.one(session), garden.one(session)
    garden.lock(one, session)
    garden.add("locks", Lock(person=other, session=session, state="out"))
    garden.members.append(("locks", "out", (other, session)))
    garden.pair(one, other, "together", session)


def _leaderless(garden: _Garden) -> None:
    (session,) = garden.together(1)
    leader = garden.scenario.staff[0].id
    block = garden.block(session)
    garden.change("sessions", [session], leaders=(leader,))
    if (leader, block) not in garden.facts.cycle.away:
        garden.add("away", Away(person=leader, block=block))
    garden.lock(garden.one(session), session)
    garden.members.append(("minimum_size", "leaderless", (session,)))


def _alternatives(garden: _Garden) -> None:
    here, there = garden.together(2)
    garden.change("sessions", [here, there], one_of="planted")
    garden.lock(garden.one(here), here)
    garden.lock(garden.one(there), there)
    garden.members.append(("one_of", "", ("planted",)))


def _room(garden: _Garden) -> None:
    here, there = garden.together(2)
    garden.add("rooms", Room(id="planted-room", seats=40))
    garden.change("sessions", [here, there], room="planted-room")
    garden.lock(garden.one(here), here)
    garden.lock(garden.one(there), there)
    garden.members.append(("clash", "room", ("planted-room", garden.block(here))))


def _leader(garden: _Garden, number: int = 2, **values: Any) -> tuple[str, list[str]]:
    staff = Staff(id="planted-staff", **values)
    garden.add("staff", staff)
    sessions = garden.together(2) if number == 2 else garden.took(_apart_in_time(garden, number))
    garden.change("sessions", sessions, leaders=(staff.id,))
    return staff.id, sessions


def _apart_in_time(garden: _Garden, number: int) -> list[str]:
    found: dict[str, str] = {}
    for session in garden.sessions:
        found.setdefault(garden.block(session), session)
    return list(found.values())[:number]


def _twice(garden: _Garden) -> None:
    leader, sessions = _leader(garden)
    for session in sessions:
        garden.lock(garden.one(session), session)
    garden.members.append(("clash", "person", (leader, garden.block(sessions[0]))))


def _load(garden: _Garden) -> None:
    leader, sessions = _leader(garden, 3, max_sessions=2)
    for session in sessions:
        garden.lock(garden.one(session), session)
    garden.members.append(("load", "", (leader,)))


def _visits(garden: _Garden) -> None:
    groups: dict[str, list[str]] = defaultdict(list)
    for session in garden.sessions:
        groups[garden.facts.session(session).activity].append(session)
    activity, sessions = next(
        (a, s) for a, s in groups.items() if len({garden.block(x) for x in s}) >= 2
    )
    first = sessions[0]
    second = next(s for s in sessions if garden.block(s) != garden.block(first))
    garden.took([first, second])
    garden.change("activities", [activity], max_visits=1)
    person = garden.one(first, second)
    garden.lock(person, first)
    garden.lock(person, second)
    garden.members.append(("visits", "", (person, activity)))


def _need(garden: _Garden) -> None:
    """Needs are hard; one asks for a session at a time at which its person is locked elsewhere."""
    here, there = garden.together(2)
    person = garden.one(here, there)
    activity = garden.facts.session(there).activity
    tags = (*garden.facts.activity(there).tags, "planted")
    garden.change("activities", [activity], tags=tags)
    rules = {**garden.scenario.scenario.rules, "needs": {"mode": "hard"}}
    settings = garden.scenario.scenario.model_copy(update={"rules": rules})
    garden.scenario = garden.scenario.model_copy(update={"scenario": settings, "needs": ()})
    blocks = (garden.block(there),)
    garden.add("needs", Need(person=person, tag="planted", blocks=blocks))
    garden.lock(person, here)
    garden.members.append(("needs", "", (person, "planted")))


SORTS: dict[str, Callable[[_Garden], None]] = {
    "more locks than seats": _full,
    "locks against a pair apart": _apart,
    "locks against a pair together": _parted,
    "locks against a chain of pairs": _chain,
    "lock out against a pair": _out,
    "lock where no leader is": _leaderless,
    "locks in alternatives": _alternatives,
    "locks in one room": _room,
    "locks with one leader": _twice,
    "locks beyond a leader's load": _load,
    "locks beyond a limit of visits": _visits,
    "lock against a hard need": _need,
}


def planted(seed: int, sizes: Sizes = SCHOOL) -> Planted:
    """The ``seed``-th contradiction: sorts take turns, schools and people are drawn."""
    innocent = generate(sizes, seed)
    sort = list(SORTS)[seed % len(SORTS)]
    garden = _Garden(innocent, np.random.default_rng(seed))
    SORTS[sort](garden)
    scenario = read(scenario_zip(garden.scenario))
    return Planted(sort, innocent, scenario, frozenset(garden.members))


class Outcome(NamedTuple):
    """What was said of one planted contradiction."""

    seed: int
    sort: str
    named: bool
    minimal: bool
    possible_before: bool
    remedied: bool
    seconds: float


def tried(seed: int, sizes: Sizes = SCHOOL) -> Outcome:
    """Plant, explain, compare."""
    plant = planted(seed, sizes)
    before = diagnosed(plant.innocent, audience="coordinator")
    began = time.monotonic()
    found = diagnosed(plant.scenario, audience="coordinator")
    seconds = time.monotonic() - began
    sets = [frozenset((m.rule, m.what, m.subjects) for m in c.members) for c in found.conflicts]
    return Outcome(
        seed=seed,
        sort=plant.sort,
        named=plant.members in sets,
        minimal=bool(sets) and all(conflict.minimal for conflict in found.conflicts),
        possible_before=before.status == "possible",
        remedied=bool(found.remedies),
        seconds=seconds,
    )


def main() -> int:
    """Print a row per sort and the sums; 1 where something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--preset", choices=sorted(PRESETS))
    asked = parser.parse_args()
    sizes = SCHOOL
    if asked.preset:
        update = {"locks": 0.15, "pairs": 40, "needs": 0.3, "pulls": 0.2, "form": "sum"}
        sizes = PRESETS[asked.preset].model_copy(update=update)
    found = [tried(seed, sizes) for seed in range(asked.number)]
    print("| planted | number | named | minimal | with a way out | possible before | slowest s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for sort in [*SORTS, ""]:
        rows = [row for row in found if sort in ("", row.sort)]
        if rows:
            print(_line(sort or "all", rows))
    named = sum(row.named for row in found)
    kept = all(r.minimal and r.possible_before and r.seconds <= LIMIT for r in found)
    return 0 if kept and named >= 0.95 * len(found) else 1


def _line(name: str, rows: list[Outcome]) -> str:
    counts = [
        sum(getattr(row, part) for row in rows)
        for part in ("named", "minimal", "remedied", "possible_before")
    ]
    cells = [name, len(rows), *counts, f"{max(row.seconds for row in rows):.1f}"]
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
