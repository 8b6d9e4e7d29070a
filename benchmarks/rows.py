"""What is measured: one row for each scenario and seed, with what rivals made of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import BaseModel

from scheduler.verify import gap


class Judged(BaseModel):
    """What one way of filling the week came to, judged by the checker.

    Attributes
    ----------
    by : str
        Name of the rival.
    seconds : float
        Those of its whole process, reading included; for PDLP those of the relaxations alone.
    value : Decimal, optional
        Points that its plan is worth, where it has a legal one that waives nothing.
    bound : Decimal, optional
        Points that no plan can exceed, where it shows that.
    near : bool
        Whether that bound is within 0.01 % of the best value known.
    said : str
    """

    by: str
    seconds: float
    value: Decimal | None = None
    bound: Decimal | None = None
    near: bool = False
    unplaced: int | None = None
    first: int | None = None
    said: str = ""


class Ours(BaseModel):
    """What ``flexweave solve`` came to, as its certificate says and the checker judges.

    Attributes
    ----------
    seconds, peak_mb : float
        Of the whole: from CSV files to the written, verified answer.
    stages : dict of str to float
        Seconds within.
    levels : float, optional
        Of leximin: the most that a level is below its bound.
    said : str
        Why there is no answer, where there is none.
    """

    seconds: float
    peak_mb: float
    stages: dict[str, float] = {}
    value: Decimal | None = None
    bound: Decimal | None = None
    status: str = ""
    stopped_by: str = ""
    unplaced: int | None = None
    first: int | None = None
    findings: dict[str, int] = {}
    levels: float | None = None
    said: str = ""

    @property
    def gap(self) -> Decimal | None:
        """(bound − value) / max(1, abs(bound))."""
        return None if self.value is None else gap(self.value, self.bound)


class Row(BaseModel):
    """One scenario, solved by us and by rivals in the same run."""

    case: str
    seed: int
    measured: date
    students: int
    people: int
    sessions: int
    columns: int
    rows: int
    ours: Ours
    rivals: tuple[Judged, ...] = ()

    @property
    def name(self) -> str:
        """Name and seed, as tables show them."""
        return f"{self.case} {self.seed}"

    def rival(self, by: str) -> Judged | None:
        """What a rival made of it, if it played."""
        return next((one for one in self.rivals if one.by == by), None)

    @property
    def ratio(self) -> float | None:
        """Seconds of our whole process over those of the certifying LP, where it certifies."""
        yardstick = self.rival("pdlp")
        if yardstick is None or not yardstick.near or not yardstick.seconds:
            return None
        return self.ours.seconds / yardstick.seconds

    @property
    def refuted(self) -> list[str]:
        """Rivals whose legal plan is worth more than our bound: each one would be a bug."""
        bound = self.ours.bound
        return [] if bound is None else [by for by, value in self._values if value > bound]

    @property
    def ahead(self) -> list[str]:
        """Rivals whose legal plan is worth more than ours."""
        ours = self.ours.value
        return [] if ours is None else [by for by, value in self._values if value > ours]

    @property
    def _values(self) -> list[tuple[str, Decimal]]:
        return [(one.by, one.value) for one in self.rivals if one.value is not None]


class Curve(BaseModel):
    """One search while it went on.

    Attributes
    ----------
    events : list of (seconds, value, bound)
        Whenever something was new, from the start of reading on; points.
    """

    case: str
    seed: int
    events: list[tuple[float, Decimal | None, Decimal | None]]


class Results(BaseModel):
    """All that was measured on one machine with one set of versions."""

    machine: str
    versions: dict[str, str]
    rows: list[Row] = []
    curves: list[Curve] = []
