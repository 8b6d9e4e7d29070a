"""Requests drawn from the OpenAPI document, right and wrong ones, by tokens of every role and none.

Nothing may go wrong inside, and no answer may be one that the document does not tell of.
``FLEXWEAVE_FUZZ=200`` draws so many requests for each operation instead of a few.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.settings import Settings
from api.store import scenarios, tokens
from api.store.packing import unpacked
from api.store.tables import Scenario
from api.store.tokens import PERSONAL, Role
from tests import twocalendars
from tests.api.conftest import OTHER, SCHOOL, TINY, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EACH = int(os.environ.get("FLEXWEAVE_FUZZ", "12"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALLERS: tuple[Role | None, ...] = (*get_args(Role), "coordinator", "admin", "admin", None)
"""Who asks, some more often: they may do more."""


class Fuzzed:
    """The service, what there is to ask for, and what was answered."""

    def __init__(self, folder: Path) -> None:
        self.app = create_app(
            Settings(
                database_url=f"sqlite:///{folder}/fuzz.db",
                rate=1e6,
                burst=1_000_000,
                solve_seconds=5,
                answer_seconds=120,
                queue_limit=1_000_000,
            )
        )
        self.service: Any = self.app.state.service
        self.schema = schemathesis.openapi.from_asgi("/openapi.json", self.app)
        self.seen: Counter[tuple[str, str, int]] = Counter()
        with self.service.database.writing() as session:
            self.tokens = {
                role: tokens.create(
                    session,
                    role=role,
                    schools=[SCHOOL],
                    person="s1" if role in PERSONAL else "",
                )
                for role in get_args(Role)
            }
        self.client = asgi.get_client(self.app)
        self.client.headers["Authorization"] = f"Bearer {self.tokens['admin']}"
        self._fill()

    def _fill(self) -> None:
        sent = self.client.post(
            "/v1/scenarios", data=zipped(TINY), headers={"Content-Type": "application/zip"}
        )
        self.scenario = sent.json()["id"]
        self.jobs, self.solutions = [], []
        for _ in range(2):
            job = self.client.post(f"/v1/scenarios/{self.scenario}/solves", json={}).json()["id"]
            self.jobs.append(job)
            self.solutions.append(self.ended(job)["solution"])
        self.client.post(f"/v1/solutions/{self.solutions[1]}/publish")
        changes = {"changes": [{"action": "away", "id": "s1", "block": "Mon.flex"}]}
        sent = self.client.post(f"/v1/solutions/{self.solutions[0]}/repairs", json=changes)
        self.solutions.append(self.ended(sent.json()["id"])["solution"])
        sent = self.client.post("/v1/scenarios", json=twocalendars.document())
        path = f"/v1/scenarios/{sent.json()['id']}/comparisons"
        job = self.client.post(path, json={"calendars": ["now", "then"]}).json()["id"]
        self.jobs.append(job)
        self.comparison = self.ended(job)["comparison"]

    def ended(self, job: str) -> dict[str, Any]:
        """A job, once it has ended."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            found: dict[str, Any] = self.client.get(f"/v1/jobs/{job}").json()
            if found["status"] not in ("queued", "running"):
                return found
            time.sleep(0.1)
        raise AssertionError(found)

    def there(self, name: str, *, doomed: bool) -> st.SearchStrategy[str]:
        """Ids of what there is, for a path; of what may be purged where it will be."""
        if doomed:
            return st.builds(self._purgeable)
        found = {
            "scenario": [self.scenario],
            "job": self.jobs,
            "solution": self.solutions,
            "comparison": [self.comparison],
        }
        return st.sampled_from(found[name])

    def _purgeable(self) -> str:
        """A scenario of its own; now and then another school's."""
        with self.service.database.writing() as session:
            row = session.get_one(Scenario, self.scenario)
            made = scenarios.keep(
                session,
                school=(SCHOOL, OTHER)[self.seen.total() % 2],
                name=row.name,
                digest=row.digest,
                rows=row.rows,
                warnings=row.warnings,
                document=unpacked(row.document),
            )
            return made.id

    def rest(self) -> None:
        """Cancel what waits: the queue is not what is tested here."""
        with self.service.database.reading() as session:
            waiting = [job.id for job in session.query(scenarios.Job).filter_by(status="queued")]
        for job in waiting:
            self.client.post(f"/v1/jobs/{job}/cancel")


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    found = Fuzzed(tmp_path_factory.mktemp("fuzz"))
    yield found
    asgi.shutdown_lifespans()


@st.composite
def requests(draw: st.DrawFn, fuzzed: Fuzzed, operation: Any) -> Any:
    """A request: right, wrong, or with the document's own example; of things there are, or not."""
    doomed = operation.method == "delete"
    names = [parameter.name for parameter in operation.path_parameters]
    path = None
    if names and draw(st.integers(0, 3)):
        path = {name: draw(fuzzed.there(name, doomed=doomed)) for name in names}
    examples = body_examples(operation)
    if examples and draw(st.integers(0, 2)) == 0:
        return draw(
            operation.as_strategy(
                path_parameters=path,
                body=draw(st.sampled_from(examples)),
                media_type="application/json",
            )
        )
    wrong = (path is None or operation.body or operation.query) and draw(st.booleans())
    mode = GenerationMode.NEGATIVE if wrong else GenerationMode.POSITIVE
    return draw(operation.as_strategy(mode, path_parameters=path))


def body_examples(operation: Any) -> list[Any]:
    """Bodies that the document shows."""
    definition = operation.definition.raw.get("requestBody", {}).get("content", {})
    content = definition.get("application/json", {})
    if "example" in content:
        return [content["example"]]
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schemas = operation.schema.raw_schema["components"]["schemas"]
    return list(schemas.get(name, {}).get("examples", []))


def test_no_answer_is_outside_the_document(fuzzed: Fuzzed) -> None:
    operations = [found.ok() for found in fuzzed.schema.get_all_operations()]
    assert len(operations) > 25
    for number, operation in enumerate(operations):
        fuzz(fuzzed, operation, number)
        fuzzed.rest()
    told(fuzzed.seen)
    # An operation without parameters has few requests that differ.
    assert fuzzed.seen.total() > EACH * len(operations) / 2
    asked = {role for _, role, _ in fuzzed.seen}
    assert asked == {*get_args(Role), "nobody"}
    good = {label for label, _, status in fuzzed.seen if status < 300}
    refused = {operation.label for operation in operations} - good
    print(f"never answered well: {sorted(refused) or 'none'}")
    assert len(refused) < len(operations) / 4


def fuzz(fuzzed: Fuzzed, operation: Any, number: int) -> None:
    """Draw requests for one operation and hold the answers against the document."""

    @seed(number)
    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def hold(data: st.DataObject) -> None:
        case = data.draw(requests(fuzzed, operation))
        role = data.draw(st.sampled_from(CALLERS))
        headers = {} if role is None else {"Authorization": f"Bearer {fuzzed.tokens[role]}"}
        response = case.call(headers=headers)
        fuzzed.seen[operation.label, role or "nobody", response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    hold()


def told(seen: Counter[tuple[str, str, int]]) -> None:
    """Print what was asked and answered."""
    statuses = Counter[int]()
    for (_, _, status), number in seen.items():
        statuses[status] += number
    print(f"{seen.total()} requests to {len({label for label, _, _ in seen})} operations")
    print("  ".join(f"{status}: {number}" for status, number in sorted(statuses.items())))
