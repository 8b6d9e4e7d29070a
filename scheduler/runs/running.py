"""`run`: tasks in, results as they come, whatever becomes of the workers."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scheduler.runs.jobs import Failure, solved
from scheduler.runs.kept import timeless

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from scheduler.models import Solution
    from scheduler.runs.jobs import Say
    from scheduler.runs.kept import Results
    from scheduler.runs.tasks import Task
    from scheduler.runs.workers import Workers

TRIES = 3
"""How often a task is begun at most whose worker was killed."""


@dataclass(frozen=True)
class Ran:
    """What became of one task.

    Attributes
    ----------
    solution : Solution or None
        Without seconds and memory; ``None`` where there is a ``failure``.
    failure : Failure or None
    kept : bool
        Whether it was there already.
    tries : int
        How often it was begun; 0 where it was kept or another task was the same.
    seconds : float
        From when it was last handed over until it came.
    """

    task: Task
    solution: Solution | None
    failure: Failure | None = None
    kept: bool = False
    tries: int = 0
    seconds: float = 0.0


def run(
    tasks: Sequence[Task],
    workers: Workers,
    *,
    results: Results | None = None,
    progress: Say | None = None,
) -> Generator[Ran]:
    """Solve tasks, several at once, and yield each as soon as it is done.

    Tasks that are equal but for their name are solved once. A task whose worker is killed is begun
    again, up to `TRIES` times, and then alone: so it is known which one kills, and the memory is
    its own. Whatever ends this generator, Ctrl-C among it, ends all that is under way.

    Parameters
    ----------
    tasks : sequence of Task
        With different names.
    workers : Workers
    results : Results, optional
        Where to look first, and to keep what comes before it is yielded.
    progress : callable, optional
        Called with a task's name and its search's state, from another thread.

    Raises
    ------
    ValueError
        When two tasks have one name.
    CannotWrite
        When a result cannot be kept.
    """
    if len({task.name for task in tasks}) < len(tasks):
        raise ValueError("two tasks of one run have the same name")
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        kept = results.find(task) if results is not None else None
        if kept is None:
            groups.setdefault(task.key, []).append(task)
        else:
            yield Ran(task, kept, kept=True)
    if groups:
        yield from _Run(groups, workers, progress or _unheard).ran(results)


def _unheard(*_: object) -> None:
    """Nobody listens."""


@dataclass
class _Begun:
    """A task under way."""

    task: Task
    at: float


@dataclass
class _Run:
    """One run: who waits, who is suspected, who is under way."""

    groups: dict[str, list[Task]]
    workers: Workers
    heard: Say
    fresh: deque[Task] = field(init=False)
    suspects: deque[Task] = field(default_factory=deque)
    tries: dict[str, int] = field(default_factory=dict)
    under_way: dict[Future[Solution | Failure], _Begun] = field(default_factory=dict)
    executor: Executor | None = None

    def __post_init__(self) -> None:
        self.fresh = deque(group[0] for group in self.groups.values())

    def ran(self, results: Results | None) -> Iterator[Ran]:
        """All results, kept before they are yielded."""
        try:
            while self.fresh or self.suspects or self.under_way:
                for task, answer, seconds in self._step():
                    yield from self._shared(task, answer, seconds, results)
        finally:
            self.workers.close(at_once=bool(self.under_way))

    def _step(self) -> Iterator[tuple[Task, Solution | Failure, float]]:
        """Begin what can begin, wait for some to end, and say what came of them."""
        self._begin()
        done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
        if any(map(_fell, done)):
            # The executor broke, and everything under way fell with it.
            self.workers.close(at_once=True)
            self.executor, done = None, set(self.under_way)
        # The order in which they were begun: a set has none.
        for future in [one for one in self.under_way if one in done]:
            begun = self.under_way.pop(future)
            seconds = time.monotonic() - begun.at
            answer = self._answer(future)
            if isinstance(answer, Failure) and answer.lost:
                if self.tries[begun.task.name] < TRIES:
                    self.suspects.append(begun.task)
                    continue
                answer = replace(answer, why=f"{answer.why}, {TRIES} times")
            yield begun.task, answer, seconds

    def _begin(self) -> None:
        """Hand over as many as fit; suspects one at a time, after all others."""
        if self.executor is None:
            self.executor = self.workers.open(self.heard)
        width = self.workers.width()
        while self.fresh and len(self.under_way) < width:
            if not self._handed(self.executor, self.fresh):
                return
        if self.suspects and not self.under_way:
            self._handed(self.executor, self.suspects)

    def _handed(self, executor: Executor, queue: deque[Task]) -> bool:
        """Hand over the first of a queue; where the executor broke while idle, leave it there."""
        task = queue[0]
        try:
            future = executor.submit(solved, task.packed(), self.workers.say())
        except BrokenExecutor:
            self.executor = None
            return False
        queue.popleft()
        self.tries[task.name] = self.tries.get(task.name, 0) + 1
        self.under_way[future] = _Begun(task, time.monotonic())
        return True

    def _answer(self, future: Future[Solution | Failure]) -> Solution | Failure:
        """What a task came to; anything but the loss of a worker is an error of ours."""
        if not future.done() or future.cancelled():
            return Failure("its worker was lost", lost=True)
        error = future.exception()
        if isinstance(error, (BrokenExecutor, *self.workers.lost)):
            return Failure("its worker was killed", lost=True)
        return future.result()

    def _shared(
        self, task: Task, answer: Solution | Failure, seconds: float, results: Results | None
    ) -> Iterator[Ran]:
        """The answer for the task, and for those that are the same by another name."""
        for one in self.groups[task.key]:
            tries = self.tries.get(one.name, 0)
            if isinstance(answer, Failure):
                yield Ran(one, None, answer, tries=tries, seconds=seconds)
                continue
            solution = timeless(one, answer)
            if results is not None:
                results.keep(one, solution)
            yield Ran(one, solution, tries=tries, seconds=seconds)


def _fell(future: Future[Solution | Failure]) -> bool:
    """Whether the executor broke under a task that has ended."""
    return future.cancelled() or isinstance(future.exception(), BrokenExecutor)
