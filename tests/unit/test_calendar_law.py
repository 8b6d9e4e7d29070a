"""Each pack's floors and caps, from both sides; packs that are wrong."""

import importlib.metadata
from decimal import Decimal

import pytest

from scheduler.calendars import NOTICE, BadPack, judge, pack_names, read_pack
from scheduler.calendars.packs import Pack
from tests.calendars import school


def day(minutes: int, *more: str) -> list[str]:
    """A day of so many minutes of class from 8:00."""
    end = 480 + minutes
    return [f"p1 class 08:00-{end // 60:02d}:{end % 60:02d}", *more] if minutes else list(more)


def verdict(pack, days, dates, grade="9"):
    return judge(school(days, dates=dates, grades=grade), read_pack(pack))


def floor(found, kind):
    (one,) = (floor for floor in found.floors if floor.kind == kind)
    return one


def yearly(pack: str, grade: str, needed: int):
    """The yearly floor met to the minute, and missed by one: 179 days alike and one to fit."""
    for short in (0, 1):
        each, rest = divmod(needed, 180)
        days = {"A": day(each), "B": day(each + rest - short)}
        found = floor(verdict(pack, days, ["A"] * 179 + ["B"], grade), "yearly")
        assert (found.needed, found.margin, found.met) == (needed, -short, not short)
        assert found.unit == "minutes"


@pytest.mark.parametrize(
    ("pack", "grade", "needed"),
    [
        ("CA", "K", 36_000),
        ("CA", "TK", 36_000),
        ("CA", "1", 50_400),
        ("CA", "3", 50_400),
        ("CA", "4", 54_000),
        ("CA", "8", 54_000),
        ("CA", "9", 64_800),
        ("CA", "12", 64_800),
        ("NY", "K", 54_000),
        ("NY", "6", 54_000),
        ("NY", "7", 990 * 60),
        ("NY", "12", 990 * 60),
        ("TX", "K", 75_600),
        ("TX", "12", 75_600),
    ],
)
def test_minutes_of_a_year(pack, grade, needed):
    yearly(pack, grade, needed)


@pytest.mark.parametrize(("pack", "needed"), [("CA", 180), ("IL", 176), ("NY", 180)])
def test_days_of_a_year(pack, needed):
    for count in (needed, needed - 1):
        found = floor(verdict(pack, {"A": day(360)}, ["A"] * count), "days")
        assert (found.needed, found.found, found.unit) == (needed, count, "days")
        assert (found.margin, found.met) == (count - needed, count == needed)


def test_california_two_days_average():
    for short, mean in ((200, 240), (199, Decimal("239.5"))):
        found = verdict("CA", {"A": day(280), "B": day(short)}, ["A", "B", "A"])
        average = floor(found, "averaged")
        assert (average.found, average.met) == (mean, mean >= 240)
        assert average.margin == mean - 240
        assert average.below == (mean < 240)
        assert average.worst == ("2026-09-02 B")


def test_california_neither_below_180():
    for short in (180, 179):
        found = floor(verdict("CA", {"A": day(400), "B": day(short)}, ["A", "B"]), "least")
        assert (found.margin, found.met) == (short - 180, short == 180)


def test_california_a_long_day_helps_one_short_day():
    days = {"A": day(280), "B": day(200)}
    alone = floor(verdict("CA", days, ["B", "A", "B"]), "averaged")
    assert (alone.met, alone.below) == (False, 1)
    both = floor(verdict("CA", days, ["B", "A", "A", "B"]), "averaged")
    assert both.met
    lone = floor(verdict("CA", days, ["B"]), "averaged")
    assert (lone.found, lone.met) == (200, False)


def test_california_without_dates_the_cycle_comes_round():
    found = floor(verdict("CA", {"B": day(200), "C": day(240), "A": day(280)}, []), "averaged")
    assert (found.met, found.worst) == (True, "B")
    single = floor(verdict("CA", {"B": day(200)}, []), "averaged")
    assert not single.met


def test_california_averages_high_schools_only():
    kinds = {f.kind for f in verdict("CA", {"A": day(200)}, ["A"], "8").floors}
    assert kinds == {"yearly", "days"}


def test_illinois_five_hours():
    for minutes in (300, 299):
        found = floor(verdict("IL", {"A": day(minutes)}, ["A"]), "daily")
        assert (found.margin, found.met, found.below) == (
            minutes - 300,
            minutes == 300,
            minutes < 300,
        )


def test_illinois_passing_counts_and_lunch_does_not():
    days = {"A": ["p1 class 08:00-12:55", "x passing 12:55-13:00", "l lunch 13:00-13:30"]}
    assert floor(verdict("IL", days, ["A"]), "daily").found == 300


def inservice(minutes: int) -> list[str]:
    return day(minutes, "pd pd 15:00-16:00")


def test_illinois_in_service_needs_three_hours():
    for minutes in (180, 179):
        found = verdict("IL", {"A": day(300), "B": inservice(minutes)}, ["A"] * 175 + ["B"])
        assert floor(found, "days").found == 175 + (minutes == 180)
        assert floor(found, "daily").met is (minutes == 180)
        (credit,) = found.credits
        assert (credit.dates, credit.cap) == (int(minutes == 180), 10)


def test_illinois_ten_in_service_days_count():
    for count in (10, 11):
        found = verdict("IL", {"A": day(300), "B": inservice(200)}, ["A"] * 166 + ["B"] * count)
        assert floor(found, "days").found == 176
        (credit,) = found.credits
        assert (credit.dates, credit.margin) == (count, 10 - count)
        daily = floor(found, "daily")
        assert (daily.met, daily.below) == (count == 10, count - 10)


def test_illinois_without_pd_a_short_day_is_none():
    found = verdict("IL", {"A": day(200)}, ["A"])
    assert (floor(found, "days").found, floor(found, "daily").met) == (0, False)


def test_illinois_a_monday_of_five_hours_needs_no_exception():
    found = verdict("IL", {"A": day(360), "Mon": inservice(300)}, ["A", "Mon"])
    assert found.credits[0].dates == 0
    assert floor(found, "daily").margin == 0


def test_new_york_four_conference_days():
    days = {"A": day(340), "conference": ["pd pd 08:00-15:00"]}
    for count in (3, 4, 5):
        found = verdict("NY", days, ["A"] * 176 + ["conference"] * count)
        assert floor(found, "days").found == 176 + min(4, count)
        assert floor(found, "yearly").found == (176 + min(4, count)) * 340
        assert found.minutes["9"] == (176 + min(4, count)) * 340
        assert found.credits[0].margin == 4 - count


def test_new_york_counts_supervised_study_and_nothing_between():
    days = {
        "A": [
            "p1 class 08:00-09:00",
            "x passing 09:00-09:05",
            "study other 09:05-09:35",
            "l lunch 09:35-10:05",
            "r other 10:05-10:20",
        ]
    }
    assert verdict("NY", days, ["A"]).minutes == {"9": 90}


def test_texas_counts_intermissions_and_recess():
    days = {"A": ["p1 class 08:00-09:00", "l lunch 09:05-09:35", "r other 09:35-09:50"]}
    assert verdict("TX", days, ["A"]).minutes == {"9": 110}


@pytest.mark.parametrize("name", [*pack_names(), "template"])
def test_packs_have_source_date_and_notice(name):
    pack = read_pack(name)
    assert pack.name == name
    assert pack.source
    found = judge(school({"A": day(300)}, dates=["A"]), pack)
    assert (found.notice, found.date) == (NOTICE, "2026-11-22")
    assert "Not legal advice" in found.notice
    assert all(floor.source for floor in found.floors)


def test_without_dates_nobody_can_say():
    found = verdict("IL", {"A": day(300), "B": inservice(200)}, [])
    assert (floor(found, "days").met, floor(found, "days").found) == (None, None)
    assert floor(found, "daily").met is None
    assert found.credits[0].margin is None
    assert found.minutes == {"9": None}
    assert found.met is None
    assert verdict("IL", {"B": day(200)}, []).met is False
    assert verdict("TX", {"A": day(500)}, ["A"] * 180).met is True


def test_grades_without_a_floor_are_named():
    assert verdict("template", {"A": day(300)}, ["A"], "PK").unjudged == ()
    mine = read_pack("TX").model_copy(update={"yearly": ()})
    assert judge(school({"A": day(300)}), mine).unjudged == ("9",)


def test_floors_of_days_can_be_for_some_grades():
    rules = read_pack("template")
    changed = {
        name: tuple(one.model_copy(update={"grades": ("5",)}) for one in getattr(rules, name))
        for name in ("yearly", "days", "daily", "averaged")
    }
    ours = rules.model_copy(update=changed)
    found = judge(school({"A": day(300)}, grades="5;9", dates=["A"]), ours)
    assert {floor.grade for floor in found.floors} == {"5"}
    assert len(found.floors) == 5
    assert found.unjudged == ("9",)


def test_what_counts_can_be_named_by_block():
    pack = read_pack("template")
    counts = pack.counts.model_copy(
        update={
            "kinds": ("class", "passing"),
            "not_blocks": ("band",),
            "longest_passing": 10,
            "blocks": ("hall",),
        }
    )
    days = {
        "A": [
            "p1 class 08:00-09:00",
            "x passing 09:00-09:20",
            "band class 09:20-10:00",
            "hall other 10:00-10:30",
        ]
    }
    found = judge(school(days, dates=["A"]), pack.model_copy(update={"counts": counts}))
    assert found.minutes == {"9": 60 + 10 + 30}


def test_a_day_without_students_is_no_school_day():
    found = verdict("CA", {"A": ["pd pd 08:00-12:00"]}, ["A"])
    assert floor(found, "days").found == 0
    assert (floor(found, "averaged").found, floor(found, "averaged").met) == (None, None)
    none = verdict("NY", {"A": ["pd pd 08:00-12:00"]}, ["A"])
    assert none.minutes == {"9": 0}


GOOD = """name = "mine"
title = "Mine"
date = 2026-01-01
source = "section 1"
[counts]
kinds = ["class"]
[[yearly]]
minutes = 100
source = "section 2"
[[yearly]]
grades = ["9"]
minutes = 200
source = "section 3"
"""


def written(tmp_path, text: str):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pack_of_ones_own(tmp_path):
    pack = read_pack(written(tmp_path, GOOD))
    assert isinstance(pack, Pack)
    found = judge(school({"A": day(150)}, dates=["A"]), pack)
    assert [floor.margin for floor in found.floors] == [50, -50]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "title =",
            "titel =",
            "mine.toml:2:titel: there is no key 'titel'; write 'title', the nearest that is known",
        ),
        (
            "minutes = 200",
            "minuts = 200",
            "mine.toml:12:minuts: there is no key 'minuts'; write 'minutes', the nearest that is "
            "known",
        ),
        ("minutes = 200", "minutes = -2", "mine.toml:12:minutes: -2 is too small; write 0 or more"),
        (
            '["class"]',
            '["clas"]',
            "mine.toml:6:kinds: 'clas' is not known here; write class, the nearest of class, flex, "
            "advisory, lunch, passing or other",
        ),
        (
            "minutes = 200\n",
            "",
            "mine.toml:10:minutes: 'minutes' is missing; write it; template.toml has an example",
        ),
        ("[counts]", "[counts", "mine.toml:5: this line is not TOML"),
    ],
)
def test_what_is_wrong_with_a_pack_is_said(tmp_path, old, new, said):
    with pytest.raises(BadPack) as raised:
        read_pack(written(tmp_path, GOOD.replace(old, new)))
    assert said in str(raised.value)


def test_no_such_pack():
    with pytest.raises(BadPack, match="Il: there is no such pack; write IL, the nearest of CA"):
        read_pack("Il")


def test_packs_are_installed_with_the_code():
    assert importlib.metadata.version("flexweave")
    assert pack_names() == ("CA", "IL", "NY", "TX")
