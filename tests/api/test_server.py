"""The server as a process: clients that dawdle, and how it stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx2
import pytest

from api.store import jobs, scenarios, tokens
from api.store.database import Database
from api.store.jobs import Order
from scheduler.reading import read
from scheduler.writing import scenario_json
from tests.api.test_jobs import DEMO, SOLVE, status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 1


class Running:
    """A server on a port of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        self.database = Database(f"sqlite:///{folder}/flexweave.db")
        environment = {
            **os.environ,
            "FLEXWEAVE_DATABASE_URL": self.database.url,
            "FLEXWEAVE_HEADER_SECONDS": str(SECONDS),
            "FLEXWEAVE_BODY_SECONDS": str(SECONDS),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve", "--port", str(self.port)],
                env=environment,
                stderr=log,
            )
        self.wait()

    def wait(self) -> None:
        until = time.monotonic() + 120
        while True:
            try:
                if httpx2.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            assert time.monotonic() < until, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.2)

    def said(self, *parts: bytes) -> bytes:
        """What the server says to these bytes, until it hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            for part in parts:
                line.sendall(part)
            found = b""
            while more := line.recv(65_536):
                found += more
        return found


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found = Running(tmp_path_factory.mktemp("server"))
    yield found
    found.process.kill()
    found.process.wait()
    found.database.close()


def test_who_does_not_come_to_the_point_is_shown_out(running: Running) -> None:
    assert running.said(b"GET /healthz HTTP/1.1\r\nX-Slow: ") == b""
    assert running.said() == b""
    httpx2.get(f"{running.url}/healthz").raise_for_status()


def test_a_body_that_drips_is_not_waited_for(running: Running) -> None:
    with running.database.writing() as session:
        token = tokens.create(session, role="coordinator", schools=["a"])
    head = (
        f"POST /v1/scenarios HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    assert running.said(head.encode()).startswith(b"HTTP/1.1 408 ")
    large = head.replace("Length: 100", "Length: 100000000")
    assert running.said(large.encode()).startswith(b"HTTP/1.1 413 ")


def test_on_sigterm_it_queues_what_it_was_at_and_goes(running: Running) -> None:
    document = scenario_json(read(DEMO))
    with running.database.writing() as session:
        token = tokens.create(session, role="coordinator", schools=["a"])
        scenario = scenarios.keep(
            session, school="a", name="", digest="", rows={}, warnings=[], document=document
        )
        job = jobs.submit(session, scenario, Order("solve", SOLVE, "f"), 10).id
    bearer = {"Authorization": f"Bearer {token}"}
    path = f"{running.url}/v1/jobs/{job}/events"
    with httpx2.stream("GET", path, headers=bearer, timeout=120) as events:
        lines = events.iter_lines()
        assert any(line == "event: progress" for line in lines)
        running.process.send_signal(signal.SIGTERM)
        for _ in lines:
            pass
    assert running.process.wait(60) == 0
    assert status(running.database, job) == "queued"
    text = running.log.read_text()
    assert "Traceback" not in text
    assert job not in text.replace("flexweave job", "")
    assert token.split("_")[2] not in text
