"""Reports: what is counted, who is named, how it is said. Plans are by hand, no solver runs."""

import io
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from scheduler.models import Certificate, Finding, Level, Plan, Scenario, Solution
from scheduler.models.points import from_units
from scheduler.report import (
    Summary,
    Unknown,
    entries,
    headline,
    overview,
    roster,
    summary,
    tables,
    week,
    wording,
)
from scheduler.report.promises import _shown, _type
from scheduler.report.typed import by_grade, ratio, strangers, unknown
from scheduler.rules import catalogue
from scheduler.verify import judge


def bell(day: str, block: str, kind: str, start: str, end: str) -> dict[str, str]:
    row = {"calendar": "now", "day": day, "block": block, "kind": kind}
    return row | {"start": start, "end": end}


SCHOOL: dict[str, Any] = {
    "scenario": {"name": "By hand", "rules": {"fairness": {"form": "sum"}}},
    "students": [
        {"id": "s1", "grade": "9", "name": "Ada", "home": "t1"},
        {"id": "s2", "grade": "10", "name": "Ben", "home": "gone"},
        {"id": "s3", "grade": "10", "name": "Ben"},
        {"id": "s4", "grade": "K"},
    ],
    "staff": [{"id": "t1", "name": "Ms. Gray"}, {"id": "t2"}, {"id": "t3"}],
    "rooms": [{"id": "r1", "seats": 2}],
    "bells": [
        bell("Mon", "flex", "flex", "09:05", "09:45"),
        bell("Mon", "adv", "advisory", "10:00", "10:20"),
        bell("Tue", "flex", "flex", "09:05", "09:45"),
        bell("Tue", "pd", "pd", "15:00", "16:00"),
    ],
    "activities": [
        {"id": "chess", "kind": "flex", "title": "Chess", "min_size": 2},
        {"id": "art", "kind": "flex", "title": "Art", "tags": ["art"], "series": "art"},
        {"id": "study", "kind": "flex", "fallback": True},
        {"id": "aim", "kind": "advisory", "title": "AIM"},
        {"id": "cop", "kind": "pd", "title": "CoP"},
    ],
    "sessions": [
        {"id": "chess-mon", "activity": "chess", "block": "Mon.flex", "room": "r1"},
        {"id": "art-mon", "activity": "art", "block": "Mon.flex", "leaders": ["t2"]},
        {"id": "art-tue", "activity": "art", "block": "Tue.flex", "leaders": ["t2"]},
        {"id": "study-tue", "activity": "study", "block": "Tue.flex"},
        {"id": "aim-mon", "activity": "aim", "block": "Mon.adv", "leaders": ["t1"], "max_size": 9},
        {"id": "cop-tue", "activity": "cop", "block": "Tue.pd", "leaders": ["t2"], "max_size": 9},
    ],
    "choices": [
        {"person": "s1", "choice": "chess", "rank": 1},
        {"person": "s1", "choice": "art", "rank": 2},
        {"person": "s2", "choice": "chess", "score": "0.5"},
        {"person": "s3", "choice": "chess", "rank": 1},
        {"person": "s4", "choice": "chess", "rank": 1},
        {"person": "t1", "choice": "cop", "rank": 1},
        {"person": "t2", "choice": "cop", "rank": 1},
    ],
    "needs": [
        {"person": "s1", "tag": "art", "visits": 2, "reason": "secret"},
        {"person": "s4", "tag": "art", "priority": "high", "reason": "open", "share": True},
    ],
    "pulls": [
        {"person": "s4", "target": "art-mon", "by": "t1", "tier": "request", "reason": "finish"},
        {"person": "s4", "target": "art", "by": "t2", "tier": "required"},
    ],
    "away": [{"person": "s2", "block": "Tue.flex"}, {"person": "t3", "block": "Tue.pd"}],
}
LINES = (
    ("s1", "art-mon"),
    ("s1", "art-tue"),
    ("s1", "aim-mon"),
    ("s2", "chess-mon"),
    ("s2", "aim-mon"),
    ("s3", "chess-mon"),
    ("s3", "study-tue"),
    ("s4", "art-mon"),
    ("s4", "art-tue"),
    ("t1", "cop-tue"),
)
EVERYTHING = frozenset(row["id"] for row in SCHOOL["sessions"])


def school(**tables: Any) -> Scenario:
    return Scenario.model_validate(SCHOOL | tables)


def judged(scenario: Scenario, *lines: tuple[str, str], closed: tuple[str, ...] = ()) -> Solution:
    """The solution that a plan makes."""
    found = judge(scenario, Plan(lines=lines, open=EVERYTHING - set(closed)))
    certificate = Certificate(
        value=found.value,
        bound=None,
        gap=None,
        status="feasible",
        stopped_by="time",
        points_per_rule=found.points_per_rule,
        findings_per_rule=found.findings_per_rule,
        counts=found.counts,
    )
    return Solution(
        assignments=found.assignments,
        sessions=found.sessions,
        findings=found.findings,
        ledger=found.ledger,
        certificate=certificate,
    )


def printed(renderables: Any) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=150, highlight=False, markup=False)
    for renderable in renderables:
        console.print(renderable)
    return screen.getvalue()


@pytest.fixture(scope="module")
def hand() -> tuple[Scenario, Solution]:
    scenario = school()
    return scenario, judged(scenario, *LINES)


# ---- a scenario --------------------------------------------------------------------------------


def test_overview_counts_places_sessions_and_seats() -> None:
    found = overview(school())
    assert [(x.block, x.kind, x.people, x.sessions, x.seats, x.sought) for x in found.loads] == [
        ("Mon.flex", "flex", 4, 2, None, 1),
        ("Tue.flex", "flex", 3, 2, None, 0),
        ("", "advisory", 4, 1, 9, 0),
        ("", "pd", 2, 1, 9, 0),
    ]
    assert found.rows["students"] == 4
    assert "no limit" in printed(tables.of_overview(found))


def test_a_series_seats_as_many_as_its_smallest_session() -> None:
    again = {"id": "cop-wed", "activity": "cop", "block": "Wed.pd", "max_size": 4}
    activities = [
        row | {"series": "c"} if row["id"] == "cop" else row for row in SCHOOL["activities"]
    ]
    bells = [*SCHOOL["bells"], bell("Wed", "pd", "pd", "15:00", "16:00")]
    sessions = [*SCHOOL["sessions"], again]
    found = overview(school(activities=activities, bells=bells, sessions=sessions))
    assert [load.seats for load in found.loads if load.kind == "pd"] == [4]


def test_a_scenario_may_have_no_name_and_sessions_not_offered() -> None:
    bells = [*SCHOOL["bells"], *({**row, "calendar": "other"} for row in SCHOOL["bells"][:1])]
    other = {"id": "late", "activity": "chess", "block": "Fri.flex"}
    found = overview(school(scenario={}, bells=bells, sessions=[*SCHOOL["sessions"], other]))
    said = printed(tables.of_overview(found))
    assert said.startswith("A scenario without a name\nCalendar now (also there: other): Mon, Tue.")
    assert "1 session is not offered" in said


# ---- a solution --------------------------------------------------------------------------------


def glance(hand: tuple[Scenario, Solution]) -> Summary:
    return summary(*hand)


def test_every_place_counts_once(hand: tuple[Scenario, Solution]) -> None:
    ways = {way.how: way.kinds for way in glance(hand).filled}
    assert ways == {
        "1st choice": {"flex": 1, "pd": 1},
        "2nd choice": {"flex": 2},
        "a choice with a score": {"flex": 1},
        "asked for by staff": {"flex": 2},
        "fallback, such as study hall": {"flex": 1},
        "placed without anyone's wish": {"advisory": 2},
        "leads a session there": {"pd": 1},
        "no place found": {"advisory": 2},
    }
    assert list(ways)[:: len(ways) - 1] == ["1st choice", "no place found"]
    assert sum(way.places for way in glance(hand).filled) == 13
    assert glance(hand).unplaced == ("Ben (s3): once per cycle", "s4: once per cycle")


def test_needs_and_pulls_by_level(hand: tuple[Scenario, Solution]) -> None:
    found = glance(hand)
    assert [(m.level, m.asked, m.met) for m in found.needs] == [("high", 1, 1), ("normal", 1, 1)]
    assert [(m.level, m.asked, m.met) for m in found.pulls] == [
        ("required", 1, 1),
        ("request", 1, 1),
    ]
    without = summary(hand[0], judged(hand[0], *LINES[2:7], closed=("art-mon", "art-tue")))
    assert [(m.asked, m.met) for m in (*without.needs, *without.pulls)] == [(1, 0)] * 4
    assert "1 missed" in printed(tables.of_summary(without))


def test_who_did_how_well(hand: tuple[Scenario, Solution]) -> None:
    found = glance(hand)
    assert [(one.person, one.share) for one in found.worst_off] == [
        ("s4", 0),
        ("s1", 1),
        ("s3", 1),
        ("t1", 1),
        ("s2", 1),
    ]
    groups = [one.group for one in found.spread]
    assert groups == ["students", "grade K", "grade 9", "grade 10", "staff"]
    assert found.spread[-1].first == 1


def test_one_grade_is_no_group_of_its_own() -> None:
    scenario = school(students=[row | {"grade": "9"} for row in SCHOOL["students"]])
    found = summary(scenario, judged(scenario, *LINES))
    assert [one.group for one in found.spread] == ["students", "staff"]


def test_scores_have_no_first_choice() -> None:
    scenario = school(choices=[{"person": "s2", "choice": "chess", "score": "0.5"}])
    found = summary(scenario, judged(scenario, *LINES))
    assert [one.first for one in found.spread] == [None]
    assert summary(school(choices=[]), judged(school(choices=[]), *LINES)).spread == ()


def test_full_empty_and_closed_sessions(hand: tuple[Scenario, Solution]) -> None:
    found = glance(hand)
    assert found.fullest[0].session == "chess-mon"
    assert found.fullest[0].waiting == 2
    assert found.emptiest[0].session == "cop-tue"
    assert found.emptiest[-1].max_size is None
    assert not found.closed
    lines = [line for line in LINES if not line[1].startswith("chess")]
    closed = summary(hand[0], judged(hand[0], *lines, closed=("chess-mon",))).closed
    assert [(one.session, one.waiting) for one in closed] == [("chess-mon", 4)]


def test_what_it_cost(hand: tuple[Scenario, Solution]) -> None:
    found = glance(hand)
    assert found.earned == 100 + 50 + 160 + 100
    assert found.worth == found.earned
    assert found.worth - found.cost == hand[1].certificate.value
    place = next(cost for cost in found.costs if cost.rule == "place")
    assert (place.findings, place.cost, place.waived) == (2, 2000, 0)
    assert "Choices earned 410 points." in printed(tables.of_summary(found))


def test_findings_of_a_rule_that_is_gone_and_waived_ones() -> None:
    scenario = school()
    solution = judged(scenario, *LINES)
    old = Finding(rule="bygone", subjects=("s1",), weight="waived")
    found = summary(scenario, solution.model_copy(update={"findings": (old,)}))
    assert [(c.rule, c.promise, c.waived) for c in found.costs] == [("bygone", "", 1)]
    none = summary(scenario, solution.model_copy(update={"findings": ()}))
    assert "Every promise was kept." in printed(tables.of_summary(none))


def test_long_lists_are_cut_on_the_screen() -> None:
    many = [{"id": f"p{n}", "grade": "9"} for n in range(12)]
    scenario = school(students=many, choices=[], needs=[], pulls=[], away=[])
    found = summary(scenario, judged(scenario))
    assert len(found.unplaced) == 3 * 12 + 2
    assert "and 28 more" in printed(tables.of_summary(found))


def test_fairness_is_said_where_it_counts() -> None:
    scenario = school(scenario={"rules": {"fairness": {"form": "diminishing"}}})
    found = summary(scenario, judged(scenario, *LINES))
    assert found.worth < found.earned
    assert "fairness counts them as" in printed(tables.of_summary(found))


# ---- one person, one session -------------------------------------------------------------------


def test_a_students_week(hand: tuple[Scenario, Solution]) -> None:
    found = week(*hand, "s4")
    assert [(x.block, x.session, x.reason) for x in found.lines] == [
        ("Mon.flex", "art-mon", "pull"),
        ("Tue.flex", "art-tue", "pull"),
        ("", "", "unplaced"),
    ]
    both = "asked for by Ms. Gray (t1) and t2: request, required: finish"
    assert found.lines[0].why == both
    assert found.lines[1].why == "asked for by t2: required"
    assert found.share == 0
    assert "once per cycle" in printed(tables.of_week(found))
    assert week(*hand, "t3").share is None


def test_why_support_is_needed_is_said_only_where_it_may_be(
    hand: tuple[Scenario, Solution],
) -> None:
    found = week(*hand, "Ada")
    assert found.lines[0].why == "support they need: art (normal)"
    assert found.share == ratio(160, 160)
    scenario = school(pulls=[])
    shared = week(scenario, judged(scenario, *LINES), "s4")
    assert shared.lines[0].why == "support they need: art (high): open"


def test_who_is_away_and_who_leads(hand: tuple[Scenario, Solution]) -> None:
    assert [(x.block, x.reason) for x in week(*hand, "s2").lines] == [
        ("Mon.flex", "choice"),
        ("Mon.adv", "open-seat"),
        ("Tue.flex", "away"),
    ]
    leader = week(*hand, "t2")
    assert leader.about == "staff"
    assert [(x.session, x.why) for x in leader.lines] == [
        ("art-mon", "leads it, 2 there"),
        ("art-tue", "leads it, 2 there"),
        ("cop-tue", "leads it, 1 there"),
    ]
    assert week(*hand, "s2").about == "grade 10, last advised by gone"


def test_a_pull_that_a_forger_took_away(hand: tuple[Scenario, Solution]) -> None:
    scenario, solution = hand
    forged = [line.model_copy(update={"reason": "pull"}) for line in solution.assignments[:1]]
    found = week(scenario, solution.model_copy(update={"assignments": tuple(forged)}), "s1")
    assert found.lines[0].why == "asked for by staff"


def test_names_stand_for_one_person_only(hand: tuple[Scenario, Solution]) -> None:
    assert week(*hand, "ada").person == "s1"
    with pytest.raises(Unknown, match=r"several people are called 'Ben': s2, s3; give one id"):
        week(*hand, "Ben")
    with pytest.raises(Unknown, match=r"nearest known is 'Ms\. Gray'"):
        week(*hand, "Mr. Gray")


def test_a_roster_is_by_grade_and_name(hand: tuple[Scenario, Solution]) -> None:
    found = roster(*hand, "aim-mon")
    assert [(m.person, m.group) for m in found.members] == [("s1", "9"), ("s2", "10")]
    assert "Open: 2 people (9 seats, minimum 1); 0 more" in printed(tables.of_roster(found))
    assert roster(*hand, "cop-tue").members[0].group == "staff"
    lines = [line for line in LINES if not line[1].startswith("chess")]
    closed = roster(hand[0], judged(hand[0], *lines, closed=("chess-mon",)), "chess-mon")
    said = printed(tables.of_roster(closed))
    assert "Closed; it would need at least 2 (2 seats; 4 more would rather be here)." in said
    assert "person" not in said
    with pytest.raises(Unknown, match="nearest known is 'aim-mon'"):
        roster(*hand, "aim")


def test_kept_lines_are_shown_and_not_counted() -> None:
    scenario = school(
        scenario={"kinds": ["flex"]}, previous=[{"person": "s1", "session": "aim-mon"}]
    )
    flex = [line for line in LINES if line[1].partition("-")[0] in ("chess", "art", "study")]
    solution = judged(scenario, *flex)
    assert sum(way.places for way in summary(scenario, solution).filled) == 7
    assert [x.reason for x in week(scenario, solution, "s1").lines] == ["need", "kept", "need"]
    assert strangers(catalogue.facts(scenario), solution) == ()


def test_strangers_are_named_once(hand: tuple[Scenario, Solution]) -> None:
    scenario, solution = hand
    fewer = school(
        students=SCHOOL["students"][:3],
        sessions=SCHOOL["sessions"][1:],
        needs=[],
        pulls=[],
    )
    assert strangers(catalogue.facts(fewer), solution) == ("s4", "chess-mon")
    assert strangers(catalogue.facts(scenario), solution) == ()


# ---- words -------------------------------------------------------------------------------------

LEVELS = (
    Level(name="unplaced", value=Decimal(0), bound=Decimal(0)),
    Level(name="share 1", value=Decimal("0.3333333333"), bound=Decimal("0.34")),
    Level(name="share 2", value=Decimal("0.5"), bound=None),
)


def certificate(**update: Any) -> Certificate:
    base = Certificate(
        value=Decimal("1234.5"),
        bound=Decimal(1240),
        gap=Decimal("0.0044354839"),
        status="feasible",
        stopped_by="done",
        points_per_rule={},
        findings_per_rule={},
        counts={"places": 10, "placed": 10, "unplaced": 0},
    )
    return base.model_copy(update=update)


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ({}, "at most 0.44 % short of the best possible."),
        ({"gap": Decimal("0.000001")}, "at most 0.01 % short"),
        ({"gap": Decimal("0.3")}, "at most 30.0 % short"),
        ({"status": "optimal"}, "it is proven that no plan is worth more."),
        (
            {"status": "impossible", "bound": None, "gap": None},
            "some promises were waived",
        ),
        ({"bound": None, "gap": None}, "How much better a plan could be is not known."),
        ({"stopped_by": "gap"}, "as good as was asked for."),
        ({"stopped_by": "time"}, "time limit"),
        ({"stopped_by": "interrupt"}, "interrupted"),
        ({"levels": LEVELS}, "Level 'unplaced': 0, proven to be the best."),
        ({"levels": LEVELS}, "Level 'share 1': 0.3333; at best it is 0.34."),
        ({"levels": LEVELS}, "Level 'share 2': 0.5; its best is not known."),
        ({"levels": LEVELS}, "no plan that does as well on every level can be worth more than"),
        ({"counts": {"places": 10, "placed": 9, "unplaced": 1}}, "9 of 10 places are filled; 1 "),
    ],
)
def test_the_headline_says_what_the_certificate_says(update: dict[str, Any], said: str) -> None:
    assert said in " ".join(headline(certificate(**update)).sentences)


def test_shares_are_never_rounded_to_all_or_nothing() -> None:
    shares = ["0", "0.00001", "0.005", "0.5", "0.9999", "1"]
    assert [wording.percent(Decimal(share)) for share in shares] == [
        "0 %",
        "0.01 %",
        "0.50 %",
        "50.0 %",
        "99.9 %",
        "100 %",
    ]
    assert wording.percent(None) == "–"


def test_numbers_ranks_and_counts() -> None:
    assert wording.number(Decimal("1234567.00")) == "1,234,567"
    assert wording.number(from_units(15000)) == "1.5"
    assert wording.number(100) == "100"
    ranks = [wording.ordinal(rank) for rank in (1, 2, 3, 4, 11, 12, 13, 21, 112)]
    assert ranks == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]
    assert wording.counted(1, "person", "people") == "1 person"
    assert wording.counted(2, "person", "people") == "2 people"


def test_signs_that_steer_are_left_out() -> None:
    assert wording.safe("a\x1b[31mb\nc\x9bd\u202ee\ud800f\u2028") == "a[31mb cdef"
    assert wording.safe("Zoë 👩‍🏫 नेहा") == "Zoë 👩‍🏫 नेहा"


def test_grades_by_number() -> None:
    grades = ["staff", "grade 10", "grade 9", "K"]
    assert sorted(grades, key=by_grade) == ["K", "grade 9", "grade 10", "staff"]


def test_nothing_known_has_no_nearest() -> None:
    assert str(unknown("person", "x", [])) == "there is no person 'x'; there is none at all"


# ---- rules -------------------------------------------------------------------------------------


def test_types_and_defaults_in_words() -> None:
    knobs = {(rule.name, knob.name): knob for rule in entries() for knob in rule.knobs}
    assert knobs["fairness", "form"].type == "sum | diminishing | leximin"
    assert knobs["needs", "low"].default == "75"
    assert knobs["fairness", "levels"].type == "whole number 1–100"
    assert knobs["choices", "points"].type == "list: number 0–1,000,000"
    assert _type({"$ref": "#/$defs/a"}, {"a": {"type": "boolean"}}) == "true or false"
    assert _type({"anyOf": [{"type": "string"}, {"type": "null"}]}, {}) == "string or null"
    assert _type({"type": "integer", "minimum": 1}, {}) == "whole number from 1"
    assert _type({"type": "array", "prefixItems": [{"type": "number"}]}, {}) == "list: number"
    assert _type({}, {}) == "any"
    assert [_shown(value) for value in (None, True, [1])] == ["none", "true", "[1]"]
