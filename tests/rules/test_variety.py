from decimal import Decimal

import pytest

from tests.rules.worlds import BELLS, SESSIONS, table, world

DAYS = ("Mon", "Tue", "Wed")
AGAIN = {
    "bells": table(BELLS, *(f"c,{day},flex,flex,09:00,10:00," for day in DAYS)),
    "sessions": table(SESSIONS, *(f"x{day},X,{day}.flex,," for day in DAYS), "y,Y,Mon.flex,,"),
    "staff": table("id", "tom"),
}
THRICE = ("ada:xMon ada:xTue ada:xWed", "xMon xTue xWed")


def activity(**cells):
    return [{"id": "X", "kind": "flex", "max_visits": 0} | cells, *table("id,kind", "Y,flex")]


def test_once_is_clean():
    here = world("variety", **AGAIN, activities=activity())
    assert here.judge("ada:y ada:xTue ben:xMon", "y xMon xTue") == []


def test_every_visit_after_the_first_costs_10():
    here = world("variety", **AGAIN, activities=activity())
    assert here.judge(*THRICE) == [("", ("ada", "X"), 2, Decimal(20), "cost")]
    assert here.words(*THRICE) == ["ada visits X 2 times more after the first time."]
    assert here.words("ada:xMon ada:xTue", "xMon xTue") == [
        "ada visits X once more after the first time."
    ]


def test_hard_ones_are_waived():
    here = world("variety", {"mode": "hard"}, **AGAIN, activities=activity())
    assert here.judge(*THRICE) == [("", ("ada", "X"), 2, 0, "waived")]


@pytest.mark.parametrize("cells", [{"fallback": "true"}, {"series": "s"}])
def test_fallback_and_series_are_exempt(cells):
    assert world("variety", **AGAIN, activities=activity(**cells)).judge(*THRICE) == []


@pytest.mark.parametrize(
    "wish",
    [
        {"needs": table("person,tag", "ada,math", "ben,art")},
        {"pulls": table("person,target,by", "ada,X,tom")},
        {"pulls": table("person,target,by", "ada,xWed,tom")},
    ],
)
def test_what_they_need_or_are_pulled_to_is_exempt_for_them(wish):
    here = world("variety", **AGAIN, activities=activity(tags="math"), **wish)
    assert here.judge(*THRICE) == []
    assert len(here.judge("ben:xMon ben:xTue", "xMon xTue")) == 1


def test_advisory_cannot_repeat():
    here = world(
        "variety",
        bells=table(BELLS, "c,Mon,a,advisory,09:00,10:00,", "c,Tue,a,advisory,09:00,10:00,"),
        activities=table("id,kind", "X,advisory"),
        sessions=table(SESSIONS, "x,X,Mon.a,,", "y,X,Tue.a,,"),
    )
    assert here.judge("ada:x ada:y", "x y") == []
