"""Report pages and the workbook: what stands in them, how they are made, what is refused."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from scheduler.cli.app import app
from scheduler.models import Finding, Scenario, Solution
from scheduler.reading import BadInput, Limits, read, read_prices, read_solution
from scheduler.report import Unknown, charts, drawing, html
from scheduler.report.frames import frames
from scheduler.report.page import SENTENCES, Page, page
from scheduler.report.slips import PLACED, rosters, slip, slips
from scheduler.report.view import View
from scheduler.report.wording import listed, natural
from scheduler.report.workbook import workbook

TINY = Path(__file__).parents[2] / "fixtures" / "tiny"
VOID = {"meta", "br", "link", "input", "img", "hr"}


def flexweave(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], prog_name="flexweave")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "out"
    assert flexweave("solve", TINY, "-o", folder, "-q").exit_code == 0
    return folder


@pytest.fixture(scope="module")
def case(out: Path) -> tuple[Scenario, Solution]:
    return read(TINY), read_solution(out)


def whole(case: tuple[Scenario, Solution], **more: Any) -> Page:
    return page(View(case[1], case[0], "admin"), **more)


# ---- pages ---------------------------------------------------------------------------------------


@dataclass
class Read(HTMLParser):
    """A page taken apart: every element is closed, ids are unique."""

    stack: list[str] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(text: str) -> Read:
    found = Read()
    found.feed(text)
    found.close()
    assert not found.stack
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    return found


def documents(case: tuple[Scenario, Solution]) -> dict[str, str]:
    scenario, solution = case
    view = View(solution, scenario, "admin")
    return {
        "report": html.report(page(view, {"robotics-mon": Decimal(20)})),
        "student": html.report(page(View(solution, scenario, person="s1"))),
        "bare": html.report(page(View(solution, None, "coordinator"))),
        "rosters": html.rosters("Tiny", rosters(view)),
        "slips": html.slips("Tiny", slips(view)),
    }


@pytest.mark.parametrize("name", ["report", "student", "bare", "rosters", "slips"])
def test_a_page_stands_alone_and_can_be_heard(case: tuple[Scenario, Solution], name: str) -> None:
    text = documents(case)[name]
    found = parsed(text)
    assert "http" not in text
    assert "<script" not in text
    ids = {attributes.get("id") for _, attributes in found.elements}
    for tag, attributes in found.elements:
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
        if tag == "svg":
            assert attributes["role"] == "img"
        for reference in ("aria-labelledby", "aria-describedby"):
            assert reference not in attributes or attributes[reference] in ids
        assert tag != "th" or "scope" in attributes
    tags = [tag for tag, _ in found.elements]
    assert found.elements[0] == ("html", {"lang": "en"})
    assert (tags.count("h1"), tags.count("main")) == (1, 1)
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert tags.count("title") == tags.count("svg") + 1
    assert tags.count("desc") == tags.count("svg")


def test_the_same_facts_give_the_same_bytes(case: tuple[Scenario, Solution]) -> None:
    assert documents(case) == documents(case)
    books = [workbook(View(case[1], case[0], "admin")) for _ in range(2)]
    assert books[0] == books[1]


def test_texts_are_escaped(case: tuple[Scenario, Solution]) -> None:
    evil = '<script>alert("1")</script> & $x_1$ \u202e'
    scenario = case[0].model_copy(
        update={
            "students": tuple(s.model_copy(update={"name": evil}) for s in case[0].students),
            "activities": tuple(a.model_copy(update={"title": evil}) for a in case[0].activities),
        }
    )
    for text in documents((scenario, case[1])).values():
        parsed(text)
        assert "<script" not in text
        assert "\u202e" not in text


def test_what_a_coordinator_reads(case: tuple[Scenario, Solution]) -> None:
    found = whole(case)
    assert found.sentences[0].startswith("All 18 places are filled")
    assert ("Worth of this plan", "390 points") in found.proof
    assert any("it agrees" in text for _, text in found.proof)
    (closed,) = found.closed
    assert (closed.session, closed.story) == (
        "algebra-wed",
        (
            "It would need at least 1 person.",
            *closed.story[1:3],
            "Would rather be here than where they are: 2.",
        ),
    )
    assert re.fullmatch(r"\d people put it on their list: .*choice\.", closed.story[1])
    assert closed.story[2].startswith("Instead: ")
    assert found.worst_off[0].called == "Ben (s2)"
    assert sum(found.groups[0].bands) == found.groups[0].people == 6
    assert [one.rule for one in found.breaches] == ["relationship", "choices"]
    assert all("(s" in text for text in found.breaches[0].said)
    assert not found.doubts


def test_prices_are_for_those_who_see_everything(case: tuple[Scenario, Solution]) -> None:
    prices = {"robotics-mon": Decimal(20)}
    found = whole(case, prices=prices)
    assert {one.session: one.price for one in found.offers if one.price is not None} == prices
    assert "seat +20" in html.report(found)
    staff = page(View(case[1], case[0], "staff", "t1"), prices)
    assert not staff.priced
    assert all(one.price is None for one in staff.offers)


def test_small_counts_are_hidden_from_students_and_staff(case: tuple[Scenario, Solution]) -> None:
    for audience, person in (("student", "s1"), ("staff", "t1")):
        found = page(View(case[1], case[0], audience, person))
        numbers = [one.size for one in found.offers] + [one.waiting for one in found.offers]
        numbers += [way.places for way in found.ways] + [one.findings for one in found.breaches]
        assert "fewer than 5" in numbers
        assert not {number for number in numbers if number in "1234"}
        assert not found.worst_off
        assert all(one.cost is None for one in found.breaches)
        assert all(not g.bands and g.worst is None for g in found.groups)
        assert all(group.people >= 5 for group in found.groups)
        assert "fewer than 5" in found.closed[0].story[-1]


def test_unplaced_people_are_not_counted_out(case: tuple[Scenario, Solution]) -> None:
    counts = case[1].certificate.counts | {"unplaced": 2, "placed": 16}
    certificate = case[1].certificate.model_copy(update={"counts": counts, "bound": None})
    solution = case[1].model_copy(update={"certificate": certificate})
    found = page(View(solution, case[0]))
    assert found.sentences[0] == "Of 18 places, fewer than 5 are still empty."
    assert ("No plan is worth more than", "not known") in found.proof
    assert any("disagrees" in doubt for doubt in found.doubts)


def test_what_a_reader_has_to_know_is_said(case: tuple[Scenario, Solution]) -> None:
    scenario, solution = case
    assert "Made without the scenario" in page(View(solution, None, "admin")).doubts[0]
    other = scenario.model_copy(update={"needs": ()})
    changed = page(View(solution, other, "coordinator"))
    assert "has changed" in changed.doubts[0]
    certificate = solution.certificate.model_copy(
        update={"status": "impossible", "overrides": {"kinds": "flex"}}
    )
    poor = solution.model_copy(update={"certificate": certificate})
    found = page(View(poor, None, "admin"))
    assert "waived" in found.doubts[-1]
    assert ("Solved with", "kinds flex") in found.proof


def test_many_findings_are_cut_and_strange_ones_listed(case: tuple[Scenario, Solution]) -> None:
    many = tuple(Finding(rule="bygone", subjects=("s1",)) for _ in range(SENTENCES + 7))
    found = page(View(case[1].model_copy(update={"findings": many}), case[0], "coordinator"))
    (one,) = found.breaches
    assert (one.said[0], len(one.said), one.more) == ("Ada (s1)", SENTENCES, 7)
    none = page(View(case[1].model_copy(update={"findings": ()}), case[0], "coordinator"))
    assert "Every promise was kept." in html.report(none)
    staff = View(case[1].model_copy(update={"findings": many[:1]}), case[0], "staff", "t1")
    assert staff.said(many[0]) == ""


def test_why_support_is_needed_is_for_admins(case: tuple[Scenario, Solution]) -> None:
    need = case[0].needs[0]
    finding = Finding(rule="needs", subjects=(need.person, need.tag), text="as it was written")
    assert need.reason
    assert need.reason in View(case[1], case[0], "admin").said(finding)
    for audience in ("admin", "coordinator"):
        assert View(case[1], None, audience).said(finding) == "as it was written"
    assert View(case[1], case[0], "coordinator").said(finding) == "as it was written"
    assert View(case[1], case[0], "staff").said(finding) == ""
    assert not any(need.reason in found.text for found in case[1].findings)


# ---- slips and rosters -------------------------------------------------------------------------


def test_a_slip_says_no_more_than_its_reader_may_know(case: tuple[Scenario, Solution]) -> None:
    scenario, solution = case
    need = scenario.needs[0]
    pull = scenario.pulls[0]
    for share in (False, True):
        told = scenario.model_copy(
            update={
                "needs": (need.model_copy(update={"share": share, "reason": "79.8 %"}),),
                "pulls": (pull.model_copy(update={"share": share, "reason": "why"}),),
            }
        )
        student = View(solution, told, person=pull.person)
        printed = View(solution, told, "coordinator")
        own, handed = (
            {hour.why for view in (student, printed) for hour in slip(view, person).hours}
            for person in (pull.person, need.person)
        )
        assert ("staff asked for you" in own) == share
        assert any(why.startswith("asked for by") for why in own) == share
        assert ("79.8 %" in " ".join(handed)) == share
        assert "why" not in own
        assert share or PLACED in own


def test_slips_go_by_audience(case: tuple[Scenario, Solution]) -> None:
    scenario, solution = case
    assert len(slips(View(solution, scenario, "coordinator"))) == 6
    assert [one.person for one in slips(View(solution, scenario, "admin", "Ada"))] == ["s1"]
    assert [one.person for one in slips(View(solution, scenario, person="s2"))] == ["s2"]
    assert not slips(View(solution, scenario))
    assert not slips(View(solution, scenario, "staff"))
    assert rosters(View(solution, scenario)) == ()
    led = {one.session for one in rosters(View(solution, scenario, "staff", "t1"))}
    assert led == {s.session for s in solution.sessions if s.open and "t1" in s.leaders}
    (found,) = slips(View(solution, None, person="s1"))
    assert found.group == found.hours[0].hours == ""


def test_whom_nobody_is_called(case: tuple[Scenario, Solution]) -> None:
    scenario, solution = case
    same = tuple(s.model_copy(update={"name": "Twin"}) for s in scenario.students)
    twins = scenario.model_copy(update={"students": same})
    with pytest.raises(Unknown, match=r"^several people are called 'twin'$"):
        View(solution, twins, person="twin")
    with pytest.raises(Unknown, match="give one id"):
        View(solution, twins, "admin", "twin")
    with pytest.raises(Unknown, match=r"^nobody is called 's11'$"):
        View(solution, scenario, person="s11")
    with pytest.raises(Unknown, match="nearest known is"):
        View(solution, scenario, "admin", "s11")


# ---- the workbook --------------------------------------------------------------------------------


def test_the_workbook_opens_with_frozen_headers_and_filters(
    case: tuple[Scenario, Solution],
) -> None:
    scenario, solution = case
    book = load_workbook(io.BytesIO(workbook(View(solution, scenario, "admin"))))
    assert book.sheetnames == ["assignments", "sessions", "findings", "ledger"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.column_dimensions["A"].width > 5
    rows = list(book["assignments"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [line.person for line in solution.assignments]
    assert sum(row[-1] for row in rows) == sum(line.points for line in solution.assignments)
    assert book["findings"].max_row == len(solution.findings) + 1
    owed = {row[0]: row[2] for row in book["ledger"].iter_rows(min_row=2, values_only=True)}
    assert owed == {person: float(points) for person, points in solution.ledger}


def test_no_cell_is_run_as_a_formula(case: tuple[Scenario, Solution]) -> None:
    evil = "=HYPERLINK(1)"
    students = tuple(s.model_copy(update={"name": evil}) for s in case[0].students)
    scenario = case[0].model_copy(update={"students": students})
    book = load_workbook(io.BytesIO(workbook(View(case[1], scenario, "admin"))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == f"'{evil}" for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_a_students_workbook_holds_counts_and_themselves(
    case: tuple[Scenario, Solution],
) -> None:
    book = load_workbook(io.BytesIO(workbook(View(case[1], case[0], person="s1"))))
    people = {row[0] for row in book["assignments"].iter_rows(min_row=2, values_only=True)}
    assert people == {"s1"}
    assert book["ledger"].max_row == 2
    header = [cell.value for cell in book["findings"][1]]
    assert header == ["rule", "promise", "findings"]
    nobody = load_workbook(io.BytesIO(workbook(View(case[1], case[0]))))
    assert nobody["assignments"].max_row == 1


def test_frames_hold_what_the_files_do_for_whoever_may_know_it(
    case: tuple[Scenario, Solution],
) -> None:
    found = frames(View(case[1], case[0], "admin"))
    lines = found["assignments"]
    assert list(zip(lines["person"], lines["session"], lines["points"], strict=True)) == [
        (line.person, line.session, line.points) for line in case[1].assignments
    ]
    assert found["ledger"].set_index("person")["owed"].to_dict() == dict(case[1].ledger)
    mine = frames(View(case[1], case[0], person="s1"))
    assert set(mine["assignments"]["person"]) == set(mine["ledger"]["person"]) == {"s1"}
    assert list(mine["findings"].columns) == ["rule", "promise", "findings"]


# ---- pictures and words --------------------------------------------------------------------------


def test_long_maps_are_parted_and_activities_may_meet_twice_at_once(
    case: tuple[Scenario, Solution],
) -> None:
    found = whole(case)
    flex = next(one for one in found.offers if one.kind == "flex")
    many = tuple(
        flex.model_copy(update={"session": f"x{n}", "title": f"Group {n // 2}", "block": block})
        for n in range(2 * charts.ROWS)
        for block in ("Mon.flex", "Tue.flex")
    )
    maps = charts.heat_maps(found.model_copy(update={"offers": many}))
    assert [title for title, _ in maps] == [
        "Flex blocks, part 1 of 2",
        "Flex blocks, part 2 of 2",
    ]
    colours = [drawing.readable_on(colour) for colour in ("#ffffff", "#123a57")]
    assert colours == [drawing.INK, drawing.PAPER]
    assert drawing.short("a long title indeed", 8) == "a long…"


def test_words() -> None:
    assert sorted(["g 10", "g 2", "f"], key=natural) == ["f", "g 2", "g 10"]
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


# ---- the command ---------------------------------------------------------------------------------


def test_the_command_writes_what_is_asked_for(out: Path, tmp_path: Path) -> None:
    names = {"-o": "r.html", "--rosters": "o.html", "--slips": "s.html", "--xlsx": "b.xlsx"}
    flags = [text for flag, name in names.items() for text in (flag, tmp_path / "new" / name)]
    prices = tmp_path / "prices.csv"
    prices.write_text("session,price\nrobotics-mon,20\n")
    more = ("--scenario", TINY, "--audience", "coordinator", "--prices", prices)
    found = flexweave("report", out, *flags, *more)
    assert (found.exit_code, found.stdout) == (0, "")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(names.values())
    bare = flexweave("report", out, "--json")
    assert json.loads(bare.stdout)["audience"] == "student"
    quiet = flexweave("report", out, "-o", tmp_path / "q.html", "--scenario", TINY)
    assert "a student sees counts only" in quiet.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to write"),
        (("--json", "--audience", "pupil"), "no audience 'pupil'"),
        (("--slips", "x.html"), "no slip to show"),
        (("--rosters", "x.html", "--audience", "staff"), "no roster to show"),
        (("-o", "."), "is a folder"),
        (("--json", "--person", "zz"), "nobody is called 'zz'"),
        (("--json", "--prices", "p.csv"), "no session 'robotic-mon'"),
    ],
)
def test_the_command_refuses(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Any, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.csv").write_text("session,price\nrobotic-mon,2\n")
    found = flexweave("report", out, *arguments)
    assert found.exit_code == 2
    assert said in " ".join(found.output.split())
    assert [path.name for path in tmp_path.iterdir()] == ["p.csv"]


def test_prices_are_read_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("session,price\na,1.5\nb,-2\n")
    assert read_prices(file) == {"a": Decimal("1.5"), "b": Decimal(-2)}
    file.write_text("session,price\na,much\n,3\n")
    with pytest.raises(BadInput, match=r"prices\.csv:2:price") as bad:
        read_prices(file)
    assert len(bad.value.problems) == 2
    file.write_text("seat,price\na,1\n")
    with pytest.raises(BadInput, match="session"):
        read_prices(file)


def test_a_file_of_prices_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("session,price\na,1.5\n")
    monkeypatch.setattr("scheduler.reading.prices.Limits", lambda: Limits(document=10))
    with pytest.raises(BadInput, match="bytes are too many"):
        read_prices(file)
