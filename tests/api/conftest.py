"""The service as tests meet it: an app with real workers, tokens, and a solved tiny school."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.store import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.store.tokens import Role

TINY = Path(__file__).parents[2] / "fixtures" / "tiny"
SCHOOL, OTHER = "riverside", "hillside"


class Served:
    """A running app: requests by role, and what they need again and again."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.service: Any = client.app.state.service  # type: ignore[attr-defined]
        self._tokens: dict[tuple[str, str, str], str] = {}

    def token(self, role: Role, person: str = "", school: str = SCHOOL) -> str:
        """A token, made once."""
        key = (role, person, school)
        if key not in self._tokens:
            with self.service.database.writing() as session:
                self._tokens[key] = tokens.create(
                    session, role=role, person=person, schools=[school]
                )
        return self._tokens[key]

    def ask(
        self,
        method: str,
        path: str,
        role: Role = "coordinator",
        person: str = "",
        school: str = SCHOOL,
        **more: Any,
    ) -> Any:
        """A request with a token."""
        bearer = {"Authorization": f"Bearer {self.token(role, person, school)}"}
        headers = bearer | more.pop("headers", {})
        return self.client.request(method, path, headers=headers, **more)

    def scenario(self, school: str = SCHOOL) -> str:
        """The id of the tiny school, sent as a zip."""
        sent = self.ask(
            "POST",
            "/v1/scenarios",
            school=school,
            content=zipped(TINY),
            headers={"Content-Type": "application/zip"},
        )
        assert sent.status_code == 201, sent.text
        return str(sent.json()["id"])

    def ended(self, job: str, seconds: float = 120, school: str = SCHOOL) -> dict[str, Any]:
        """A job, once it has ended."""
        until = time.monotonic() + seconds
        while True:
            found: dict[str, Any] = self.ask("GET", f"/v1/jobs/{job}", school=school).json()
            if found["status"] not in ("queued", "running"):
                return found
            assert time.monotonic() < until, found
            time.sleep(0.1)

    def solution(self, scenario: str, school: str = SCHOOL, **asked: Any) -> str:
        """The id of a solution of a scenario."""
        sent = self.ask("POST", f"/v1/scenarios/{scenario}/solves", json=asked, school=school)
        assert sent.status_code == 202, sent.text
        found = self.ended(sent.json()["id"], school=school)
        assert found["status"] == "succeeded", found
        return str(found["solution"])


def zipped(folder: Path) -> bytes:
    """A folder of files as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for file in sorted(folder.iterdir()):
            bundle.write(file, file.name)
    return out.getvalue()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One app for all tests that do not need their own."""
    folder = tmp_path_factory.mktemp("service")
    settings = Settings(database_url=f"sqlite:///{folder}/flexweave.db", rate=1e6, burst=1_000_000)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield Served(client)


@pytest.fixture(scope="session")
def scenario(served: Served) -> str:
    """The tiny school, kept."""
    return served.scenario()


@pytest.fixture(scope="session")
def solution(served: Served, scenario: str) -> str:
    """A solution of the tiny school, not published."""
    return served.solution(scenario, seed=7)


@pytest.fixture(scope="session")
def published(served: Served, scenario: str) -> str:
    """A published solution of the tiny school."""
    found = served.solution(scenario)
    assert served.ask("POST", f"/v1/solutions/{found}/publish").status_code == 200
    return found
