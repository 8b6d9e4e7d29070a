"""What goes over the wire beside the scheduler's own types: requests and answers."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.errors import InputProblem
from api.examples import SCENARIO, SCENARIO_SCHEMA
from scheduler.calendars import pack_names
from scheduler.comparison import Comparison
from scheduler.explain import conflict, difference, treatment
from scheduler.explain.typed import Price, Story, Take, Why, WhyNot
from scheduler.models import Certificate, Finding, Solution
from scheduler.models.cells import Id, legible
from scheduler.models.time import Kind
from scheduler.reading import Limits
from scheduler.repair import Repair
from scheduler.report import Entry
from scheduler.report.rows import Debt, Line, State

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]
JobKind = Literal["solve", "repair", "compare"]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
Seconds = Annotated[float, Field(ge=0, le=1_000_000, strict=True)]
Fraction = Annotated[float, Field(ge=0, le=1, strict=True)]
Name = Annotated[str, Field(max_length=200)]
Cell = Annotated[str, AfterValidator(legible), Field(max_length=200)]


class Question(StrEnum):
    """What can be asked about a solution."""

    WHY = "why"
    WHY_NOT = "why-not"
    TAKE = "what-would-it-take"
    SESSION = "session"
    PRICES = "prices"
    FAIRNESS = "fairness"


class Sent(BaseModel):
    """A request. What it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


def shallow(document: dict[str, Any]) -> dict[str, Any]:
    """A document, if it is no deeper than a scenario may be.

    Reading says so too, but what is much deeper cannot be handed to a worker.
    """
    level: list[Any] = [document]
    for _ in range(Limits().depth + 1):
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [value for one in inner for value in one if isinstance(value, dict | list)]
        if not level:
            return document
    raise PydanticCustomError("too_deep", "lists and objects are nested too deep")


# ---- requests ------------------------------------------------------------------------------------


class Settings(Sent):
    """What to solve instead of what the scenario says."""

    calendar: Annotated[
        Name | None, Field(description="The calendar to solve, instead of the scenario's.")
    ] = None
    kinds: Annotated[
        list[Kind] | None,
        Field(
            min_length=1,
            max_length=3,
            description="The kinds to decide, instead of the scenario's.",
        ),
    ] = None

    def overrides(self) -> dict[str, str]:
        """As the certificate notes them."""
        kinds = None if self.kinds is None else ";".join(dict.fromkeys(self.kinds))
        given = {"calendar": self.calendar, "kinds": kinds}
        return {key: value for key, value in given.items() if value is not None}


class Search(Settings):
    """How to search."""

    seed: Seed = Field(
        default=0, description="Equal scenario, seed and versions give equal answers."
    )
    time_limit_s: Seconds | None = Field(
        default=None, description="Seconds to search; the best found until then is kept."
    )
    target_gap: Fraction = Field(
        default=0.0, description="Stop this close to the best possible: 0.01 is one percent."
    )


class SolveRequest(Search):
    """A solve."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"seed": 7, "time_limit_s": 60, "target_gap": 0.005}, {}]}
    )


class Asked(Sent):
    """A question."""

    question: Question
    person: Name | None = Field(
        default=None, description="Whom it is about; a student's own by default."
    )
    session: Name | None = Field(default=None, description="The session that it is about.")


class ExplainRequest(Asked):
    """A question about a solution."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "why-not", "person": "s01", "session": "robotics-Mon"},
                {"question": "fairness"},
            ]
        }
    )


class DiagnoseRequest(Settings):
    """What to diagnose: the scenario, or why people have no place in a solution of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"time_limit_s": 10}]})

    solution: Name | None = None
    seed: Seed = 0
    time_limit_s: Annotated[float, Field(ge=0, le=3_600, strict=True)] = 30.0


class ChangeRow(Sent):
    """One change, as in ``changes.csv``."""

    action: Literal["away", "cancel", "room", "lead", "resize", "pull", "add", "drop"]
    id: Annotated[Id, Field(max_length=200)]
    block: Cell = ""
    value: Cell = ""


class RepairRequest(Sent):
    """What changed, and since when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"changes": [{"action": "away", "id": "t1", "block": "Mon.flex"}]},
            ]
        }
    )

    changes: Annotated[list[ChangeRow], Field(min_length=1, max_length=1_000)]
    since: Name | None = Field(default=None, description="Blocks before this one stay as they are.")
    seed: Seed = 0
    time_limit_s: Seconds | None = None


def _apart(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise PydanticCustomError("repeated", "a calendar comes twice")
    return names


def _known_pack(name: str) -> str:
    """Only what comes with Flexweave: a path would be one on the server."""
    if name not in pack_names():
        known = {"known": ", ".join(pack_names())}
        raise PydanticCustomError("unknown_pack", "there is no such pack; there are {known}", known)
    return name


Pack = Annotated[
    str,
    AfterValidator(_known_pack),
    WithJsonSchema({"type": "string", "enum": list(pack_names())}),
]


class CompareRequest(Sent):
    """Calendars to compare, each of them solved."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"calendars": ["current", "short-monday"], "pack": "IL", "seed": 7}]
        }
    )

    calendars: Annotated[
        list[Name],
        AfterValidator(_apart),
        Field(
            min_length=2,
            max_length=12,
            json_schema_extra={"uniqueItems": True},
            description="The calendars to compare; the others are compared with the first.",
        ),
    ]
    pack: Pack | None = Field(
        default=None, description="Whose law to hold the calendars against; it is no legal advice."
    )
    seed: Seed = 0
    time_limit_s: Seconds | None = Field(
        default=None,
        description="Seconds to search for each calendar; the best until then counts. All together "
        "have no more than the service gives a job.",
    )
    target_gap: Fraction = Field(
        default=0.005, description="Stop this close to the best possible, in each calendar."
    )


class SmallSolveRequest(Search):
    """A small scenario to be solved in the reply; nothing of it is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scenario": SCENARIO, "seed": 7}]})

    scenario: Annotated[dict[str, Any], AfterValidator(shallow), WithJsonSchema(SCENARIO_SCHEMA)]


class SmallExplainRequest(SmallSolveRequest):
    """A small scenario to be solved, and a question about its solution; nothing is kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "scenario": SCENARIO,
                    "question": "why-not",
                    "person": "s3",
                    "session": "robotics-Mon",
                }
            ]
        }
    )

    question: Question
    person: Name | None = None
    session: Name | None = None


# ---- answers -------------------------------------------------------------------------------------


class ScenarioInfo(Told):
    """A scenario: what it holds, and what is worth saying about it."""

    id: str
    school: str
    name: str
    created: datetime.datetime
    digest: str = Field(description="SHA-256 of the scenario, as certificates name it.")
    counts: dict[str, int] = Field(description="Rows of each table that has any.")
    warnings: list[InputProblem] = Field(description="What is legal and yet worth a look.")
    changed_from: str | None = Field(description="The scenario that a repair changed into this.")


class ScenarioPage(Told):
    """Scenarios, the newest first."""

    items: list[ScenarioInfo]
    total: int
    limit: int
    offset: int


class Progress(Told):
    """Where a search stands."""

    stage: str
    value: float | None
    bound: float | None
    gap: float | None
    seconds: float
    calendar: str | None = Field(
        default=None, description="Where calendars are compared, the one that is being solved."
    )


class Failure(Told):
    """Why a job failed, as a problem."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[InputProblem]


class JobInfo(Told):
    """A job and where it stands."""

    id: str
    kind: JobKind
    status: Status
    scenario: str
    solution: str | None = Field(description="The solution that came of it.")
    repairs: str | None = Field(description="The solution that it repairs.")
    comparison: str | None = Field(description="The comparison that came of it.")
    cancelling: bool = Field(description="Whether it was asked to end.")
    created: datetime.datetime
    started: datetime.datetime | None
    finished: datetime.datetime | None
    progress: Progress | None
    error: Failure | None


class SolutionInfo(Told):
    """A solution in figures."""

    id: str
    scenario: str
    job: str
    repairs: str | None = Field(description="The solution that it repairs.")
    created: datetime.datetime
    published: datetime.datetime | None
    status: Literal["optimal", "feasible", "impossible"]
    value: float
    bound: float | None
    gap: float | None
    counts: dict[str, int]


class SolutionPage(Told):
    """Solutions, the newest first."""

    items: list[SolutionInfo]
    total: int
    limit: int
    offset: int


class Health(Told):
    """Whether the service lives."""

    status: Literal["ok"]


class Readiness(Told):
    """Whether the service can work."""

    status: Literal["ready", "not ready"]
    database: bool
    workers: bool


class Rule(Told):
    """One rule: its promise, its maths, its knobs."""

    name: str
    promise: str
    maths: str
    notes: list[str]
    knobs: dict[str, Any] = Field(description="JSON Schema of the keys under [rules.NAME].")

    @classmethod
    def of(cls, entry: Entry) -> Rule:
        """A rule of the catalogue."""
        return cls(
            name=entry.name,
            promise=entry.promise,
            maths=entry.maths,
            notes=list(entry.notes),
            knobs=entry.knobs_schema,
        )


Text = Annotated[list[str], Field(description="The same in sentences, for who asked.")]


class Explained(Told):
    """The answer to a question: typed facts, and sentences made from them."""

    answers: list[Why | WhyNot | Take | Story | Price | treatment.Treatment]
    text: Text


class Difference(difference.Difference):
    """What changed between two solutions."""

    text: Text


class Diagnosed(conflict.Diagnosis):
    """Why a scenario is impossible, or why people have no place."""

    text: Text


class Repaired(Repair):
    """What a repair did, and how little of it was possible."""

    text: Text


class Compared(Comparison):
    """Calendars side by side, as `flexweave compare --json` prints them."""


class Solved(Solution):
    """A solution with its certificate, as `flexweave solve` writes it."""


WRITTEN: tuple[type[BaseModel], ...] = (
    Certificate,
    Solved,
    Compared,
    Explained,
    Difference,
    Diagnosed,
    Repaired,
    Finding,
    Line,
    State,
    Debt,
)
"""Answers that are written as files are, numbers plain."""
