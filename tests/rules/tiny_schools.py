"""Tiny schools, made from a seed, small enough to try every assignment.

`document` draws a scenario that is legal by the words of the format and rich in what rules speak
of. `schools` keeps those with few enough columns and holds, for each, every 0/1 assignment of its
candidates and of what may open, with the plan by ids that each stands for.
"""

from __future__ import annotations

import itertools
import random
import typing
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from scheduler.models import Plan, Scenario
from scheduler.rules.catalogue import facts, pd_form, rules
from scheduler.solver.columns import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.rules.facts import Facts

    Ints = NDArray[np.int64]

SCHOOLS = 220
FEWEST, MOST = 4, 13
"""Columns of 0 or 1 that are tried: candidates and units."""

GRADES = ("9", "10")
TAGS = ("help", "art")
TALENTS = ("lead", "dept:math", "dept:art")
KINDS = ("flex", "advisory", "pd")
BLOCKS: dict[str, tuple[tuple[dict[str, str], ...], ...]] = {
    "flex": (
        ({"day": "Mon", "block": "f", "start": "09:00", "end": "09:30"},),
        *(
            (
                {"day": "Mon", "block": "f", "start": "09:00", "end": "09:30"},
                {"day": "Tue", "block": "f", "start": "09:00", "end": "09:30"},
            ),
        )
        * 3,
        (
            {"day": "Mon", "block": "f", "start": "09:00", "end": "09:30"},
            {"day": "Mon", "block": "g", "start": "09:30", "end": "10:00"},
        ),
        (
            {"day": "Mon", "block": "f", "start": "09:00", "end": "09:30", "grades": "9"},
            {"day": "Mon", "block": "g", "start": "09:15", "end": "09:45", "grades": "10"},
        ),
    ),
    "advisory": (
        ({"day": "Mon", "block": "a", "start": "10:00", "end": "10:30"},),
        (
            {"day": "Mon", "block": "a", "start": "10:00", "end": "10:30"},
            {"day": "Tue", "block": "a", "start": "10:00", "end": "10:30"},
        ),
        (
            {"day": "Mon", "block": "a", "start": "10:00", "end": "10:30", "grades": "9"},
            {"day": "Mon", "block": "b", "start": "10:00", "end": "10:30", "grades": "10"},
        ),
    ),
    "pd": (
        ({"day": "Mon", "block": "p", "start": "09:15", "end": "10:15"},),
        (
            {"day": "Mon", "block": "p", "start": "09:15", "end": "10:15"},
            {"day": "Tue", "block": "p", "start": "14:00", "end": "15:00"},
        ),
        (
            {"day": "Mon", "block": "p", "start": "14:00", "end": "15:00"},
            {"day": "Mon", "block": "q", "start": "14:30", "end": "15:30"},
        ),
    ),
}
THEMES = (
    *[("flex",)] * 6,
    *[("advisory",)] * 6,
    *[("pd",)] * 4,
    *[("flex", "advisory")] * 2,
    *[("flex", "pd")] * 3,
    *[("advisory", "pd")] * 3,
    *[KINDS] * 3,
)
"""Kinds that have blocks and sessions; several need more columns and are drawn less often."""


# ---- drawing a scenario -------------------------------------------------------------------------


def document(seed: int | str, *, crowd: bool = False) -> dict[str, Any]:
    """A scenario as one JSON document; the same seed gives the same.

    A ``crowd`` has more students with fewer wishes.
    """
    found = _Draw(random.Random(f"tiny school {seed}"), crowd).document()
    found["scenario"]["name"] = f"tiny school {seed}"
    return found


class _Draw:
    def __init__(self, rng: random.Random, crowd: bool) -> None:
        self.rng = rng
        self.crowd = crowd
        self.wishes = 0.2 if crowd else 1

    def document(self) -> dict[str, Any]:
        rng = self.rng
        self.kinds = rng.choice(THEMES)
        self.bells()
        self.people()
        self.offer()
        return {
            "scenario": self.settings(),
            "students": self.students,
            "staff": self.staff,
            "rooms": self.rooms,
            "bells": self.blocks,
            "activities": self.activities,
            "sessions": self.sessions,
            "away": self.away,
            "choices": self.choices(),
            "needs": self.needs(),
            "pulls": self.pulls(),
            "locks": self.locks(),
            "pairs": self.pairs(),
            "knows": self.knows(),
            "ledger": self.ledger(),
            "previous": self.previous(),
        }

    def often(self, chance: float) -> bool:
        return self.rng.random() < chance

    def some(self, items: Any, chance: float) -> list[Any]:
        return [item for item in items if self.often(chance)]

    def bells(self) -> None:
        self.blocks = []
        for kind in self.kinds:
            for block in self.rng.choice(BLOCKS[kind]):
                self.blocks.append({"calendar": "main", "kind": kind, **block})
        self.by_kind = {
            kind: [f"{b['day']}.{b['block']}" for b in self.blocks if b["kind"] == kind]
            for kind in self.kinds
        }
        if self.often(0.1):
            extra = {"calendar": "other", "day": "Sat", "block": "f", "kind": "flex"}
            self.blocks.append({**extra, "start": "09:00", "end": "10:00"})

    def settings(self) -> dict[str, Any]:
        rng = self.rng
        found: dict[str, Any] = {
            "rules": {
                n: drawn_knobs(n, rng) for n, rule in rules().items() if hasattr(rule, "rows")
            }
        }
        if any(block["calendar"] == "other" for block in self.blocks):
            found["calendar"] = "main"
        if self.often(0.1):
            found["cycle"] = ["Mon"]
        if len(self.kinds) > 1 and self.often(0.6):
            found["kinds"] = rng.sample(self.kinds, rng.randint(1, len(self.kinds) - 1))
        return found

    def people(self) -> None:
        rng = self.rng
        attend = "flex" in self.kinds or "advisory" in self.kinds
        staff = 3 if self.kinds == ("pd",) else 2
        self.staff = [
            {
                "id": f"t{at}",
                "tags": self.some(TALENTS, 0.4),
                "max_sessions": rng.choice((None, None, 0, 1, 2)),
            }
            for at in range(rng.randint(1, staff))
        ]
        self.students = [
            {
                "id": f"s{at}",
                "grade": rng.choice(GRADES),
                "tags": self.some((*TAGS, "dept:art"), 0.4),
                "home": rng.choice(("", "t0", self.staff[-1]["id"])),
            }
            for at in range(rng.randint(*self.students_due()) if attend else 0)
        ]
        self.all = [*self.students, *self.staff]
        self.ids = [person["id"] for person in self.all]
        self.adults = [person["id"] for person in self.staff]
        keys = [key for keys in self.by_kind.values() for key in keys]
        pairs = itertools.product(self.ids, keys)
        self.away = [
            {"person": person, "block": block}
            for person, block in pairs
            if self.often(0.14 if person in self.adults else 0.05)
        ]

    def students_due(self) -> tuple[int, int]:
        if self.crowd:
            return 4, 7
        return 1, 4 if len(self.kinds) == 1 else 2

    def offer(self) -> None:
        rng = self.rng
        self.rooms = [
            {"id": "r0", "seats": rng.randint(1, 3)},
            {"id": "r1", "seats": rng.randint(1, 3), "tags": "shared"},
        ]
        self.activities, self.sessions = [], []
        self.series_at: set[tuple[str, str]] = set()  # (series, its blocks and one_of)
        for kind in self.kinds:
            for _ in range(rng.choice((1, 2, 2) if len(self.kinds) == 1 else (1, 1, 2))):
                self.activity(kind)

    def activity(self, kind: str) -> None:
        rng = self.rng
        low = rng.choice((None, None, 0, 1, 2))
        activity = {
            "id": f"A{len(self.activities)}",
            "kind": kind,
            "tags": self.some(("math", "art"), 0.5),
            "grades": self.some(GRADES, 0.5) if self.often(0.3) else [],
            "only": rng.choice(((*TAGS, "grade:9"), TALENTS)) if self.often(0.15) else [],
            "min_size": low,
            "max_size": rng.choice((None, None, 1, 2, 3)),
            "max_visits": rng.choice((None, None, 0, 1, 2)),
            "fallback": self.often(0.15),
            "series": rng.choice(self.series(kind)) if self.often(0.3) else "",
            "mix": self.mix(),
        }
        if low is not None and activity["max_size"] is not None:
            activity["max_size"] = max(low, activity["max_size"])
        self.activities.append(activity)
        blocks = [*self.by_kind[kind], *(["Sat.f"] if self.offers_saturday(kind) else [])]
        rng.shuffle(blocks)
        for at in range(rng.choice((1, 1, 2, 2, 3))):
            self.session(activity, blocks[at % len(blocks)])

    def series(self, kind: str) -> tuple[str, ...]:
        """Names of series; an advisory group is none, and a series is of one kind."""
        return ("",) if kind == "advisory" else (f"{kind} v", f"{kind} w")

    def offers_saturday(self, kind: str) -> bool:
        return kind == "flex" and any(block["day"] == "Sat" for block in self.blocks)

    def mix(self) -> list[str]:
        if self.often(0.6):
            return []
        tags = ("grade:9", "help", "dept:math", "lead")
        ends = ("1-", "2-", "-1", "-0", "1-1", "1-2", "2-3")
        return [f"{tag}:{self.rng.choice(ends)}" for tag in self.rng.sample(tags, 2)]

    def session(self, activity: dict[str, Any], block: str) -> None:
        rng = self.rng
        if activity["series"]:
            if (activity["series"], block) in self.series_at:
                return
            self.series_at.add((activity["series"], block))
        one_of = rng.choice(("", "", "", "o1", "o1", "o2"))
        if activity["series"] and (activity["series"], one_of) in self.series_at:
            one_of = ""
        self.series_at.add((activity["series"], one_of))
        low, high = (rng.choice((None, None, None, 1, 2)) for _ in range(2))
        low, high = self.ordered(activity, low, high)
        self.sessions.append(
            {
                "id": f"A{len(self.activities) - 1}-{len(self.sessions)}",
                "activity": activity["id"],
                "block": block,
                "room": rng.choice(("", "r0", "r0", "r1", "r1", "r1")),
                "leaders": self.some(self.adults, 0.4),
                "min_size": low,
                "max_size": high,
                "one_of": one_of,
            }
        )

    def ordered(
        self, activity: dict[str, Any], low: int | None, high: int | None
    ) -> tuple[int | None, int | None]:
        least = activity["min_size"] if low is None else low
        most = activity["max_size"] if high is None else high
        if least is not None and most is not None and least > most:
            return None, None
        return low, high

    def targets(self) -> list[str]:
        return [row["id"] for row in (*self.activities, *self.sessions)]

    def choices(self) -> list[dict[str, Any]]:
        found = []
        for person, choice in self.some(
            itertools.product(self.ids, self.targets()), 0.3 * self.wishes
        ):
            row: dict[str, Any] = {"person": person, "choice": choice}
            if self.often(0.7):
                row["rank"] = self.rng.choice((1, 1, 2, 3, 12))
            else:
                row["score"] = self.rng.choice(("0", "0.5", "0.33335", "1"))
            found.append(row)
        return found

    def needs(self) -> list[dict[str, Any]]:
        rng = self.rng
        tags = ["math", "art", *(f"staff:{adult}" for adult in self.adults)]
        keys = [key for keys in self.by_kind.values() for key in keys]
        return [
            {
                "person": person,
                "tag": tag,
                "visits": rng.choice((1, 1, 2, 3)),
                "priority": rng.choice(("low", "normal", "high", "critical")),
                "blocks": rng.sample(keys, 1) if self.often(0.3) else [],
            }
            for person, tag in self.some(itertools.product(self.ids, tags), 0.15 * self.wishes)
        ]

    def pulls(self) -> list[dict[str, Any]]:
        rng = self.rng
        return [
            {
                "person": person,
                "target": target,
                "by": rng.choice(self.adults),
                "tier": rng.choice(("required", "priority", "request")),
            }
            for person, target in self.some(
                itertools.product(self.ids, self.targets()), 0.1 * self.wishes
            )
            for _ in range(rng.choice((1, 1, 2)))
        ]

    def locks(self) -> list[dict[str, Any]]:
        """Locks in blocks that the person attends; no two ``in`` of a person overlap in time."""
        found = []
        busy: list[tuple[str, dict[str, Any]]] = []
        for person, session in self.some(
            itertools.product(self.all, self.sessions), 0.12 * self.wishes
        ):
            block = self.block(session["block"])
            if not self.attends(person, block):
                continue
            state = self.rng.choice(("in", "out"))
            if state == "in":
                if any(p == person["id"] and _overlap(block, other) for p, other in busy):
                    continue
                busy.append((person["id"], block))
            found.append({"person": person["id"], "session": session["id"], "state": state})
        return found

    def block(self, key: str) -> dict[str, Any]:
        (found,) = [block for block in self.blocks if f"{block['day']}.{block['block']}" == key]
        return found

    def attends(self, person: dict[str, Any], block: dict[str, Any]) -> bool:
        key = f"{block['day']}.{block['block']}"
        if {"person": person["id"], "block": key} in self.away:
            return False
        if "grade" in person:
            grades = block.get("grades", "")
            return block["kind"] != "pd" and (not grades or person["grade"] == grades)
        return block["kind"] == "pd"

    def pairs(self) -> list[dict[str, Any]]:
        rng = self.rng
        return [
            {
                "a": a,
                "b": b,
                "relation": relation,
                "kind": rng.choice((None, None, *self.kinds)),
                "hard": rng.choice((None, True, False)),
            }
            for a, b in (
                rng.sample(pair, 2)
                for pair in self.some(itertools.combinations(self.ids, 2), 0.35 * self.wishes)
            )
            for relation in rng.choice((["together"], ["apart"], ["together", "apart"]))
        ]

    def knows(self) -> list[dict[str, Any]]:
        students = [person["id"] for person in self.students]
        return [
            {
                "student": student,
                "staff": adult,
                "strength": self.rng.choice(("0", "0.49", "0.5", "1")),
            }
            for student, adult in self.some(itertools.product(students, self.adults), 0.25)
        ]

    def ledger(self) -> list[dict[str, Any]]:
        owed = ("0", "12.5", "100", "140")
        known = [{"person": p, "owed": self.rng.choice(owed)} for p in self.some(self.ids, 0.3)]
        return known + [{"person": "gone", "owed": "5"}] * self.often(0.05)

    def previous(self) -> list[dict[str, Any]]:
        """At most one line per person and block: what an earlier week can have been."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for person, session in self.some(
            itertools.product(self.all, self.sessions), 0.3 * self.wishes
        ):
            if self.attends(person, self.block(session["block"])):
                key = (person["id"], session["block"])
                found.setdefault(key, {"person": person["id"], "session": session["id"]})
        rows = list(found.values())
        return rows + [{"person": "gone", "session": "A0-0"}] * self.often(0.05)


def drawn_knobs(rule: str, rng: random.Random) -> dict[str, Any]:
    """Knobs of a rule drawn by their types; those that are not valid stay as they are."""
    settings = rules()[rule].Settings
    found = {}
    for name, field in settings.model_fields.items():
        if name == "mode":
            modes = typing.get_args(field.annotation)
            found[name] = rng.choice([mode for mode in modes if mode != "off"])
            if "off" in modes and rng.random() < 0.04:
                found[name] = "off"
        elif rng.random() < 0.6:
            value = _drawn(field.annotation, field.default, rng)
            found |= {name: value} if _valid(settings, {name: value}) else {}
    return found if _valid(settings, found) else {"mode": found["mode"]}


def _valid(settings: Any, values: dict[str, Any]) -> bool:
    try:
        settings.model_validate(values)
    except ValidationError:
        return False
    return True


def _drawn(kind: Any, default: Any, rng: random.Random) -> Any:
    points = ("0.01", "0.5", "33.33", "150", "0")
    if typing.get_origin(kind) is typing.Literal:
        return rng.choice(typing.get_args(kind))
    if isinstance(default, tuple):
        return [rng.choice(points) for _ in range(rng.randint(1, 3))]
    if isinstance(default, bool) or not isinstance(default, (int, Decimal)):
        return default
    return rng.choice((0, 1, 2, 3) if isinstance(default, int) else points)


def _overlap(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return bool(a["day"] == b["day"] and a["start"] < b["end"] and b["start"] < a["end"])


# ---- every assignment of a school ---------------------------------------------------------------


@dataclass(eq=False)
class School:
    """One scenario, its columns, and all 0/1 assignments of what can be decided.

    ``tried`` is (assignments, candidates + units), 0 or 1.
    """

    seed: int | str
    scenario: Scenario

    @cached_property
    def facts(self) -> Facts:
        return facts(self.scenario)

    @cached_property
    def columns(self) -> Columns:
        return Columns(self.scenario, pd_form(self.scenario))

    @property
    def size(self) -> int:
        return len(self.columns.cand_person) + len(self.columns.units)

    @cached_property
    def tried(self) -> Ints:
        return np.arange(2**self.size)[:, None] >> np.arange(self.size) & 1

    @cached_property
    def _meanings(self) -> tuple[list[list[tuple[str, str]]], list[list[str]]]:
        """Lines that each candidate stands for, and sessions that each unit opens."""
        columns = self.columns
        lines: list[list[tuple[str, str]]] = [[] for _ in columns.cand_person]
        for column, person, session in zip(
            columns.visit_column, columns.visit_person, columns.visit_session, strict=True
        ):
            lines[column].append((columns.people[person], columns.sessions[session]))
        opened: list[list[str]] = [[] for _ in columns.units]
        for session, unit in zip(columns.sessions, columns.session_unit, strict=True):
            opened[unit].append(session)
        return lines, opened

    @cached_property
    def _plans(self) -> dict[int, Plan]:
        return {}

    def plan(self, at: int) -> Plan:
        """What the assignment with this number stands for."""
        if at not in self._plans:
            lines, opened = self._meanings
            bits = self.tried[at].tolist()
            self._plans[at] = Plan(
                lines=tuple(itertools.chain(*itertools.compress(lines, bits))),
                open=frozenset(itertools.chain(*itertools.compress(opened, bits[len(lines) :]))),
            )
        return self._plans[at]

    @cached_property
    def _place_numbers(self) -> dict[tuple[str, str, str], int]:
        found = {}
        columns = self.columns
        for person, block in zip(*np.nonzero(columns.place_of >= 0), strict=True):
            kind = columns.cycle.blocks[columns.blocks[block]].kind
            where = "" if self.facts.once(kind) else columns.blocks[block]
            key = (columns.people[person], kind, where)
            found[key] = int(columns.place_of[person, block])
        return found

    def unplaced(self, at: Ints) -> Ints:
        """(assignments, places): 1 where a place of these assignments is not filled, by ids."""
        number, facts = self._place_numbers, self.facts
        found = np.ones((len(at), len(number)), dtype=np.int64)
        for row, plan in zip(found, map(self.plan, at.tolist()), strict=True):
            filled = {facts.place(person, session) for person, session in plan.lines}
            filled |= facts.filled_by_leading(plan)
            row[[number[place] for place in filled if place in number]] = 0
        return found


def school(seed: int | str, *, crowd: bool = False) -> School:
    """The school of a seed."""
    return School(seed, Scenario.model_validate(document(seed, crowd=crowd)))


@cache
def schools() -> tuple[School, ...]:
    """The first `SCHOOLS` seeds' schools that are small enough to try everything."""
    small = (s for s in map(school, itertools.count()) if FEWEST <= s.size <= MOST)
    return tuple(itertools.islice((s for s in small if len(s.columns.cand_person)), SCHOOLS))
