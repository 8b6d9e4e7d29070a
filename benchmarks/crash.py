"""``kill -9`` of the server or one of its workers, again and again, while jobs are submitted.

    python -m benchmarks.crash --rounds 100

In each round clients submit jobs, and at a random moment the server, or, every other time, any
process that it started, is killed; a killed server is started again. A client that gets no answer
asks again with the same idempotency key. Afterwards the database is searched for jobs that were
acknowledged and are lost, that ended twice, that never ended. The exit code is 1 if there is any.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from benchmarks.served import Served, alive, kept

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = 3
LEASE_SECONDS = 2.0
ORPHAN_SECONDS = 10.0
CALM_SECONDS = 60.0


@dataclass
class Told:
    """What clients were told, and what was done to the server."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: int = 0
    contradictions: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    orphans: int = 0


@dataclass(frozen=True)
class Found:
    """What was found afterwards; all but the first three must be 0 or ``ok``."""

    rounds: int
    killed: dict[str, int]
    jobs: int
    acknowledged: int
    unanswered: int
    given_back: int
    lost: int
    doubled: int
    twice: int
    differing: int
    stuck: int
    not_succeeded: int
    contradictions: int
    orphans: int
    integrity: str

    @property
    def right(self) -> bool:
        """Whether nothing was lost, doubled, stuck or broken."""
        wrong = (
            self.lost,
            self.doubled,
            self.twice,
            self.differing,
            self.stuck,
            self.not_succeeded,
            self.contradictions,
            self.orphans,
        )
        return not any(wrong) and self.integrity == "ok"


def submitting(served: Served, token: str, scenario: str, key: str, told: Told) -> None:
    """Submit one job until it is acknowledged."""
    with served.client(token, seconds=20) as client:
        while key not in told.acknowledged:
            try:
                sent = client.post(
                    f"/v1/scenarios/{scenario}/solves",
                    json={"seed": 7},
                    headers={"Idempotency-Key": key},
                )
            except httpx2.TransportError:
                told.unanswered += 1
                time.sleep(0.2)
                continue
            if sent.status_code == 202:
                told.acknowledged[key] = sent.json()["id"]
            elif sent.status_code in (429, 503):
                time.sleep(0.5)
            else:
                told.contradictions += 1
                return


def round_of(
    served: Served, token: str, scenario: str, number: int, draw: random.Random, told: Told
) -> None:
    """Submissions and one kill."""
    threads = [
        threading.Thread(
            target=submitting, args=(served, token, scenario, f"{number}-{client}", told)
        )
        for client in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
        time.sleep(draw.uniform(0, 0.1))
    time.sleep(draw.uniform(0, 2.5))
    helpers = served.helpers()
    if helpers and number % 2 == 0:
        told.killed["worker or solver"] += 1
        ended(draw.choice(helpers))
    else:
        told.killed["server"] += 1
        left = served.kill()
        served.start()
        told.orphans += len(remaining(left))
    for thread in threads:
        thread.join()


def ended(pid: int) -> None:
    """``kill -9``; the process may just have ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def remaining(pids: list[int]) -> list[int]:
    """Which of these processes outlive the server that started them."""
    until = time.monotonic() + ORPHAN_SECONDS
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def settled(served: Served) -> None:
    """Wait until every job has ended, or none has for a long time."""
    before, since = -1, time.monotonic()
    while time.monotonic() - since < CALM_SECONDS:
        with looking(served) as database:
            now = one(database, "SELECT count(*) FROM jobs WHERE status IN ('queued', 'running')")
        if not now:
            return
        if now != before:
            before, since = now, time.monotonic()
        time.sleep(0.5)


class looking:
    """The database as anybody may read it."""

    def __init__(self, served: Served) -> None:
        self._connection = sqlite3.connect(served.file, timeout=30)

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def one(database: sqlite3.Connection, query: str) -> int:
    """The number that a query gives."""
    return int(database.execute(query).fetchone()[0])


def judged(served: Served, rounds: int, told: Told) -> Found:
    """What the database holds beside what clients were told."""
    with looking(served) as database:
        there = dict(database.execute("SELECT id, status FROM jobs").fetchall())
        return Found(
            rounds=rounds,
            killed=dict(told.killed),
            jobs=len(there),
            acknowledged=len(told.acknowledged),
            unanswered=told.unanswered,
            given_back=one(
                database, "SELECT count(*) FROM events WHERE name = 'queued' AND number > 1"
            ),
            lost=sum(job not in there for job in told.acknowledged.values()),
            doubled=len(there) - len(set(told.acknowledged.values())),
            twice=one(database, TWICE),
            differing=one(database, DIFFERING),
            stuck=sum(status in ("queued", "running") for status in there.values()),
            not_succeeded=sum(status != "succeeded" for status in there.values()),
            contradictions=told.contradictions,
            orphans=told.orphans,
            integrity="; ".join(trouble(database)) or "ok",
        )


TWICE = """
    SELECT (SELECT count(*) FROM (
        SELECT job FROM events WHERE name IN ('succeeded', 'failed', 'cancelled')
        GROUP BY job HAVING count(*) > 1
    )) + (SELECT count(*) FROM (SELECT job FROM solutions GROUP BY job HAVING count(*) > 1))
    + (SELECT abs(
        (SELECT count(*) FROM solutions) - (SELECT count(*) FROM jobs WHERE status = 'succeeded')
    ))
"""
"""Jobs with two endings or two solutions, and solutions too many or too few."""

DIFFERING = """
    SELECT count(DISTINCT json_extract(figures, '$.value')) - 1 FROM solutions
"""
"""All have the same scenario and seed: values beside the one that there must be."""


def trouble(database: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with the file, and with references within it."""
    for (line,) in database.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield str(line)
    for row in database.execute("PRAGMA foreign_key_check"):
        yield f"dangling: {row}"


def crashed(rounds: int, seed: int, folder: Path, *, workers: int = 2) -> Found:
    """So many rounds, and what came of them."""
    draw, told = random.Random(seed), Told()
    served = Served(
        folder,
        workers=workers,
        lease_seconds=LEASE_SECONDS,
        queue_limit=10_000,
        attempts=1_000,
        rate=100_000,
        burst=100_000,
    )
    token = served.token()
    with served:
        with served.client(token) as client:
            scenario = kept(client)
        for number in range(rounds):
            round_of(served, token, scenario, number, draw, told)
            if rounds > 10 and number % 10 == 9:
                print(f"{number + 1} rounds, {len(told.acknowledged)} acknowledged", flush=True)
        settled(served)
        return judged(served, rounds, told)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--rounds", type=int, default=100)
    reader.add_argument("--seed", type=int, default=1)
    given = reader.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = crashed(given.rounds, given.seed, Path(folder))
    for name, value in vars(found).items():
        print(f"{name:>15}: {value}")
    print(f"{time.monotonic() - began:.0f} s: {'all is well' if found.right else 'NOT WELL'}")
    raise SystemExit(0 if found.right else 1)


if __name__ == "__main__":
    main()
