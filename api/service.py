"""What one server has: settings, database, workers, audit, metrics."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from api.jobs.desk import Desk
from api.jobs.kinds import solution_of
from api.jobs.runner import Runner
from api.metrics import Metrics
from api.store.audit import Audit
from api.store.database import Database
from scheduler.models import Scenario, Solution
from scheduler.reading import read
from scheduler.report.view import View

if TYPE_CHECKING:
    from api.settings import Settings
    from api.store.tokens import Caller
    from scheduler.rules.contract import Audience

KEPT = 8
"""Solutions that are kept open for reading."""


class Service:
    """The parts of one server, from its settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database_url)
        self.audit = Audit(self.database)
        self.metrics = Metrics(self.database)
        self.desk = Desk(settings)
        self.runner = Runner(self.database, settings)
        self._opened = lru_cache(KEPT)(self._open)

    def start(self) -> None:
        """Begin to work."""
        self.desk.start()
        self.runner.start()

    def stop(self) -> None:
        """End the workers and let go of the database."""
        self.runner.stop()
        self.desk.close()
        self._opened.cache_clear()
        self.database.close()

    def limits(self) -> dict[str, Any]:
        """What reading takes at most: `scheduler.reading.Limits`, and rows."""
        settings = self.settings
        limits = {"unpacked": settings.unpacked_bytes, "document": settings.scenario_bytes}
        return {"limits": limits, "rows": settings.rows}

    def view(self, solution: str, caller: Caller) -> View:
        """A kept solution as a caller may see it."""
        found, scenario = self._opened(solution)
        return View(found, scenario, audience_of(caller), self._reader(scenario, caller))

    def _reader(self, scenario: Scenario, caller: Caller) -> str:
        """Who reads, where the scenario knows them."""
        return caller.person if caller.person in {p.id for p in scenario.people} else ""

    def _open(self, solution: str) -> tuple[Solution, Scenario]:
        with self.database.reading() as session:
            found = solution_of(session, solution)
        given = found["overrides"]
        kinds = given.get("kinds")
        scenario = read(
            found["scenario"],
            calendar=given.get("calendar"),
            kinds=None if kinds is None else tuple(kinds.split(";")),
        )
        return Solution.model_validate_json(found["solution"]), scenario

    def forget(self) -> None:
        """Close what is kept open, after something was purged."""
        self._opened.cache_clear()


def audience_of(caller: Caller) -> Audience:
    """For whom answers are worded."""
    return "student" if caller.role == "district" else caller.role
