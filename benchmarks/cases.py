"""What the engine is measured on: generated schools by name and seed, and the committed demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.generate import PRESETS, Sizes, generate
from scheduler.reading import read

if TYPE_CHECKING:
    from scheduler.models import Scenario

FIXTURES = Path(__file__).parents[1] / "fixtures"
FIXED = ("demo", "tiny")
"""Scenarios of `fixtures`: no seed changes them."""
SIZES: dict[str, Sizes] = PRESETS | {
    "week-300-diminishing": PRESETS["week-300"].model_copy(update={"form": "diminishing"}),
    "advisory-hard": PRESETS["advisory"],
}
NAMES = tuple(dict.fromkeys([*FIXED, *SIZES]))
USUAL = (
    "demo",
    "week-300",
    "week-3000",
    "week-300-diminishing",
    "week-3000-diminishing",
    "week-300-leximin",
    "week-3000-leximin",
    "scarce",
    "timetable",
    "advisory",
    "advisory-hard",
    "everything",
    "week-30000",
)
"""Those that are measured where none is named."""


def made(name: str, seed: int) -> Scenario:
    """The scenario of this name; ``advisory-hard`` lets groups be balanced whatever it costs."""
    if name in FIXED:
        return read(FIXTURES / name)
    scenario = generate(SIZES[name], seed)
    if name == "advisory-hard":
        rules = scenario.scenario.rules | {"balance": {"mode": "hard"}}
        settings = scenario.scenario.model_copy(update={"rules": rules})
        scenario = scenario.model_copy(update={"scenario": settings})
    return scenario


def seeds_of(name: str, number: int) -> range:
    """Seeds from 1 on; one for what no seed changes."""
    return range(1, 1 + (min(1, number) if name in FIXED else number))
