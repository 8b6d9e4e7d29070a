"""Routes, one file per noun: each translates a request, calls `scheduler` and translates back."""

from api.routes import door, health, jobs, rules, scenarios, solutions

ROUTERS = (
    health.router,
    rules.router,
    door.router,
    scenarios.router,
    jobs.router,
    solutions.router,
)
"""Every route of the service."""

__all__ = ["ROUTERS"]
