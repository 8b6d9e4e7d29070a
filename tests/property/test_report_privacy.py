"""What a report may tell: over thousands of outputs nobody reads of somebody else.

Every id, name and reason carries a canary of its own, so that whatever comes out can be traced to
the person it belongs to. Plans are drawn, legal or not: findings of every kind come about.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from scheduler.cli.app import app
from scheduler.models import Certificate, Plan, Scenario, Solution
from scheduler.report import html
from scheduler.report.page import page
from scheduler.report.slips import rosters, slips
from scheduler.report.view import View
from scheduler.report.workbook import workbook
from scheduler.verify import judge
from scheduler.writing import write_scenario, write_solution

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scheduler.rules.contract import Audience

SEEDS = range(12)
STUDENTS, STAFF = 36, 6
DAYS = ("Mon", "Tue")
CANARY = re.compile(r"Q[0-9a-f]{10}Q")


@dataclass
class Canaries:
    """Signs by what they stand for: id or name of a person, reason of a need or a pull."""

    draw: random.Random
    people: dict[str, str] = field(default_factory=dict)
    needs: dict[str, tuple[str, bool]] = field(default_factory=dict)
    pulls: set[str] = field(default_factory=set)

    def sign(self) -> str:
        return f"Q{self.draw.getrandbits(40):010x}Q"

    def person(self) -> dict[str, str]:
        one, name = f"p{self.sign()}", f"Name {self.sign()}"
        self.people |= dict.fromkeys(CANARY.findall(one + name), one)
        return {"id": one, "name": name}

    def need(self, person: str, share: bool) -> str:
        sign = self.sign()
        self.needs[sign] = (person, share)
        return f"because {sign}"

    def pull(self) -> str:
        sign = self.sign()
        self.pulls.add(sign)
        return f"since {sign}"


def school(seed: int) -> tuple[Canaries, Scenario, Solution]:
    draw = random.Random(seed)
    signs = Canaries(draw)
    staff = [signs.person() | {"tags": ["dept:x"]} for _ in range(STAFF)]
    leaders = [one["id"] for one in staff]
    students = [
        signs.person() | {"grade": draw.choice("9AB"), "home": draw.choice([*leaders, ""])}
        for _ in range(STUDENTS)
    ]
    pupils = [one["id"] for one in students]
    bells = [
        {"calendar": "c", "day": day, "block": b, "kind": b, "start": s, "end": e}
        for day in DAYS
        for b, s, e in (
            ("flex", "09:00", "09:40"),
            ("advisory", "10:00", "10:20"),
            ("pd", "15:00", "16:00"),
        )
    ]
    kinds = {"chess": "flex", "art": "flex", "study": "flex", "aim": "advisory", "cop": "pd"}
    activities: list[dict[str, Any]] = [
        {"id": a, "kind": k, "title": a.title(), "tags": [f"t-{a}"], "min_size": draw.randint(1, 9)}
        for a, k in kinds.items()
    ]
    sessions = [
        {"id": f"{a}-{day}", "activity": a, "block": f"{day}.{k}", "room": "r1", "max_size": 11}
        | {"leaders": draw.sample(leaders, draw.randint(0, 2))}
        for a, k in kinds.items()
        for day in DAYS
    ]
    tags = ["t-art", "t-chess", *(f"staff:{one}" for one in leaders)]
    needs = []
    for person in draw.sample(pupils, 24):
        share = draw.random() < 0.5
        row = {"person": person, "tag": draw.choice(tags), "share": share, "visits": 2}
        needs.append(row | {"reason": signs.need(person, share), "by": draw.choice(leaders)})
    pulls = [
        {"person": person, "target": draw.choice(["art", "chess-Mon", "art-Tue"]), "by": by}
        | {"reason": signs.pull(), "share": draw.random() < 0.5}
        for person, by in zip(draw.sample(pupils, 24), draw.choices(leaders, k=24), strict=True)
    ]
    choices = [
        {"person": person, "choice": activity, "rank": rank}
        for person in [*pupils, *leaders]
        for rank, activity in enumerate(draw.sample([*kinds], 3), 1)
    ]
    pairs = [
        {"a": a, "b": b, "relation": draw.choice(["together", "apart"]), "hard": False}
        for a, b in zip(pupils[::2], pupils[1::2], strict=True)
    ]
    locks = [
        {"person": person, "session": draw.choice(["art-Mon", "chess-Tue"]), "state": state}
        for person, state in zip(draw.sample(pupils, 4), ["in", "out"] * 2, strict=True)
    ]
    knows = [{"student": draw.choice(pupils), "staff": draw.choice(leaders)}]
    scenario = Scenario.model_validate(
        {
            "scenario": {"name": "Canaries"},
            "students": students,
            "staff": staff,
            "rooms": [{"id": "r1", "seats": 9}],
            "bells": bells,
            "activities": activities,
            "sessions": sessions,
            "choices": choices,
            "needs": needs,
            "pulls": pulls,
            "pairs": pairs,
            "locks": locks,
            "knows": knows,
        }
    )
    return signs, scenario, drawn(draw, scenario)


def drawn(draw: random.Random, scenario: Scenario) -> Solution:
    """A plan in which most people are somewhere, and what the checker makes of it."""
    is_open = {one.id for one in scenario.sessions if draw.random() < 0.8}
    flex = {day: [f"{a}-{day}" for a in ("chess", "art", "study")] for day in DAYS}
    lines: list[tuple[str, str]] = []
    for person in scenario.students:
        places = [*flex.values(), [f"aim-{day}" for day in DAYS]]
        for there in places:
            going = [one for one in there if one in is_open]
            if going and draw.random() < 0.9:
                lines.append((person.id, draw.choice(going)))
    found = judge(scenario, Plan(lines=tuple(lines), open=frozenset(is_open)))
    certificate = Certificate(
        value=found.value,
        bound=None,
        gap=None,
        status="feasible",
        stopped_by="done",
        points_per_rule=found.points_per_rule,
        findings_per_rule=found.findings_per_rule,
        counts=found.counts,
        scenario_hash=scenario.digest,
    )
    return Solution(
        assignments=found.assignments,
        sessions=found.sessions,
        findings=found.findings,
        ledger=found.ledger,
        certificate=certificate,
    )


def outputs(view: View) -> Iterator[tuple[str, str]]:
    """What this audience can get, as text, but for the report's page, which is drawn slowly."""
    yield "json", page(view).model_dump_json()
    yield "slips", html.slips("", slips(view))
    yield "rosters", html.rosters("", rosters(view))
    yield "workbook", unpacked(workbook(view))


def unpacked(book: bytes) -> str:
    """Everything in a workbook: its files as they are, hidden parts and properties too."""
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        return "".join(files.read(name).decode() for name in files.namelist())


def own(signs: Canaries, person: str) -> set[str]:
    """What a student may read: themselves, and why they need support where that is shared."""
    themselves = {sign for sign, of in signs.people.items() if of == person}
    return themselves | {s for s, (of, share) in signs.needs.items() if of == person and share}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_student_reads_of_nobody_else(seed: int) -> None:
    signs, scenario, solution = school(seed)
    seen: set[str] = set()
    read = 0
    for person in (one.id for one in scenario.students):
        for known in (scenario, None):
            for name, text in outputs(View(solution, known, person=person)):
                found = set(CANARY.findall(text))
                assert found <= own(signs, person), (name, person)
                seen |= found
                read += 1
    assert read == STUDENTS * 2 * 4
    assert len(seen) > STUDENTS, "a test that sees no canary proves nothing"
    whole = html.report(page(View(solution, scenario, person=scenario.students[0].id)))
    assert set(CANARY.findall(whole)) <= own(signs, scenario.students[0].id)
    assert not CANARY.findall(html.report(page(View(solution, scenario))))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_student_learns_no_reason_of_their_own_that_is_not_shared(seed: int) -> None:
    _, scenario, solution = school(seed)
    pulled = {pull.person for pull in scenario.pulls if pull.share}
    shared = {need.person for need in scenario.needs if need.share}
    for person in (one.id for one in scenario.students):
        (slip,) = slips(View(solution, scenario, person=person))
        said = " ".join(hour.why for hour in slip.hours)
        assert person in pulled or "staff asked" not in said
        assert person in shared or "support" not in said


@pytest.mark.parametrize("seed", SEEDS)
def test_staff_read_of_those_they_lead_advise_or_pulled(seed: int) -> None:
    signs, scenario, solution = school(seed)
    students = {one.id for one in scenario.students}
    for teacher in (one.id for one in scenario.staff):
        led = {one.session for one in solution.sessions if teacher in one.leaders}
        theirs = {line.person for line in solution.assignments if line.session in led}
        theirs |= {one.id for one in scenario.students if one.home == teacher}
        theirs |= {pull.person for pull in scenario.pulls if pull.by == teacher}
        for name, text in outputs(View(solution, scenario, "staff", teacher)):
            found = set(CANARY.findall(text))
            named = {signs.people[sign] for sign in found & set(signs.people)}
            assert named & students <= theirs, (name, teacher)
            assert not {s for s in found & set(signs.needs) if not signs.needs[s][1]}, name
            assert not found & signs.pulls, name


@pytest.mark.parametrize("audience", ["coordinator", "admin"])
def test_only_an_admin_reads_why_support_is_needed(audience: Audience) -> None:
    hidden: set[str] = set()
    for seed in SEEDS:
        signs, scenario, solution = school(seed)
        secret = {sign for sign, (_, share) in signs.needs.items() if not share}
        for known in (scenario, None):
            for _, text in outputs(View(solution, known, audience)):
                hidden |= secret & set(CANARY.findall(text))
    assert bool(hidden) == (audience == "admin")


def test_the_command_names_nobody_else(tmp_path: Path) -> None:
    """Files, both streams, and what is said to somebody who asks for whom there is not."""
    signs, scenario, solution = school(99)
    write_scenario(scenario, tmp_path / "school")
    write_solution(solution, tmp_path / "out")
    person = scenario.students[3].id
    given = ["report", str(tmp_path / "out"), "--scenario", str(tmp_path / "school"), "--json"]
    files = {
        "-o": tmp_path / "a.html",
        "--slips": tmp_path / "b.html",
        "--xlsx": tmp_path / "c.xlsx",
    }
    asked = [text for flag, path in files.items() for text in (flag, str(path))]
    found = CliRunner().invoke(app, [*given, *asked, "--person", person])
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["slip"]["person"] == person
    book = load_workbook(files["--xlsx"])
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row]
    texts = [found.stdout, found.stderr, *cells]
    texts += [files[flag].read_text() for flag in ("-o", "--slips")]
    assert set(CANARY.findall("".join(texts))) <= own(signs, person)
    almost = CliRunner().invoke(app, [*given, "--person", person[:-2]])
    assert almost.exit_code == 2
    assert not set(CANARY.findall(almost.output))
    for refused in ("--rosters", "--slips"):
        nothing = CliRunner().invoke(app, [*given, refused, str(tmp_path / "nothing.html")])
        assert (nothing.exit_code, (tmp_path / "nothing.html").exists()) == (2, False)
