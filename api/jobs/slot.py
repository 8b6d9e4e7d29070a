"""Our side of one worker: hands it tasks, hears of their progress, ends it when it must."""

from __future__ import annotations

import itertools
import multiprocessing
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from multiprocessing import Pipe
from typing import TYPE_CHECKING, Any, Literal

from api.jobs import watch, worker
from api.jobs.outcomes import Abandoned, Crashed, Outcome, Overran

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

    Wish = Literal["cancel", "abandon"] | None
    Report = Callable[[dict[str, Any]], None]
    Ask = Callable[[], Wish]

TICK = 0.25
"""Seconds between two looks at the worker."""

PATIENCE = 30.0
"""Seconds that a cancelled task has to write down its best."""

_numbers = itertools.count(1)


def process(line: Connection) -> Executor:
    """An executor of one spawned process, on this end of a line."""
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=worker.begin,
        initargs=(line,),
    )


def _silent(_state: dict[str, Any]) -> None:
    """Nobody wants to know."""


def _nothing() -> Wish:
    return None


class Slot:
    """One worker at a time, made anew whenever it ends.

    Parameters
    ----------
    memory_mb : int
        What the worker and its solver may use together.
    make : callable
        Makes the executor that runs the worker, on its end of the line.
    """

    def __init__(self, memory_mb: int, make: Callable[[Connection], Executor] = process) -> None:
        self._memory_mb = memory_mb
        self._make = make
        self._executor: Executor | None = None
        self._line: Connection | None = None
        self._pid: int | None = None
        self._lock = threading.Lock()
        self._busy = self._closed = False

    def run(
        self,
        task: str,
        payload: dict[str, Any],
        *,
        seconds: float,
        report: Report = _silent,
        ask: Ask = _nothing,
    ) -> Outcome:
        """Do a task and wait for it.

        Parameters
        ----------
        task, payload
            As `tasks` has them.
        seconds : float
            After which the worker is ended.
        report : callable
            Told of progress.
        ask : callable
            Asked every moment whether the task is to be cancelled, or not worth finishing.

        Raises
        ------
        Crashed
            When the worker ended by itself, or somebody else ended it.
        Overran
            When it was ended over its time or memory.
        Abandoned
            When it was ended because ``ask`` said so.
        """
        number = next(_numbers)
        future = self._submit(number, task, payload)
        try:
            found = self._followed(number, future, time.monotonic() + seconds, report, ask)
        except BaseException:
            self.end()
            raise
        self._busy = False
        return found

    def _submit(self, number: int, task: str, payload: dict[str, Any]) -> Future[Outcome]:
        try:
            with self._lock:
                if self._closed:
                    raise Abandoned("the server stops")
                self._busy = True
                if self._executor is not None:
                    return self._executor.submit(worker.run, number, task, payload)
                return self._started(number, task, payload)
        except BrokenExecutor as broken:
            self.end()
            raise Crashed("the worker was gone") from broken

    def _started(self, number: int, task: str, payload: dict[str, Any]) -> Future[Outcome]:
        """Start a worker with its first task, which is when its end of the line goes over."""
        ours, theirs = Pipe()
        self._line, self._executor = ours, self._make(theirs)
        future: Future[Outcome] = self._executor.submit(worker.run, number, task, payload)
        # The worker has its own by now; without ours, its end is heard as the end of the line.
        theirs.close()
        return future

    def _followed(
        self,
        number: int,
        future: Future[Outcome],
        deadline: float,
        report: Report,
        ask: Ask,
    ) -> Outcome:
        cancelled = False
        while True:
            if self._heard(number, report) or future.done():
                # Done without a word: such as a task that could not be handed over.
                return self._result(future)
            if time.monotonic() > deadline:
                raise Overran("time")
            if self._pid and watch.memory_mb(watch.family(self._pid)) > self._memory_mb:
                raise Overran("memory")
            wish = ask()
            if wish == "abandon":
                raise Abandoned("nobody waits for it")
            if wish == "cancel" and not cancelled:
                cancelled = True
                deadline = min(deadline, time.monotonic() + PATIENCE)
                self._tell(("cancel", number))

    def _heard(self, number: int, report: Report) -> bool:
        """Listen for a moment; whether the task has ended."""
        line = self._line
        assert line is not None
        try:
            if not line.poll(TICK):
                return False
            match line.recv():
                case ("worker", int(pid)):
                    self._pid = pid
                case ("progress", there, state) if there == number:
                    report(state)
                case ("end", there) if there == number:
                    return True
        except (EOFError, OSError) as broken:
            raise Crashed("the worker ended without an answer") from broken
        return False

    def _result(self, future: Future[Outcome]) -> Outcome:
        try:
            return future.result(timeout=PATIENCE)
        except BrokenExecutor as broken:
            raise Crashed("the worker ended without an answer") from broken

    def _tell(self, message: tuple[str, int]) -> None:
        assert self._line is not None
        try:
            self._line.send(message)
        except OSError as broken:
            raise Crashed("the worker ended without an answer") from broken

    def end(self) -> None:
        """End the worker at once; the next task gets a new one."""
        with self._lock:
            executor, line, pid = self._executor, self._line, self._pid
            self._executor = self._line = self._pid = None
            self._busy = False
        if pid is not None:
            watch.end(pid)
        if line is not None:
            line.close()
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End the worker for good; an idle one is let go, a busy one is ended."""
        with self._lock:
            self._closed = True
            idle = None if self._busy else self._executor
        if idle is not None:
            idle.shutdown()
        self.end()
