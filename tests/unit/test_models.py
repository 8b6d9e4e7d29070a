"""The models: cells, rows and the part of a scenario that is solved."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from scheduler.models import (
    Activity,
    Assignment,
    Bell,
    Certificate,
    Cycle,
    Day,
    MixItem,
    Previous,
    Room,
    Scenario,
    Session,
    Settings,
    Solution,
    Staff,
    Student,
)
from scheduler.models.cells import guarded, joined, minutes, split, truth, unguarded
from scheduler.models.points import from_units, hundredths, plain, rounded, units
from scheduler.reading import read
from tests.schools import TINY


def bell(day: str, block: str, kind: str, start: int, end: int, grades: str = "") -> Bell:
    return Bell.model_validate(
        {
            "calendar": "c",
            "day": day,
            "block": block,
            "kind": kind,
            "start": start,
            "end": end,
            "grades": grades,
        }
    )


def test_lists():
    assert split(" a ;b;;a") == ("a", "b")
    assert split(["a", "", None, "b ", "a"]) == ("a", "b")
    assert split(5) == 5
    assert joined(("a", 1)) == "a;1"


def test_times():
    assert minutes("9:05") == 545
    assert minutes(545) == 545
    with pytest.raises(ValueError, match="no time of day"):
        minutes("24:00")


def test_truth():
    assert truth(" TRUE ") is True
    assert truth(False) is False
    with pytest.raises(ValueError, match="neither true nor false"):
        truth("yes")


@pytest.mark.parametrize("text", ["", "x", "=x", "'x", "'=x", "''x", "+1", "'"])
def test_what_is_guarded_comes_back(text):
    assert unguarded(guarded(text)) == text


def test_what_a_spreadsheet_would_run_is_guarded():
    assert [guarded(text) for text in ("=x", "'=x", "'x", "x")] == ["'=x", "''=x", "'x", "x"]


@pytest.mark.parametrize("key", ["", "a;b", "=a", "a\u200bb", "a\tb"])
def test_ids_that_cannot_be(key):
    with pytest.raises(ValidationError):
        Room(id=key, seats=1)


def test_names_of_days_and_blocks_have_no_dot():
    with pytest.raises(ValidationError):
        bell("Mon.1", "flex", "flex", 1, 2)


def test_free_text():
    assert Student(id="s", grade="9", name="a\r\nb\rc").name == "a\nb\nc"
    for text in ("a\x00", "\ud800"):
        with pytest.raises(ValidationError):
            Student(id="s", grade="9", name=text)


def test_items_of_lists_have_no_semicolon():
    with pytest.raises(ValidationError):
        Student.model_validate({"id": "s", "grade": "9", "tags": ["a;b"]})


def test_dates():
    assert Day(calendar="c", date=date(2026, 1, 2)).date == date(2026, 1, 2)
    row = Day.model_validate({"calendar": "c", "date": " 2026-01-02 "})
    assert row.date == date(2026, 1, 2)
    for text in ("20260102", "2026-02-30", 5):
        with pytest.raises(ValidationError):
            Day.model_validate({"calendar": "c", "date": text})


def test_mix():
    items = Activity.model_validate({"id": "a", "kind": "flex", "mix": "role:x:1-2; y:-3;z:4-"}).mix
    assert [(item.tag, item.low, item.high) for item in items] == [
        ("role:x", 1, 2),
        ("y", None, 3),
        ("z", 4, None),
    ]
    assert [str(item) for item in items] == ["role:x:1-2", "y:-3", "z:4-"]
    assert MixItem(tag="t", low=1).high is None
    for text in ("x", "x:-", "x:2-1", ":1-2"):
        with pytest.raises(ValidationError):
            MixItem.model_validate(text)


def test_rooms_and_tags():
    assert Room(id="r", seats=1, tags=("shared",)).shared
    assert not Room(id="r", seats=1).shared
    assert Student(id="s", grade="9", tags=("a",)).all_tags == {"a", "grade:9"}
    assert Staff(id="t", tags=("dept:math",)).all_tags == {"dept:math"}


def test_points():
    assert rounded(Decimal("0.005")) == Decimal("0.01")
    assert hundredths(Decimal("1.25")) == 125
    assert units(Decimal("1.25")) == 12_500
    assert from_units(12_500) == Decimal("1.25")
    assert [plain(Decimal(text)) for text in ("1E+2", "0.50", "0E-2", "10")] == [
        "100",
        "0.5",
        "0",
        "10",
    ]


def test_blocks():
    early, late = bell("Mon", "a", "flex", 0, 10, "9"), bell("Mon", "b", "flex", 9, 20, "10")
    assert early.key == "Mon.a"
    assert early.overlaps(late)
    assert not early.overlaps(bell("Tue", "a", "flex", 0, 10))
    assert not early.overlaps(bell("Mon", "c", "flex", 10, 20))
    assert not early.shares_grade(late)
    assert early.shares_grade(bell("Mon", "c", "flex", 0, 1))
    assert bell("Mon", "c", "flex", 0, 1).shares_grade(early)
    assert early.admits("9")
    assert not early.admits("10")
    assert bell("Mon", "c", "flex", 0, 1).admits("x")


def test_the_digest_is_that_of_the_content():
    scenario = read(TINY)
    assert scenario.digest == read(TINY).digest
    assert scenario.digest != scenario.model_copy(update={"choices": ()}).digest
    assert "choices" not in Scenario().document()


def cycle(**settings: object) -> Cycle:
    scenario = Scenario(
        scenario=Settings.model_validate(settings),
        students=(Student(id="s", grade="9"),),
        staff=(Staff(id="t"), Staff(id="u")),
        bells=(
            bell("Tue", "adv", "advisory", 0, 10, "9"),
            bell("Mon", "pd", "pd", 20, 30),
            bell("Mon", "flex", "flex", 10, 20),
            bell("Mon", "adv", "advisory", 0, 10),
            bell("Tue", "adv2", "advisory", 10, 20, "10"),
        ),
        activities=(
            Activity(id="g", kind="advisory"),
            Activity(id="c", kind="pd", series="x"),
            Activity(id="f", kind="flex"),
        ),
        sessions=(
            Session(id="g1", activity="g", block="Tue.adv", leaders=("t", "u")),
            Session(id="c1", activity="c", block="Mon.pd"),
            Session(id="f1", activity="f", block="Mon.flex"),
            Session(id="f2", activity="f", block="Wed.flex"),
        ),
        away=({"person": "t", "block": "Tue.adv"},),
        previous=(
            Previous(person="s", session="g1"),
            Previous(person="s", session="f1"),
            Previous(person="s", session="gone"),
            Previous(person="gone", session="g1"),
        ),
    )
    return Cycle(scenario)


def test_the_part_that_is_solved():
    found = cycle(kinds=["flex", "pd"], cycle=["Mon", "Tue"])
    assert found.calendar == "c"
    assert list(found.blocks) == ["Mon.adv", "Mon.flex", "Mon.pd", "Tue.adv", "Tue.adv2"]
    assert list(found.offered) == ["g1", "c1", "f1"]
    assert list(found.decided) == ["c1", "f1"]
    assert found.kept == (("s", "g1"),)
    assert found.kept_open == {"g1"}
    assert found.present_leaders(found.offered["g1"]) == ("u",)
    assert found.busy_blocks(found.offered["g1"]) == ("Mon.adv", "Tue.adv")
    assert found.busy_blocks(found.offered["f1"]) == ("Mon.flex",)
    assert [session.id for session in found.series["x"]] == ["c1"]
    assert not found.overlap("Mon.adv", "Mon.flex")


def test_without_settings_all_is_solved():
    found = cycle()
    assert found.kinds == ("flex", "advisory", "pd")
    assert next(iter(found.blocks)) == "Tue.adv"
    assert found.kept == ()


def test_the_plan_of_a_solution():
    found = Solution(
        assignments=(
            Assignment(person="a", session="x", reason="choice"),
            Assignment(person="b", reason="unplaced"),
            Assignment(person="c", session="y", reason="kept"),
        ),
        sessions=(),
        findings=(),
        ledger=(),
        certificate=Certificate.model_construct(),
    )
    assert found.plan.lines == (("a", "x"),)
