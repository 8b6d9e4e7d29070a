"""Routes, one file per noun: each translates a request, calls `scheduler` and translates back."""

from api.routes import comparisons, door, health, jobs, metrics, rules, scenarios, solutions

OPEN = (health.router,)
"""Routes that need no token."""

SECURED = (
    door.router,
    scenarios.router,
    jobs.router,
    solutions.router,
    comparisons.router,
    rules.router,
    metrics.router,
)
"""Routes that need one."""

__all__ = ["OPEN", "SECURED"]
