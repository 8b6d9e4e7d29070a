"""Words and pictures of a comparison, where there is little to say or much."""

import re
from decimal import Decimal

import pytest

from scheduler.calendars import Balance, read_pack
from scheduler.comparison import Comparison, Subject, compare
from scheduler.report import calendar_charts, compared, html
from scheduler.solver import solve
from tests.twocalendars import BELLS, HEAD, school

BESIDE = [dict(zip(HEAD, row, strict=True)) for row in BELLS] + [
    {"calendar": "now", "day": "Tue", "block": name, "kind": "other", "start": a, "end": b}
    | {"grades": grades}
    for name, a, b, grades in (
        ("early", "10:45", "11:00", "9"),
        ("late", "10:45", "10:50", "10"),
        ("later", "10:50", "11:10", "10"),
    )
]


@pytest.fixture(scope="module")
def table():
    """Three cases, no dates, a law."""
    schools = {name: school(name, days=[], bells=BESIDE) for name in ("now", "then")}
    answers = {name: solve(one) for name, one in schools.items()}
    group = [Subject(f"{name} {at}", "Two", schools[name], name)
             for at, name in enumerate(("now", "then", "then"))]  # fmt: skip
    return compare([group], answers, [read_pack("IL")]).tables[0]


def balance(lost, gained, missing, others=4):
    return Balance(shorter=1, others=others, lost=lost, gained=gained, net=gained - lost,
                   needed=None, missing=missing)  # fmt: skip


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (balance(0, 0, None), "no day changes"),
        (balance(90, 90, Decimal(0)), "1 day loses 90 .* gain 90: it balances"),
        (balance(90, 0, None, 0), "gain 0: −90 in all$"),
        (balance(90, 50, Decimal(10)), "−40 in all; .* other 4 days would be 10 minutes longer"),
        (balance(90, 98, Decimal(-2)), r"\+8 in all; .* 2 minutes shorter"),
    ],
)
def test_a_balance_says_what_it_needs(found, said):
    assert re.search(said, compared._balance(found, "day"))


def test_what_cannot_be_judged_without_dates_is_said(table):
    first = compared.lawful(table)[0]
    assert first.startswith("now 0 misses IL 300 minutes a day; 1 floor cannot be judged")
    assert [text.split(":")[0] for text in compared.balances(table)] == ["then 1", "then 2"]
    svg = calendar_charts.floors(table, "f")
    assert "not known" in svg and "missed by" in svg


def test_three_cases_and_a_grade_of_its_own_are_drawn(table):
    page = html.comparison(Comparison(tables=(table,)))
    for text in ("now 0", "then 1", "then 2", "Who wins and who loses under then 2"):
        assert text in page
    assert compared.overview(Comparison(tables=(table,))) == []
    both = Comparison(tables=(table, table))
    assert compared.overview_heads(both) == ["Two: then", "Two: then"] * 2
    assert "All at a glance" in html.comparison(both)


def test_of_very_many_courses_those_that_change_most_are_drawn(table):
    one = table.courses[0]
    many = tuple(
        one.model_copy(update={"course": f"c{n}", "week_differences": (0, n, n)}) for n in range(30)
    )
    crowded = table.model_copy(update={"courses": many})
    kept = [name for name, _ in calendar_charts._courses(crowded, 1)]
    assert kept == [f"c{n}" for n in range(14, 30)]
    assert "c13<" not in calendar_charts.winners(crowded, 1, "w")


def test_shares_and_nothing_have_words():
    assert compared.shown(None, "share") == compared.differing(None, "points") == "–"
    assert compared.shown(Decimal("0.5"), "share") == "50.0 %"
    assert compared.differing(Decimal("-0.125"), "share") == "−12.5 pp"
    assert compared.differing(Decimal("1234.5"), "points") == "+1,234.5"
