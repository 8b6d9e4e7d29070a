"""Workers on a Dask cluster, which somebody else keeps running; ``distributed`` is an extra."""

from __future__ import annotations

import contextlib
import importlib
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scheduler.solver.solve import State, versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from types import ModuleType

    from scheduler.runs.jobs import Say

PATIENCE = "10s"
"""How long to wait for a scheduler to answer."""


class NoCluster(RuntimeError):
    """The cluster cannot be used; the message says why, and what would help."""


class Cluster:
    """A Dask cluster by the address of its scheduler.

    A worker that dies costs its tasks another try, which the scheduler sees to. Tasks under way
    when a run is stopped end at the next state that they would tell.

    Parameters
    ----------
    address : str
        Such as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    NoCluster
        When ``distributed`` is not installed.
    """

    def __init__(self, address: str) -> None:
        self._distributed = _library()
        self._address = address
        self._topic = f"flexweave-{secrets.token_hex(8)}"
        self._client: Any = None
        # Raised once a task's workers died several times: the scheduler begins it again by itself.
        self.lost: tuple[type[BaseException], ...] = (self._distributed.scheduler.KilledWorker,)

    def open(self, heard: Say) -> Executor:
        """Connect, and see that the workers would give the answers that this machine gives.

        Raises
        ------
        NoCluster
            When nobody answers, nobody works, or other versions are installed there.
        """
        self.close()
        self._client = self._connected()
        self._client.subscribe_topic(self._topic, lambda event: heard(*_state(event[1])))
        _check(self._address, self._client.run(versions))
        executor: Executor = self._client.get_executor(pure=False)
        return executor

    def _connected(self) -> Any:
        try:
            return self._distributed.Client(
                self._address, timeout=PATIENCE, set_as_default=False, name="flexweave"
            )
        except (OSError, ValueError) as error:
            raise NoCluster(
                f"no Dask scheduler answers at {self._address}; start one with 'dask scheduler', "
                "or name its address as it prints it, such as tcp://10.0.0.5:8786"
            ) from error

    def width(self) -> int:
        """A task for each thread of a worker, and one more each to go on with."""
        threads: dict[str, int] = self._client.nthreads()
        return 2 * max(1, sum(threads.values()))

    def say(self) -> Callable[[str, State], None]:
        """Log each state as an event of this run."""
        return _Said(self._topic)

    def close(self, *, at_once: bool = False) -> None:
        """Cancel what is under way, and let go of the cluster."""
        if self._client is not None:
            # A scheduler that is gone has nothing left to cancel.
            with contextlib.suppress(OSError, TimeoutError):
                self._client.close()
            self._client = None


def _library() -> ModuleType:
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise NoCluster(
            "a cluster needs the package 'distributed', which is not installed; "
            "install it with: pip install 'flexweave[cluster]'"
        ) from error


def _check(address: str, theirs: dict[str, dict[str, str]]) -> None:
    """See that there are workers and that all have the versions of this machine."""
    if not theirs:
        raise NoCluster(
            f"the scheduler at {address} has no workers; start some with 'dask worker {address}'"
        )
    for worker, found in sorted(theirs.items()):
        for name, version in versions().items():
            if found.get(name) != version:
                raise NoCluster(
                    f"worker {worker} has {name} {found.get(name)} and this machine {version}: "
                    "answers could differ; install the same version on both"
                )


# ---- in a worker -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Said:
    """Logs states in a worker; stops the solve that is told there when nobody waits for it."""

    topic: str

    def __call__(self, name: str, state: State) -> None:
        worker = importlib.import_module("distributed").get_worker()
        task = worker.state.tasks.get(worker.get_current_task())
        if task is None or task.state == "cancelled":
            raise KeyboardInterrupt
        told = [None if part is None else str(part) for part in state]
        worker.log_event(self.topic, [name, *told])


def _state(told: list[Any]) -> tuple[str, State]:
    name, stage, seconds, *numbers = told
    value, bound, gap = (None if number is None else Decimal(number) for number in numbers)
    return name, State(stage, float(seconds), value, bound, gap)
