"""The service under load: many clients reading while jobs run, and many submissions at once.

    python -m benchmarks.service --clients 50 --seconds 20 --submissions 200

Server, workers and clients share one machine, over loopback. Each client has a token of its own and
reads one thing after the other, with a short pause as of somebody who looks at it. Reads are timed
by one client alone, by all clients while nothing runs, and by all clients while two solves run; the
ratios between these say what load costs on any machine, the milliseconds only on this one.
The exit code is 1 if a read failed, a submission got anything but a job or 429 with a
``Retry-After``, or an accepted job did not succeed.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import re
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from benchmarks.served import ROOT, Served, kept

DEMO = ROOT / "fixtures" / "demo"
PAUSE_SECONDS = 0.1
SOLVES = 2


@dataclass
class Reads:
    """Reads of one stretch of time."""

    seconds: float
    by_path: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def times(self) -> list[float]:
        """Of all reads."""
        return [seconds for one in self.by_path.values() for seconds in one]

    def slowest(self) -> str:
        """What is read most slowly, by its p99."""
        found = {path: float(np.percentile(all_, 99)) for path, all_ in self.by_path.items()}
        path = max(found, key=found.__getitem__)
        return f"{re.sub('sol_.*/|job_.*', '', path)} ({found[path] * 1000:.0f} ms)"

    def ms(self, percent: float) -> float:
        """The time within which so many percent were answered, in milliseconds."""
        return float(np.percentile(self.times, percent)) * 1000

    def said(self, name: str) -> str:
        """A line of the table."""
        return (
            f"| {name:<28} | {len(self.times):>6} | {len(self.times) / self.seconds:>5.0f} "
            f"| {self.ms(50):>6.0f} | {self.ms(99):>6.0f} | {self.errors.total():>3} |"
        )


class Load:
    """Clients of one running server."""

    def __init__(self, served: Served, clients: int) -> None:
        self._served = served
        self._tokens = [served.token() for _ in range(clients)]
        self.boss = served.client(served.token())

    # ---- what is read ------------------------------------------------------------------------

    def prepare(self) -> tuple[str, str]:
        """A small scenario with a solution, and a large one: their ids."""
        small, large = kept(self.boss), kept(self.boss, DEMO)
        job = self.solve(small, seed=1)
        self._until_ended([job])
        solution = self.boss.get(f"/v1/jobs/{job}").json()["solution"]
        self._paths = (
            f"/v1/solutions/{solution}/assignments",
            f"/v1/solutions/{solution}",
            f"/v1/jobs/{job}",
            f"/v1/solutions/{solution}/sessions",
            "/v1/scenarios",
            f"/v1/solutions/{solution}/certificate",
            "/v1/rules",
        )
        return small, large

    def solve(self, scenario: str, **asked: Any) -> str:
        """The id of a new job."""
        sent = self.boss.post(f"/v1/scenarios/{scenario}/solves", json=asked)
        sent.raise_for_status()
        return str(sent.json()["id"])

    def running(self, jobs: list[str]) -> int:
        """How many of these jobs run."""
        return sum(self._status(job) == "running" for job in jobs)

    def _status(self, job: str) -> str:
        return str(self.boss.get(f"/v1/jobs/{job}").json()["status"])

    def _until_ended(self, jobs: list[str], calm: float = 300.0) -> Counter[str]:
        """Wait for jobs; their statuses. Gives up when nothing has ended for a long time."""
        left, found, since = list(jobs), Counter[str](), time.monotonic()
        while left and time.monotonic() - since < calm:
            status = self._status(left[0])
            if status in ("queued", "running"):
                time.sleep(0.5)
                continue
            found[status] += 1
            left.pop(0)
            since = time.monotonic()
        if left:
            found["not ended"] = len(left)
        return found

    # ---- reading -----------------------------------------------------------------------------

    def read(self, clients: int, seconds: float) -> Reads:
        """So many clients read for so long."""
        found = Reads(seconds)
        asyncio.run(self._read_all(clients, found))
        return found

    async def _read_all(self, clients: int, found: Reads) -> None:
        until = time.monotonic() + found.seconds
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                group.create_task(self._read(number, until, found))

    async def _read(self, number: int, until: float, found: Reads) -> None:
        bearer = {"Authorization": f"Bearer {self._tokens[number]}"}
        async with httpx2.AsyncClient(
            base_url=self._served.base, headers=bearer, timeout=60
        ) as client:
            for path in itertools.islice(itertools.cycle(self._paths), number, None):
                if time.monotonic() > until:
                    return
                began = time.monotonic()
                try:
                    status = str((await client.get(path)).status_code)
                except httpx2.TransportError as error:
                    status = type(error).__name__
                found.by_path[path].append(time.monotonic() - began)
                if status != "200":
                    found.errors[status] += 1
                await asyncio.sleep(PAUSE_SECONDS)

    # ---- submitting --------------------------------------------------------------------------

    def submit(self, scenario: str, number: int) -> tuple[Counter[str], Counter[str]]:
        """So many submissions at once: what they were told, and how the accepted ones ended."""
        answers = asyncio.run(self._submit_all(scenario, number))
        told = Counter(_told(answer) for answer in answers)
        jobs = [answer.json()["id"] for answer in answers if answer.status_code == 202]
        if len(set(jobs)) < len(jobs):
            told["the same job twice"] = len(jobs) - len(set(jobs))
        return told, self._until_ended(jobs)

    async def _submit_all(self, scenario: str, number: int) -> list[httpx2.Response]:
        limits = httpx2.Limits(max_connections=number)
        async with httpx2.AsyncClient(
            base_url=self._served.base, headers=self.boss.headers, timeout=120, limits=limits
        ) as client:
            path = f"/v1/scenarios/{scenario}/solves"
            sent = (client.post(path, json={"seed": seed}) for seed in range(number))
            return list(await asyncio.gather(*sent))


def _told(answer: httpx2.Response) -> str:
    status = answer.status_code
    if status == 429 and int(answer.headers.get("Retry-After", "0")) < 1:
        return "429 without Retry-After"
    return {202: "accepted", 429: "told to wait"}.get(status, str(status))


def reading(load: Load, clients: int, seconds: float, large: str) -> bool:
    """Print the table of reads; whether none failed."""
    load.read(clients, 2)  # what is opened once is open from now on
    alone = load.read(1, seconds)
    idle = load.read(clients, seconds)
    jobs = [load.solve(large, seed=seed, time_limit_s=600) for seed in range(SOLVES)]
    while load.running(jobs) < SOLVES:
        time.sleep(0.2)
    busy = load.read(clients, seconds)
    still = load.running(jobs)
    for job in jobs:
        load.boss.post(f"/v1/jobs/{job}/cancel")
    print("| reads by                     | reads  | per s | p50 ms | p99 ms | errors |")
    print("|------------------------------|--------|-------|--------|--------|--------|")
    print(alone.said("1 client, nothing runs"))
    print(idle.said(f"{clients} clients, nothing runs"))
    print(busy.said(f"{clients} clients, {still} of {SOLVES} solves run"))
    print(
        f"p99 while solves run: {busy.ms(99) / idle.ms(99):.1f} times that of {clients} clients "
        f"while nothing runs, {busy.ms(99) / alone.ms(99):.1f} times that of one client alone"
    )
    print(f"slowest then, by p99: {busy.slowest()}")
    errors = alone.errors + idle.errors + busy.errors
    print(f"errors: {dict(errors) or 'none'}")
    return not errors and still == SOLVES


def submitting(load: Load, small: str, number: int) -> bool:
    """Print what became of submissions; whether all went as it must."""
    began = time.monotonic()
    told, ended = load.submit(small, number)
    print(f"{number} submissions at once: {dict(told)}")
    print(f"accepted ones after {time.monotonic() - began:.0f} s: {dict(ended)}")
    right = set(told) <= {"accepted", "told to wait"} and told.total() == number
    return right and set(ended) == {"succeeded"} and ended.total() == told["accepted"]


def loaded(folder: Path, clients: int, seconds: float, submissions: int) -> bool:
    """Both measurements on a fresh server; whether all went as it must."""
    with Served(folder, workers=SOLVES) as served:
        load = Load(served, clients)
        small, large = load.prepare()
        calm = reading(load, clients, seconds, large)
        right = submitting(load, small, submissions)
        print(f"memory of the server process: {served.memory_mb():.0f} MB")
    return calm and right


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--clients", type=int, default=50)
    reader.add_argument("--seconds", type=float, default=20)
    reader.add_argument("--submissions", type=int, default=200)
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        right = loaded(Path(folder), given.clients, given.seconds, given.submissions)
    print("all went as it must" if right else "NOT AS IT MUST")
    raise SystemExit(0 if right else 1)


if __name__ == "__main__":
    main()
