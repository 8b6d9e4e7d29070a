"""A typed client of the service. Made by docs/generate.py from the OpenAPI document.

Needs pydantic and nothing else. `Client` has a method per operation; what goes wrong is raised as
`ServiceError`, which carries the problem.
"""

from __future__ import annotations

import datetime
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter


def _quoted(part: str) -> str:
    return urllib.parse.quote(part, safe="")


class ServiceError(Exception):
    """The service refused, and says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.title}: {problem.detail}")
        self.problem = problem


class Client:
    """The service at an address, with a token."""

    def __init__(self, address: str, token: str, timeout: float = 120.0) -> None:
        self._address, self._token, self._timeout = address.rstrip("/"), token, timeout

    def _open(
        self,
        method: str,
        path: str,
        query: dict[str, Any],
        headers: dict[str, Any],
        body: BaseModel | dict[str, Any] | bytes | None,
    ) -> Any:
        given = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        request = urllib.request.Request(
            f"{self._address}{path}{'?' if given else ''}{given}", method=method
        )
        request.add_header("Authorization", f"Bearer {self._token}")
        for name, value in headers.items():
            if value is not None:
                request.add_header(name, str(value))
        if isinstance(body, BaseModel):
            body = body.model_dump(mode="json", exclude_unset=True)
        if isinstance(body, bytes):
            request.data = body
            request.add_header("Content-Type", "application/zip")
        elif body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            return urllib.request.urlopen(request, timeout=self._timeout)
        except urllib.error.HTTPError as refused:
            with refused:
                raise ServiceError(Problem.model_validate_json(refused.read())) from None

    def _ask(self, *given: Any) -> bytes:
        with self._open(*given) as answer:
            found: bytes = answer.read()
        return found

    def _events(self, *given: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Events as they come: id, name, data."""
        fields: dict[str, str] = {}
        with self._open(*given) as answer:
            for line in answer:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "data" in fields:
                    yield fields.get("id", ""), fields["event"], json.loads(fields["data"])
                    fields = {}

    def solve_small(self, body: SmallSolveRequest) -> Solved:
        """Solve a small scenario at once; nothing is kept. Larger ones go to /v1/scenarios."""
        return Solved.model_validate_json(self._ask("POST", "/v1/solve", {}, {}, body))

    def explain_small(self, body: SmallExplainRequest) -> Explained:
        """Solve a small scenario and answer a question about the solution; nothing is kept."""
        return Explained.model_validate_json(self._ask("POST", "/v1/explain", {}, {}, body))

    def create_scenario(self, body: Any | bytes) -> ScenarioInfo:
        """Take in a scenario: a JSON document, or a zip of CSV files. Says all that is wrong."""
        return ScenarioInfo.model_validate_json(self._ask("POST", "/v1/scenarios", {}, {}, body))

    def list_scenarios(
        self, *, limit: int | None = None, offset: int | None = None
    ) -> ScenarioPage:
        """List scenarios, the newest first."""
        return ScenarioPage.model_validate_json(
            self._ask("GET", "/v1/scenarios", {"limit": limit, "offset": offset}, {}, None)
        )

    def get_scenario(self, scenario: str) -> ScenarioInfo:
        """Show what a scenario holds."""
        return ScenarioInfo.model_validate_json(
            self._ask("GET", f"/v1/scenarios/{_quoted(scenario)}", {}, {}, None)
        )

    def purge_scenario(self, scenario: str) -> None:
        """Purge a scenario with all its solutions and jobs; that it happened is noted."""
        self._ask("DELETE", f"/v1/scenarios/{_quoted(scenario)}", {}, {}, None)

    def solve_scenario(
        self, scenario: str, body: SolveRequest, *, idempotency_key: str | None = None
    ) -> JobInfo:
        """Make a job that solves a scenario."""
        return JobInfo.model_validate_json(
            self._ask(
                "POST",
                f"/v1/scenarios/{_quoted(scenario)}/solves",
                {},
                {"Idempotency-Key": idempotency_key},
                body,
            )
        )

    def compare_calendars(
        self, scenario: str, body: CompareRequest, *, idempotency_key: str | None = None
    ) -> JobInfo:
        """Make a job that solves a scenario under several calendars and compares them."""
        return JobInfo.model_validate_json(
            self._ask(
                "POST",
                f"/v1/scenarios/{_quoted(scenario)}/comparisons",
                {},
                {"Idempotency-Key": idempotency_key},
                body,
            )
        )

    def diagnose_scenario(self, scenario: str, body: DiagnoseRequest) -> Diagnosed:
        """Say why a scenario is impossible, or why people have no place, and what would help."""
        return Diagnosed.model_validate_json(
            self._ask("POST", f"/v1/scenarios/{_quoted(scenario)}/diagnose", {}, {}, body)
        )

    def get_job(self, job: str) -> JobInfo:
        """Show where a job stands."""
        return JobInfo.model_validate_json(
            self._ask("GET", f"/v1/jobs/{_quoted(job)}", {}, {}, None)
        )

    def follow_job(
        self, job: str, *, last_event_id: int | None = None
    ) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Follow a job: events from the first, or behind the last one seen, until it ends."""
        return self._events(
            "GET", f"/v1/jobs/{_quoted(job)}/events", {}, {"Last-Event-ID": last_event_id}, None
        )

    def cancel_job(self, job: str) -> JobInfo:
        """End a job before its time; the best that was found is kept. An ended job stays as it is."""
        return JobInfo.model_validate_json(
            self._ask("POST", f"/v1/jobs/{_quoted(job)}/cancel", {}, {}, None)
        )

    def list_solutions(
        self, *, limit: int | None = None, offset: int | None = None
    ) -> SolutionPage:
        """List solutions, the newest first; students and staff are shown published ones."""
        return SolutionPage.model_validate_json(
            self._ask("GET", "/v1/solutions", {"limit": limit, "offset": offset}, {}, None)
        )

    def get_solution(self, solution: str) -> SolutionInfo:
        """Show a solution in figures."""
        return SolutionInfo.model_validate_json(
            self._ask("GET", f"/v1/solutions/{_quoted(solution)}", {}, {}, None)
        )

    def get_certificate(self, solution: str) -> Certificate:
        """Show what proves a solution: value, bound, gap, findings per rule, versions, hash."""
        return Certificate.model_validate_json(
            self._ask("GET", f"/v1/solutions/{_quoted(solution)}/certificate", {}, {}, None)
        )

    def list_assignments(self, solution: str) -> list[RowsLine]:
        """List who is where: students see their own lines, staff those of people they see to."""
        return TypeAdapter(list[RowsLine]).validate_json(
            self._ask("GET", f"/v1/solutions/{_quoted(solution)}/assignments", {}, {}, None)
        )

    def list_sessions(self, solution: str) -> list[State]:
        """List how sessions came out; small counts are not for students and staff."""
        return TypeAdapter(list[State]).validate_json(
            self._ask("GET", f"/v1/solutions/{_quoted(solution)}/sessions", {}, {}, None)
        )

    def list_findings(self, solution: str) -> list[Finding]:
        """List breaches of promises; why support is needed is for an admin only."""
        return TypeAdapter(list[Finding]).validate_json(
            self._ask("GET", f"/v1/solutions/{_quoted(solution)}/findings", {}, {}, None)
        )

    def list_ledger(self, solution: str) -> list[Debt]:
        """List what people are owed in the next cycle."""
        return TypeAdapter(list[Debt]).validate_json(
            self._ask("GET", f"/v1/solutions/{_quoted(solution)}/ledger", {}, {}, None)
        )

    def get_report(self, solution: str) -> str:
        """Show the report as a page for who asks: HTML, complete in itself."""
        return self._ask("GET", f"/v1/solutions/{_quoted(solution)}/report", {}, {}, None).decode()

    def get_workbook(self, solution: str) -> bytes:
        """Get all tables as an Excel workbook."""
        return self._ask("GET", f"/v1/solutions/{_quoted(solution)}/workbook", {}, {}, None)

    def get_diff(self, solution: str, *, since: str | None = None) -> Difference:
        """Say what changed from an earlier solution to this one."""
        return Difference.model_validate_json(
            self._ask("GET", f"/v1/solutions/{_quoted(solution)}/diff", {"since": since}, {}, None)
        )

    def get_repair(self, solution: str) -> Repaired:
        """Say what a repair did: who moves for which change, and that fewer moves are impossible."""
        return Repaired.model_validate_json(
            self._ask("GET", f"/v1/solutions/{_quoted(solution)}/repair", {}, {}, None)
        )

    def explain_solution(self, solution: str, body: ExplainRequest) -> Explained:
        """Answer a question: why, why not, what a session's story is; worded for who asks."""
        return Explained.model_validate_json(
            self._ask("POST", f"/v1/solutions/{_quoted(solution)}/explain", {}, {}, body)
        )

    def repair_solution(
        self, solution: str, body: RepairRequest, *, idempotency_key: str | None = None
    ) -> JobInfo:
        """Make a job that repairs a solution after changes: as few people as possible move."""
        return JobInfo.model_validate_json(
            self._ask(
                "POST",
                f"/v1/solutions/{_quoted(solution)}/repairs",
                {},
                {"Idempotency-Key": idempotency_key},
                body,
            )
        )

    def publish_solution(self, solution: str) -> SolutionInfo:
        """Show a solution to students and staff."""
        return SolutionInfo.model_validate_json(
            self._ask("POST", f"/v1/solutions/{_quoted(solution)}/publish", {}, {}, None)
        )

    def get_comparison(self, comparison: str) -> Compared:
        """Show calendars side by side: JSON, or an HTML page that is complete in itself."""
        return Compared.model_validate_json(
            self._ask("GET", f"/v1/comparisons/{_quoted(comparison)}", {}, {}, None)
        )

    def list_rules(self) -> list[Rule]:
        """What each rule promises, its maths, and its knobs as JSON Schema."""
        return TypeAdapter(list[Rule]).validate_json(self._ask("GET", "/v1/rules", {}, {}, None))

    def get_metrics(self) -> str:
        """Requests, jobs and workers, for Prometheus: numbers without names or schools."""
        return self._ask("GET", "/metrics", {}, {}, None).decode()

    def get_health(self) -> Health:
        """Whether the service lives. Needs no token."""
        return Health.model_validate_json(self._ask("GET", "/healthz", {}, {}, None))

    def get_readiness(self) -> Readiness:
        """Whether the database answers and workers take jobs. Needs no token."""
        return Readiness.model_validate_json(self._ask("GET", "/readyz", {}, {}, None))


class ChangeRow(BaseModel):
    """One change, as in `changes.csv`."""

    action: Literal["away", "cancel", "room", "lead", "resize", "pull", "add", "drop"]
    id: str
    block: str | None = None
    value: str | None = None


class CompareRequest(BaseModel):
    """Calendars to compare, each of them solved."""

    calendars: list[str]
    pack: Literal["CA", "IL", "NY", "TX"] | None = None
    seed: int | None = None
    time_limit_s: float | None = None
    target_gap: float | None = None


class DiagnoseRequest(BaseModel):
    """What to diagnose: the scenario, or why people have no place in a solution of it."""

    calendar: str | None = None
    kinds: list[Literal["flex", "advisory", "pd"]] | None = None
    solution: str | None = None
    seed: int | None = None
    time_limit_s: float | None = None


class ExplainRequest(BaseModel):
    """A question about a solution."""

    question: Question
    person: str | None = None
    session: str | None = None


class Failure(BaseModel):
    """Why a job failed, as a problem."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[InputProblem]


class Health(BaseModel):
    """Whether the service lives."""

    status: Literal["ok"]


class InputProblem(BaseModel):
    """One thing that is wrong with the input, and what would be right."""

    file: str
    row: int | str | None
    column: str | None
    message: str
    hint: str


class JobInfo(BaseModel):
    """A job and where it stands."""

    id: str
    kind: Literal["solve", "repair", "compare"]
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    scenario: str
    solution: str | None
    repairs: str | None
    comparison: str | None
    cancelling: bool
    created: datetime.datetime
    started: datetime.datetime | None
    finished: datetime.datetime | None
    progress: Progress | None
    error: Failure | None


class Problem(BaseModel):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[InputProblem]


class Progress(BaseModel):
    """Where a search stands."""

    stage: str
    value: float | None
    bound: float | None
    gap: float | None
    seconds: float
    calendar: str | None = None


Question = Literal["why", "why-not", "what-would-it-take", "session", "prices", "fairness"]
"""What can be asked about a solution."""


class Readiness(BaseModel):
    """Whether the service can work."""

    status: Literal["ready", "not ready"]
    database: bool
    workers: bool


class RepairRequest(BaseModel):
    """What changed, and since when."""

    changes: list[ChangeRow]
    since: str | None = None
    seed: int | None = None
    time_limit_s: float | None = None


class Rule(BaseModel):
    """One rule: its promise, its maths, its knobs."""

    name: str
    promise: str
    maths: str
    notes: list[str]
    knobs: dict[str, Any]


class ScenarioInfo(BaseModel):
    """A scenario: what it holds, and what is worth saying about it."""

    id: str
    school: str
    name: str
    created: datetime.datetime
    digest: str
    counts: dict[str, int]
    warnings: list[InputProblem]
    changed_from: str | None


class ScenarioPage(BaseModel):
    """Scenarios, the newest first."""

    items: list[ScenarioInfo]
    total: int
    limit: int
    offset: int


class SmallExplainRequest(BaseModel):
    """A small scenario to be solved, and a question about its solution; nothing is kept."""

    calendar: str | None = None
    kinds: list[Literal["flex", "advisory", "pd"]] | None = None
    seed: int | None = None
    time_limit_s: float | None = None
    target_gap: float | None = None
    scenario: Any
    question: Question
    person: str | None = None
    session: str | None = None


class SmallSolveRequest(BaseModel):
    """A small scenario to be solved in the reply; nothing of it is kept."""

    calendar: str | None = None
    kinds: list[Literal["flex", "advisory", "pd"]] | None = None
    seed: int | None = None
    time_limit_s: float | None = None
    target_gap: float | None = None
    scenario: Any


class SolutionInfo(BaseModel):
    """A solution in figures."""

    id: str
    scenario: str
    job: str
    repairs: str | None
    created: datetime.datetime
    published: datetime.datetime | None
    status: Literal["optimal", "feasible", "impossible"]
    value: float
    bound: float | None
    gap: float | None
    counts: dict[str, int]


class SolutionPage(BaseModel):
    """Solutions, the newest first."""

    items: list[SolutionInfo]
    total: int
    limit: int
    offset: int


class SolveRequest(BaseModel):
    """A solve."""

    calendar: str | None = None
    kinds: list[Literal["flex", "advisory", "pd"]] | None = None
    seed: int | None = None
    time_limit_s: float | None = None
    target_gap: float | None = None


class Asker(BaseModel):
    """Somebody who asked for a person: a pull, or a need when `tag` is there."""

    tag: str | None = None
    tier: str | None = None
    by: str | None = None
    why: str | None = None


class Assignment(BaseModel):
    """One line: a person in a session of a block, or unplaced (`session` empty)."""

    person: str
    block: str | None = None
    session: str | None = None
    activity: str | None = None
    rank: int | None = None
    reason: Literal["lock", "pull", "need", "choice", "fallback", "open-seat", "unplaced", "kept"]
    points: float | None = None


class Balance(BaseModel):
    """What one grade's instructional minutes come to in a second calendar against a first."""

    shorter: int
    others: int
    lost: int
    gained: int
    net: int
    needed: float | None
    missing: float | None


class Because(BaseModel):
    """The change that somebody moves for: its number in the file's order, from 1, and its action."""

    kind: Literal["lost", "pulled", "new", "placed", "room", "closed", "fills", "better"]
    change: int | None = None
    action: Literal["away", "cancel", "room", "lead", "resize", "pull", "add", "drop"] | None = None
    id: str | None = None
    room: str | None = None


class Bell(BaseModel):
    """A stretch of time on a day of one calendar's cycle; empty `grades` means all."""

    calendar: str
    day: str
    block: str
    kind: Literal["class", "flex", "advisory", "pd", "lunch", "passing", "other"]
    start: str
    end: str
    grades: list[str] | None = None


class CalendarMinutes(BaseModel):
    """The minutes of one calendar."""

    calendar: str
    counted: list[str]
    grades: list[str]
    days: list[DayMinutes]
    cycle: Period
    year: Period | None


class Case(BaseModel):
    """One scenario under one calendar; `week` are the blocks of its cycle by day and clock."""

    label: str
    school: str
    calendar: str
    scenario_hash: str
    week: list[Bell]
    minutes: CalendarMinutes
    laws: list[Verdict]
    outcomes: Outcomes


class Certificate(BaseModel):
    """What proves a solution: value, bound, gap and how they came about."""

    value: float
    bound: float | None
    gap: float | None
    status: Literal["optimal", "feasible", "impossible"]
    stopped_by: Literal["done", "gap", "time", "interrupt"]
    points_per_rule: dict[str, float]
    findings_per_rule: dict[str, int]
    counts: dict[str, int]
    levels: list[Level] | None = None
    overrides: dict[str, str] | None = None
    seconds_per_stage: dict[str, float] | None = None
    peak_memory_mb: float | None = None
    seed: int | None = None
    versions: dict[str, str] | None = None
    scenario_hash: str | None = None


class Changed(BaseModel):
    """A finding that came, went, or grew or shrank; amount and cost are 0 where it is not there."""

    rule: str
    what: str
    subjects: list[str]
    amount_before: float
    amount_after: float
    cost_before: float
    cost_after: float
    text: str


class Clash(BaseModel):
    """Demands that cannot hold together."""

    members: list[Member]
    minimal: bool


class Compared(BaseModel):
    """Calendars side by side, as `flexweave compare --json` prints them."""

    tables: list[Table]


class Count(BaseModel):
    """A number of people; `number` is `None` where only `below` is told, or nothing."""

    number: int | None = None
    below: int | None = None


class Course(BaseModel):
    """What a class block has in each case, in minutes, for grades that have it alike."""

    course: str
    grades: list[str]
    week: list[int]
    week_differences: list[int]
    year: list[int] | None = None
    year_differences: list[int] | None = None


class Credit(BaseModel):
    """Dates that are no full day and that pd may make one."""

    grade: str
    dates: int | None
    cap: int
    margin: int | None
    source: str


class Crowd(BaseModel):
    """Who is in a session: people by reason, those with a choice by rank; each once."""

    size: Count
    seats: int | None
    least: int
    by_rank: dict[str, Count] | None = None
    by_reason: dict[str, Count] | None = None


class Curve(BaseModel):
    """If so many may move: how many do, and points gained over the repair, judged."""

    allowed: int
    moved: int
    gain: float


class DayMinutes(BaseModel):
    """One day of a calendar."""

    day: str
    in_cycle: bool
    dates: int | None
    first: int | None
    last: int | None
    bells: dict[str, list[Any]]
    grades: dict[str, Tally]
    staff: StaffTally


class Debt(BaseModel):
    """A row of `ledger.csv`."""

    person: str
    owed: float


class Diagnosed(BaseModel):
    """Why a scenario is impossible, or why people have no place."""

    status: str
    complete: bool
    shortages: list[Shortage]
    conflicts: list[Clash]
    remedies: list[Remedy]
    stranded: list[Stranded]
    text: list[str]


class Difference(BaseModel):
    """What changed between two solutions."""

    people: int | None
    moves: list[DifferenceMove]
    gained: list[Changed]
    lost: list[Changed]
    changed: list[Changed]
    points: list[Points]
    opened: list[str]
    closed: list[str]
    value_before: float | None
    value_after: float | None
    comparable: bool
    text: list[str]


class Duty(BaseModel):
    """One block: how many students are in its sessions, and how many adults lead those."""

    block: str
    kind: str
    students: int
    adults: int
    sessions: int


class Explained(BaseModel):
    """The answer to a question: typed facts, and sentences made from them."""

    answers: list[Why | WhyNot | Take | Story | Price | Treatment]
    text: list[str]


class Finding(BaseModel):
    """One breach of one rule."""

    rule: str
    what: str | None = None
    subjects: list[str]
    amount: float | None = None
    cost: float | None = None
    weight: Literal["cost", "waived", "illegal"] | None = None
    text: str | None = None


class Floor(BaseModel):
    """One floor held against one grade."""

    kind: Literal["yearly", "days", "daily", "averaged", "least"]
    grade: str
    unit: Literal["minutes", "days"]
    needed: int
    found: float | None
    margin: float | None
    met: bool | None
    worst: str | None = None
    below: int | None = None
    source: str


class FloorLine(BaseModel):
    """One floor in every case, for grades that fare alike."""

    pack: str
    kind: str
    label: str
    of: str
    unit: str
    needed: int
    found: list[float | None]
    margins: list[float | None]
    met: list[bool | None]
    worst: list[str]


class Gone(BaseModel):
    """A line that went with its place: the person is away in that block."""

    person: str
    block: str
    before: str


class GradeChange(BaseModel):
    """How one grade fares in a second calendar against a first."""

    grade: str
    cycle: Tally
    year: Tally | None
    week_balance: Balance
    year_balance: Balance | None


class GradeLine(BaseModel):
    """How a grade, or the staff, fares in each case: choice points and first choices."""

    who: str
    people: int
    lines: list[LinesLine]


class GradeOutcome(BaseModel):
    """How one grade fares, or the `staff`."""

    grade: str
    staff: bool | None = None
    people: int
    places: int
    points: float
    first: int
    unplaced: int
    idle_minutes: int | None = None


class Group(BaseModel):
    """How a group did."""

    by: Literal["all", "grade", "tag", "owed"]
    name: str
    people: int
    worst: float | None
    lower: float
    middle: float
    upper: float
    best: float | None
    first: float | None
    unplaced: int | None


class Level(BaseModel):
    """One level of the leximin form: what was reached and its bound."""

    name: str
    value: float
    bound: float | None


class LevelOf(BaseModel):
    """One aim, in its order: how many there are, and the fewest possible, proven."""

    name: Literal["waived", "unplaced", "missed", "moved"]
    value: int
    bound: int | None


class Member(BaseModel):
    """One demand of a conflict: the rule, which of its promises, whom it is about, in words."""

    rule: str
    what: str
    subjects: list[str]
    text: str


class Option(BaseModel):
    """Another session of the same place, and what it would have been worth to the person."""

    session: str
    rank: int | None
    points: float
    why_not: str


class Outcomes(BaseModel):
    """How people fare in one solved calendar; all numbers are of one cycle, see the module."""

    value: float
    bound: float | None
    gap: float | None
    status: str
    stopped_by: str
    students: int
    staff: int
    places: int
    unplaced: int
    points: float
    per_place: float
    first: int
    needs: int
    needs_met: int
    pulls: int
    pulls_met: int
    offered: int
    run: int
    stopped_by_pd: int
    beside_pd: int
    not_offered: int
    flex_minutes: float
    cop_minutes: float
    cop_points: float
    cop_first: int
    cop_places: int
    cop_unplaced: int
    together: float | None
    free_together: float | None
    most_per_adult: float | None
    idle_minutes: int
    gaps: int
    gap_minutes: int
    duties: list[Duty]
    grades: list[GradeOutcome]


class Period(BaseModel):
    """All days of the cycle, or all dates of the year."""

    grades: dict[str, Tally]
    staff: StaffTally


class Points(BaseModel):
    """Points of one rule before and after, and its findings."""

    rule: str
    before: float
    after: float
    findings_before: int
    findings_after: int


class Price(BaseModel):
    """What one more seat in a session is worth: value solved with it, minus value, verified."""

    session: str
    block: str
    activity: str
    room: str
    tags: list[str] | None = None
    points: float
    settled: bool
    gap: float | None = None


class Promise(BaseModel):
    """A promise that was waived, or a required pull that was missed, in a coordinator's words."""

    level: Literal["waived", "missed"]
    rule: str
    what: str
    subjects: list[str]
    text: str


class Remedy(BaseModel):
    """Demands that give way together so that all else holds, verified by a plan."""

    ways: list[Way]


class Repaired(BaseModel):
    """What a repair did, and how little of it was possible."""

    levels: list[LevelOf]
    promises: list[Promise] | None = None
    moved: list[str]
    moves: list[AnswerMove]
    gone: list[Gone]
    opened: list[str]
    closed: list[str]
    value_before: float
    value: float
    headroom: float | None
    whole: bool
    looked_at: int
    curve: list[Curve] | None = None
    seconds: dict[str, float] | None = None
    text: list[str]


class RowChange(BaseModel):
    """One row of the scenario that is different: new without `before`, gone without `after`."""

    table: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class SessionState(BaseModel):
    """How one session came out; `waiting` are the people who would rather be in it."""

    session: str
    activity: str
    block: str
    room: str | None = None
    leaders: list[str] | None = None
    open: bool
    size: int
    min_size: int
    max_size: int | None = None
    waiting: int | None = None


class Shortage(BaseModel):
    """People who are due a place and may go to too few seats: some have none in any plan."""

    kind: str
    block: str
    people: list[str]
    sessions: list[str]
    seats: int
    missing: int


class Solved(BaseModel):
    """A solution with its certificate, as `flexweave solve` writes it."""

    assignments: list[Assignment]
    sessions: list[SessionState]
    findings: list[Finding]
    ledger: list[list[Any]]
    certificate: Certificate


class StaffTally(BaseModel):
    """Minutes of staff over one day or several."""

    days: int | None = None
    contract: int | None = None
    pd: int | None = None
    preparation: int | None = None
    pd_in_class_time: int | None = None
    pd_in_flex_time: int | None = None


class State(BaseModel):
    """A row of `sessions.csv`; counts are `None` where few may not be told."""

    session: str
    activity: str
    block: str
    room: str
    leaders: list[str]
    open: bool
    size: int | None
    min_size: int
    max_size: int | None
    waiting: int | None


class Story(BaseModel):
    """How a session came out."""

    session: str
    open: bool
    crowd: Crowd
    wished: dict[str, Count] | None = None
    went: dict[str, Count] | None = None
    opening: float | None = None
    settled: bool | None = None
    leaderless: bool | None = None


class Stranded(BaseModel):
    """A person without a place, and what became of each session they may go to."""

    person: str
    kind: str
    block: str
    closed: list[str]
    full: list[str]
    again: list[str]
    otherwise: list[str]
    leaderless: list[str] | None = None


class Table(BaseModel):
    """Cases side by side; every difference is from the first of them."""

    name: str
    cases: list[Case]
    lines: list[LinesLine]
    floors: list[FloorLine]
    courses: list[Course]
    grades: list[GradeLine]
    changes: list[list[GradeChange]]
    verdicts: list[dict[str, int]]


class Take(BaseModel):
    """What it would take that a person gets a session."""

    person: str
    session: str
    obstacle: Literal[
        "there",
        "not-decided",
        "not-attended",
        "leads",
        "grades",
        "only",
        "lock",
        "leaderless",
        "school",
        "visits",
        "closed",
        "full",
        "elsewhere",
    ]
    before: float
    ways: list[WayIn] | None = None


class Tally(BaseModel):
    """Minutes of one grade over one day or several; two can be added."""

    days: int | None = None
    instructional: int | None = None
    kinds: dict[str, int] | None = None
    courses: dict[str, int] | None = None
    blocks: dict[str, int] | None = None
    unlisted: int | None = None
    span: int | None = None
    early_release: int | None = None
    late_start: int | None = None


class Treatment(BaseModel):
    """How people were treated."""

    groups: list[Group]
    worst_off: list[Worse]


class Verdict(BaseModel):
    """What a pack says of a calendar."""

    pack: str
    title: str
    source: str
    date: str
    notice: str | None = None
    calendar: str
    minutes: dict[str, int | None]
    floors: list[Floor]
    credits: list[Credit]
    unjudged: list[str]


class Way(BaseModel):
    """One demand that gives way in a repair, by how much, in words."""

    rule: str
    what: str
    subjects: list[str]
    amount: int
    text: str


class WayIn(BaseModel):
    """A change with which a person gets a session, verified by solving again."""

    kind: Literal[
        "fix",
        "open",
        "move",
        "give-up",
        "seat",
        "unlock",
        "attend",
        "lead",
        "release",
        "parallel",
        "school",
    ]
    session: str
    cost: float
    after: float
    settled: bool | None = None
    alone: bool | None = None
    rows: list[RowChange] | None = None
    instead: str | None = None
    to: str | None = None
    rank: int | None = None
    size: int | None = None
    room: str | None = None
    askers: list[Asker] | None = None
    hold: str | None = None
    subjects: list[str] | None = None
    others: Count | None = None
    moved: Count | None = None


class WhatIf(BaseModel):
    """What putting a person into a session leads to, verified by the checker."""

    person: str
    session: str
    possible: bool
    before: float
    after: float | None = None
    cost: float | None = None
    bound: float | None = None
    gap: float | None = None
    settled: bool | None = None
    legal: bool | None = None
    moved: Count | None = None
    losing: Count | None = None
    gaining: Count | None = None
    moves: list[TypedMove] | None = None
    opens: list[str] | None = None
    closes: list[str] | None = None
    per_rule: dict[str, float] | None = None


class Why(BaseModel):
    """Why a person is where they are, in one place."""

    person: str
    block: str
    session: str
    reason: str
    rank: int | None
    points: float
    askers: list[Asker] | None = None
    options: list[Option] | None = None


class WhyNot(BaseModel):
    """Why a person is not in a session."""

    person: str
    session: str
    obstacle: Literal[
        "there",
        "not-decided",
        "not-attended",
        "leads",
        "grades",
        "only",
        "lock",
        "leaderless",
        "school",
        "visits",
        "closed",
        "full",
        "elsewhere",
    ]
    instead: str | None = None
    rank: int | None = None
    needed: list[str] | None = None
    askers: list[Asker] | None = None
    wanted: Count | None = None
    crowd: Crowd | None = None
    what_if: WhatIf | None = None


class Worse(BaseModel):
    """A person with a small share, and why: each place, and what stood in the way."""

    person: str
    points: float
    best: float
    share: float
    owed_before: float
    owed_after: float
    lines: list[TreatmentLine]
    full: list[str]
    closed: list[str]
    bound: list[str]
    leaderless: list[str] | None = None


class LinesLine(BaseModel):
    """One figure of every case, and how it differs from the first case's."""

    part: Literal["minutes", "law", "people", "staff", "supervision"]
    key: str
    of: str | None = None
    label: str
    unit: Literal["points", "minutes", "share", "places", "sessions", "people", "count", "days"]
    better: Literal["more", "fewer", ""] | None = None
    values: list[float | None]
    differences: list[float | None]
    margins: list[float | None]
    verdicts: list[Literal["better", "worse", "different", "no difference", "not known"]]


class DifferenceMove(BaseModel):
    """A person whose place changed; an empty session is none at all."""

    person: str
    block: str
    before: str
    after: str
    reason_before: str
    reason_after: str


class TreatmentLine(BaseModel):
    """One place of a person: where they are, at which rank, for which reason."""

    block: str
    session: str
    rank: int | None
    reason: str
    points: float


class TypedMove(BaseModel):
    """One place of one person that changes."""

    person: str
    block: str
    before: str
    after: str
    gain: float


class AnswerMove(BaseModel):
    """One place of one person: sessions before and after, empty where there is none."""

    person: str
    block: str
    before: str
    after: str
    points: float
    because: Because


class RowsLine(BaseModel):
    """A row of `assignments.csv`; `reason` may be `school`, where no more may be told."""

    person: str
    block: str
    session: str
    activity: str
    rank: int | None
    reason: str
    points: float
