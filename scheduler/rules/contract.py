"""What a rule is: a promise, said three times in one file.

A rule file offers ``title`` (the promise in one line), ``maths`` (the formula, for the catalogue),
``Settings`` (its knobs), ``rows`` (its maths as sparse rows), ``measure`` (the truth, from ids) and
``say`` (the words). It may offer ``earns`` (points of a visit), ``touches`` (for whom it matters
who is where), ``worth`` (what points are worth to a person) or ``first`` (findings that leximin
minimises before it looks at anybody's share: their ``what``, with a rank and a name; ``rows``
marks the columns that count them by `Rows.count_first`). ``rows`` may say what each row demands of
whom (`Rows.about`); then ``demand`` puts that in words, and ``relief`` what would make room, where
a person can do something about it. Its name is the name of its file.
Everything else finds it by looking.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Protocol

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from scheduler.models.points import plain, rounded

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from scheduler.models import Finding, Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

    Ints = NDArray[np.int64]
    Subjects = Callable[[int], tuple[str, ...]]

Audience = Literal["student", "staff", "coordinator", "admin"]
"""Who reads; the first sees least."""

UNBOUNDED = 2**40
"""A row's missing side. Larger than any activity of a row, small enough to multiply."""


Share = Annotated[Decimal, Field(ge=0, le=1), AfterValidator(rounded)]
"""A knob from 0 to 1, exact to hundredths."""

Number = Annotated[int, Field(ge=0, le=1_000_000)]
"""A knob that counts."""


class Knobs(BaseModel):
    """Base of every rule's settings: frozen, and an unknown knob is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Soft(Knobs):
    """A rule that costs points, or is set ``hard``, or ``off``."""

    mode: Literal["hard", "soft", "off"] = "soft"

    @property
    def hard(self) -> bool:
        """Whether its breaches are waived only if nothing else is possible."""
        return self.mode == "hard"

    @property
    def weight(self) -> Literal["cost", "waived"]:
        """What its findings mean."""
        return "waived" if self.hard else "cost"

    def price(self, points: Decimal) -> Decimal:
        """``points`` of a breach; what is waived costs nothing."""
        return points * (not self.hard)


class Hard(Knobs):
    """A rule that always holds."""

    mode: Literal["hard"] = "hard"


class Switchable(Knobs):
    """A rule that always holds unless it is switched off."""

    mode: Literal["hard", "off"] = "hard"


class About(NamedTuple):
    """What some rows demand: row ``rows[i]`` is part of demand ``which[i]`` of this kind.

    ``subjects`` gives the ids that a demand is about; it is asked only of the few in a conflict.
    """

    what: str
    rows: Ints
    which: Ints
    subjects: Subjects


@dataclass
class Rows:
    """Sparse rows of one rule over the base columns and slack columns of its own.

    All coefficients, bounds and costs are whole numbers, so that a bound computed from them is
    exact. Columns are numbered from 0; the rule's slacks follow the ``base`` columns.

    Attributes
    ----------
    base : int
        Number of base columns.
    """

    base: int
    _row: list[Ints] = field(default_factory=list)
    _col: list[Ints] = field(default_factory=list)
    _coef: list[Ints] = field(default_factory=list)
    _lower: list[Ints] = field(default_factory=list)
    _upper: list[Ints] = field(default_factory=list)
    _slack_cost: list[Ints] = field(default_factory=list)
    _slack_upper: list[Ints] = field(default_factory=list)
    _slack_hard: list[NDArray[np.bool_]] = field(default_factory=list)
    _slack_finding: list[Ints] = field(default_factory=list)
    _charges: list[tuple[Ints, Ints]] = field(default_factory=list)
    _earnings: list[tuple[Ints, Ints]] = field(default_factory=list)
    first: dict[str, Ints] = field(default_factory=dict)
    demands: list[About] = field(default_factory=list)
    count: int = 0
    slacks: int = 0
    findings: int = 0

    def block(
        self, number: int, lower: ArrayLike = -UNBOUNDED, upper: ArrayLike = UNBOUNDED
    ) -> Ints:
        """Add ``number`` rows with the given sides; returns their indexes."""
        self._lower.append(np.broadcast_to(_ints(lower), (number,)))
        self._upper.append(np.broadcast_to(_ints(upper), (number,)))
        self.count += number
        return np.arange(self.count - number, self.count)

    def put(self, rows: ArrayLike, columns: ArrayLike, coefficients: ArrayLike = 1) -> None:
        """Add entries; the three broadcast against each other, and equal places add up."""
        row, column, coef = np.broadcast_arrays(_ints(rows), _ints(columns), _ints(coefficients))
        self._row.append(row.ravel())
        self._col.append(column.ravel())
        self._coef.append(coef.ravel())

    def slack(
        self,
        number: int,
        cost: ArrayLike,
        upper: ArrayLike,
        *,
        hard: ArrayLike = False,
        finding: Ints | None = None,
    ) -> Ints:
        """Add ``number`` columns from 0 to ``upper`` that cost ``cost`` units each; their indexes.

        Parameters
        ----------
        number : int
        cost : array of int
            Units (1/10,000 point) per one of the column.
        upper : array of int
            The most that the column can ever be worth having; finite, it enters the bound.
        hard : array of bool
            Breaches that must not be, and are waived, at no cost, only if nothing else is possible.
        finding : array of int, optional
            Slacks of one finding carry one number (from 0); by default each is its own.
        """
        if finding is None:
            finding = np.arange(number)
        self._slack_cost.append(np.broadcast_to(_ints(cost), (number,)))
        self._slack_upper.append(np.broadcast_to(_ints(upper), (number,)))
        self._slack_hard.append(np.broadcast_to(np.asarray(hard, dtype=bool), (number,)))
        self._slack_finding.append(_ints(finding) + self.findings)
        self.findings += int(finding.max()) + 1 if number else 0
        self.slacks += number
        return self.base + np.arange(self.slacks - number, self.slacks)

    def charge(self, columns: ArrayLike, units: ArrayLike) -> None:
        """Let base columns cost ``units`` (1/10,000 point) each."""
        column, unit = np.broadcast_arrays(_ints(columns), _ints(units))
        self._charges.append((column.ravel(), unit.ravel()))

    def earn(self, columns: ArrayLike, hundredths: ArrayLike) -> None:
        """Let base columns earn choice points, in hundredths, for their person."""
        column, points = np.broadcast_arrays(_ints(columns), _ints(hundredths))
        self._earnings.append((column.ravel(), points.ravel()))

    def count_first(self, what: str, columns: ArrayLike) -> None:
        """Say which 0/1 columns count the findings ``what`` of the rule's ``first``."""
        self.first[what] = _ints(columns).ravel()

    def about(self, rows: ArrayLike, which: ArrayLike, subjects: Subjects, what: str = "") -> None:
        """Say what rows demand of whom; rows of one number in ``which`` stand and fall together.

        Rows that nothing is said of hold whatever happens, but for those with hard slacks, which
        are then one demand of the whole rule.

        Parameters
        ----------
        rows : array of int
            Indexes from `block`.
        which : array of int
            Number of each row's demand, as ``subjects`` takes it.
        subjects : callable
            From the number to ids, as a finding of this breach would begin with them.
        what : str
            Which of the rule's promises, where it makes several; as in findings.
        """
        row, number = np.broadcast_arrays(_ints(rows), _ints(which))
        self.demands.append(About(what, row.ravel(), number.ravel(), subjects))

    @property
    def entries(self) -> tuple[Ints, Ints, Ints]:
        """Rows, columns and coefficients of all entries."""
        return _joined(self._row), _joined(self._col), _joined(self._coef)

    @property
    def sides(self) -> tuple[Ints, Ints]:
        """Lower and upper sides of the rows."""
        return _joined(self._lower), _joined(self._upper)

    @property
    def slack_columns(self) -> tuple[Ints, Ints, NDArray[np.bool_], Ints]:
        """Cost, upper bound, whether hard, and finding of each slack."""
        hard = np.concatenate(self._slack_hard) if self._slack_hard else np.zeros(0, dtype=bool)
        return (
            _joined(self._slack_cost),
            _joined(self._slack_upper),
            hard,
            _joined(self._slack_finding),
        )

    def charges(self) -> Ints:
        """Units that each base column costs."""
        return _scattered(self._charges, self.base)

    def earnings(self) -> Ints:
        """Hundredths of choice points that each base column earns."""
        return _scattered(self._earnings, self.base)


class Rule(Protocol):
    """What every rule file offers."""

    title: str
    maths: str
    Settings: type[Any]

    def rows(self, columns: Columns, settings: Any) -> Rows:
        """Give the maths: the rule as sparse rows."""

    def measure(self, facts: Facts, plan: Plan, settings: Any) -> list[Finding]:
        """Give the truth: the findings of a plan, from ids."""

    def say(self, finding: Finding, facts: Facts, audience: Audience) -> str:
        """Give the words: one sentence."""


class Earning(Protocol):
    """A rule that gives points for a visit."""

    def earns(self, facts: Facts, person: str, session: str, settings: Any) -> Decimal:
        """Points that ``person`` earns by a place in ``session``."""


def counted(number: Decimal, one: str, many: str) -> str:
    """A number with its noun: ``1 visit``, ``2 visits``."""
    return f"{plain(number)} {one if number == 1 else many}"


def _ints(values: ArrayLike) -> Ints:
    return np.asarray(values, dtype=np.int64)


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _scattered(parts: list[tuple[Ints, Ints]], size: int) -> Ints:
    total = np.zeros(size, dtype=np.int64)
    for columns, values in parts:
        np.add.at(total, columns, values)
    return total
