"""Names and defaults of the knobs are those of the scenario format."""

from decimal import Decimal

import pytest

from scheduler.rules import catalogue
from scheduler.rules.contract import counted
from tests.rules.worlds import world

RANKED = (100, 80, 64, 52, 42, 34, 28, 22, 18, 15)
BY_DEFAULT = {
    "balance": {
        "mode": "soft",
        "size": 40,
        "smallest": 13,
        "largest": 17,
        "grade": 25,
        "tolerance": 1,
        "dept": 25,
        "dept_share": Decimal("0.5"),
    },
    "choices": {
        "mode": "soft",
        "points": RANKED,
        "score": 100,
        "unchosen": 10,
        "unchosen_advisory": 0,
    },
    "clash": {"mode": "hard"},
    "continuity": {"mode": "soft", "cost": 150},
    "eligible": {"mode": "hard"},
    "fairness": {
        "form": "diminishing",
        "levels": 3,
        "slopes": (Decimal("1.25"), 1, Decimal("0.85"), Decimal("0.7"), Decimal("0.5")),
        "breaks": (30, 50, 70),
        "cap": 100,
    },
    "load": {"mode": "hard"},
    "locks": {"mode": "hard"},
    "minimum_size": {"mode": "hard"},
    "mix": {"mode": "soft", "under": 300, "over": 25},
    "needs": {"mode": "soft", "low": 75, "normal": 150, "high": 300, "critical": 600},
    "one_of": {"mode": "hard"},
    "pairs": {"mode": "soft", "apart": 200, "together": 30},
    "place": {"mode": "soft", "unplaced": 1000, "pd": "one"},
    "pulls": {"mode": "soft", "required": 2000, "priority": 800, "request": 250},
    "relationship": {"mode": "soft", "cost": 60, "strength": Decimal("0.5")},
    "seats": {"mode": "hard"},
    "series": {"mode": "hard"},
    "stability": {"mode": "off", "moved": 20},
    "supervision": {"mode": "soft", "cost": 20, "ratio": 30, "fallback_ratio": 60},
    "variety": {"mode": "soft", "cost": 10},
    "visits": {"mode": "hard"},
}


def test_every_rule_is_in_the_catalogue():
    assert list(catalogue.rules()) == sorted(BY_DEFAULT)


@pytest.mark.parametrize("name", BY_DEFAULT)
def test_defaults_are_those_of_the_format(name):
    assert world(name).knobs.model_dump() == BY_DEFAULT[name]


@pytest.mark.parametrize("name", BY_DEFAULT)
def test_an_unknown_knob_is_an_error(name):
    with pytest.raises(ValueError, match="Extra inputs"):
        _ = world(name, {"costs": 1}).knobs


def test_rules_that_are_off_do_not_speak():
    here = world("visits", {"mode": "off"})
    silent = {"fairness", "stability", "visits"}  # fairness is no rows, stability off by default
    assert set(catalogue.speaking(here.scenario)) == set(BY_DEFAULT) - silent


def test_one_rule_says_what_points_are_worth_and_one_what_is_due():
    here = world("fairness", {"form": "sum"}, settings={"rules": {"place": {"pd": "each"}}})
    rule, settings = catalogue.fairness(here.scenario)
    assert rule.worth(Decimal(7), Decimal(0), 1, settings) == 7
    assert catalogue.pd_form(here.scenario) == "each"


def test_numbers_agree_with_their_nouns():
    assert counted(Decimal(1), "visit", "visits") == "1 visit"
    assert counted(Decimal("1.50"), "visit", "visits") == "1.5 visits"
