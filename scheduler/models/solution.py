"""The solution: everything that comes out."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Reason = Literal["lock", "pull", "need", "choice", "fallback", "open-seat", "unplaced", "kept"]
REASONS: tuple[Reason, ...] = ("lock", "pull", "need", "choice", "fallback", "open-seat")
"""Reasons of a place, the first that holds by the data counts."""

Weight = Literal["cost", "waived", "illegal"]
"""What a finding means: it costs points; it was waived because nothing else was possible; or the
solution breaks a promise that always holds."""


class Outcome(BaseModel):
    """Part of what comes out. Immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Assignment(Outcome):
    """One line: a person in a session of a block, or unplaced (``session`` empty)."""

    person: str
    block: str = ""
    session: str = ""
    activity: str = ""
    rank: int | None = None
    reason: Reason
    points: Decimal = Decimal(0)


class SessionState(Outcome):
    """How one session came out; ``waiting`` are the people who would rather be in it."""

    session: str
    activity: str
    block: str
    room: str = ""
    leaders: tuple[str, ...] = ()
    open: bool
    size: int
    min_size: int
    max_size: int | None = None
    waiting: int = 0


class Finding(Outcome):
    """One breach of one rule.

    Attributes
    ----------
    rule : str
        Name of the rule.
    what : str
        Which of the rule's promises, where it makes several; else empty.
    subjects : tuple of str
        Ids concerned, in the order that the rule documents.
    amount : Decimal
        How much is missing or too much, in the rule's own measure.
    cost : Decimal
        Points; 0 for what is waived or illegal.
    weight : str
    text : str
        The breach in words, filled in for an audience.
    """

    rule: str
    what: str = ""
    subjects: tuple[str, ...]
    amount: Decimal = Decimal(1)
    cost: Decimal = Decimal(0)
    weight: Weight = "cost"
    text: str = ""


class Level(Outcome):
    """One level of the leximin form: what was reached and its bound.

    ``unplaced`` and other counts are best when small, and the bound is the fewest possible; shares
    are best when large. Each bound holds for plans that reach as much on the levels before.
    """

    name: str
    value: Decimal
    bound: Decimal | None


class Certificate(Outcome):
    """What proves a solution: value, bound, gap and how they came about.

    ``overrides`` are the settings given at the solve instead of those of ``scenario.toml``.
    """

    value: Decimal
    bound: Decimal | None
    gap: Decimal | None
    status: Literal["optimal", "feasible", "impossible"]
    stopped_by: Literal["done", "gap", "time", "interrupt"]
    points_per_rule: dict[str, Decimal]
    findings_per_rule: dict[str, int]
    counts: dict[str, int]
    levels: tuple[Level, ...] = ()
    overrides: dict[str, str] = {}
    seconds_per_stage: dict[str, float] = {}
    peak_memory_mb: float = 0.0
    seed: int = 0
    versions: dict[str, str] = {}
    scenario_hash: str = ""


class Multipliers(Outcome):
    """What showed the bound: a number for each row of the model that has one.

    Whoever solves near the solution later takes them from here. They need not be believed: any
    multipliers show a bound, which is computed again from them in whole numbers.

    Attributes
    ----------
    format : int
    scenario_hash : str
    model : str
        Fingerprint of the matrix whose rows are meant.
    row, multiplier : tuple of int
        Rows, rising, and their multipliers in 1/64 of 1/10,000 point; those of other rows are 0.
    """

    format: Literal[1] = 1
    scenario_hash: str
    model: str
    row: tuple[Annotated[int, Field(ge=0, le=2**60)], ...]
    multiplier: tuple[Annotated[int, Field(ge=-(2**60), le=2**60)], ...]


class Plan(Outcome):
    """Who is where and what is open: the part of a solution that rules measure.

    ``lines`` are (person, session) of the kinds decided; ``open`` the sessions that are open,
    both by id. People without a line in a place that is due are unplaced.
    """

    lines: tuple[tuple[str, str], ...]
    open: frozenset[str]


class Solution(Outcome):
    """Everything that ``solve`` writes; ``multipliers`` where they are known."""

    assignments: tuple[Assignment, ...]
    sessions: tuple[SessionState, ...]
    findings: tuple[Finding, ...]
    ledger: tuple[tuple[str, Decimal], ...]
    certificate: Certificate
    multipliers: Multipliers | None = Field(default=None, exclude=True, repr=False)

    @property
    def plan(self) -> Plan:
        """The decided lines and the open sessions."""
        return Plan(
            lines=tuple(
                (line.person, line.session)
                for line in self.assignments
                if line.session and line.reason != "kept"
            ),
            open=frozenset(state.session for state in self.sessions if state.open),
        )

    def overridden(self, given: dict[str, str]) -> "Solution":
        """The solution, noting the settings that it was solved with instead of its scenario's."""
        certificate = self.certificate.model_copy(update={"overrides": given})
        return self.model_copy(update={"certificate": certificate})
