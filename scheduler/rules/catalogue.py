"""The catalogue of rules: finds every rule file by looking, and gives its knobs their types."""

from __future__ import annotations

import importlib
import pkgutil
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import scheduler.rules
from scheduler.rules.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from scheduler.models import Scenario

    Earns = Callable[[str, str], Decimal]


@cache
def rules() -> dict[str, ModuleType]:
    """Every rule by its name, which is the name of its file, in alphabetical order."""
    found = {}
    for module in pkgutil.iter_modules(scheduler.rules.__path__):
        rule = importlib.import_module(f"{scheduler.rules.__name__}.{module.name}")
        if hasattr(rule, "Settings") and hasattr(rule, "title"):
            found[module.name] = rule
    return found


def knobs(scenario: Scenario, name: str) -> Any:
    """Knobs of rule ``name`` in this scenario, typed, defaults filled in.

    Raises
    ------
    pydantic.ValidationError
        When a knob is unknown or its value is not of its kind. Scenarios that were read from
        files have been checked already.
    """
    return rules()[name].Settings.model_validate(scenario.scenario.rules.get(name, {}))


def speaking(scenario: Scenario) -> dict[str, tuple[ModuleType, Any]]:
    """Rules with rows that are not switched off, with their knobs, by name."""
    found = {}
    for name, rule in rules().items():
        settings = knobs(scenario, name)
        if hasattr(rule, "rows") and settings.mode != "off":
            found[name] = (rule, settings)
    return found


def fairness(scenario: Scenario) -> tuple[ModuleType, Any]:
    """The rule that says what points are worth to a person, with its knobs."""
    (name,) = [name for name, rule in rules().items() if hasattr(rule, "worth")]
    return rules()[name], knobs(scenario, name)


def first(scenario: Scenario) -> list[tuple[str, str, str]]:
    """What leximin minimises first, in this order: rule, ``what`` of its findings, name."""
    found = [
        (rank, name, what, words)
        for name, (rule, _) in speaking(scenario).items()
        for what, (rank, words) in getattr(rule, "first", {}).items()
    ]
    return [(name, what, words) for _, name, what, words in sorted(found)]


def pd_form(scenario: Scenario) -> str:
    """Whether staff are due one pd session per cycle (``one``) or one per block (``each``)."""
    (form,) = [
        knobs(scenario, name).pd
        for name, rule in rules().items()
        if "pd" in rule.Settings.model_fields
    ]
    return str(form)


def facts(scenario: Scenario) -> Facts:
    """The id-level facts of a scenario, from which rules measure."""
    return Facts(scenario, pd_form(scenario))


def earnings(facts: Facts) -> Earns:
    """Points of a visit, by person and session, from every rule that gives points."""
    earning = [
        (rule, settings)
        for rule, settings in speaking(facts.scenario).values()
        if hasattr(rule, "earns")
    ]
    known: dict[tuple[str, str], Decimal] = {}

    def earns(person: str, session: str) -> Decimal:
        key = (person, session)
        points = known.get(key)
        if points is None:
            points = Decimal(0)
            for rule, settings in earning:
                points += rule.earns(facts, person, session, settings)
            known[key] = points
        return points

    return earns
