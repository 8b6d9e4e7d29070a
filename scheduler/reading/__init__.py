"""Reading: a folder of CSV files, a zip of it, or JSON becomes a `Scenario`.

`read` is the door, and refuses with every problem at once; `examine` gives problems and notes
instead of raising. Nothing is ever written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.models import Scenario, Settings
from scheduler.models.cells import joined
from scheduler.reading import checks, notes, reader
from scheduler.reading.containers import Limits, Source, opened
from scheduler.reading.draft import validated
from scheduler.reading.prices import read_prices
from scheduler.reading.problems import (
    BadInput,
    BadScenario,
    BadSolution,
    Complaints,
    Problem,
    Where,
    in_order,
)
from scheduler.reading.solutions import read_solution

if TYPE_CHECKING:
    from scheduler.reading.draft import Draft


@dataclass(frozen=True)
class Reading:
    """What came of reading.

    Attributes
    ----------
    scenario : Scenario or None
        ``None`` where there are problems.
    problems : tuple of Problem
        Everything that is wrong, by file and row.
    notes : tuple of Problem
        What is legal and yet worth saying, by file and row.
    """

    scenario: Scenario | None
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def read(
    source: Source,
    *,
    calendar: str | None = None,
    kinds: tuple[str, ...] | None = None,
    limits: Limits = Limits(),  # noqa: B008
) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    source : Path, str, bytes or mapping
        A folder, a zip or a JSON document by its path; the bytes of a zip or of JSON; a document.
    calendar : str, optional
        The calendar to solve, instead of the one that the scenario names.
    kinds : tuple of str, optional
        The kinds to decide, instead of those that the scenario names.
    limits : Limits
        What to take at most.

    Raises
    ------
    BadScenario
        When anything is wrong; it carries every problem.
    """
    say = Complaints()
    draft = _drafted(source, calendar, kinds, limits, say)
    if draft is None or say.problems:
        raise BadScenario(in_order(say.problems))
    return draft.scenario()


def examine(
    source: Source,
    *,
    calendar: str | None = None,
    kinds: tuple[str, ...] | None = None,
    limits: Limits = Limits(),  # noqa: B008
) -> Reading:
    """Read a scenario and say everything about it; see `read` for the parameters."""
    say = Complaints()
    draft = _drafted(source, calendar, kinds, limits, say)
    scenario = None
    if draft is not None and not say.problems:
        scenario = draft.scenario()
        notes.note(draft, scenario, say)
    return Reading(scenario, in_order(say.problems), in_order(say.notes))


def _drafted(
    source: Source,
    calendar: str | None,
    kinds: tuple[str, ...] | None,
    limits: Limits,
    say: Complaints,
) -> Draft | None:
    content = opened(source, limits, say)
    if content is None:
        return None
    draft = reader.drafted(content, limits, say)
    _override(draft, calendar, kinds, say)
    checks.check(draft, say)
    return draft


def _override(
    draft: Draft, calendar: str | None, kinds: tuple[str, ...] | None, say: Complaints
) -> None:
    """Put what the caller asks for in place of what the scenario says."""
    asked = {"calendar": calendar, "kinds": None if kinds is None else joined(kinds)}
    given = {key: value for key, value in asked.items() if value is not None}
    if draft.settings is None or not given:
        return
    typed = validated(Settings, given, Where, say)
    if typed is not None:
        draft.settings = draft.settings.model_copy(
            update={key: getattr(typed, key) for key in given}
        )
        draft.asked = frozenset(given)


__all__ = [
    "BadInput",
    "BadScenario",
    "BadSolution",
    "Limits",
    "Problem",
    "Reading",
    "Source",
    "examine",
    "read",
    "read_prices",
    "read_solution",
]
