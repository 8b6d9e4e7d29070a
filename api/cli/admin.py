"""``flexweave admin``: purge, and read the audit."""

from __future__ import annotations

from typing import Annotated

import typer

from api import retention
from api.cli import kept
from api.settings import Settings
from api.store import audit
from api.store.database import Database
from scheduler.cli.exits import Refused
from scheduler.cli.inputs import AsJson
from scheduler.cli.screen import show_json, tell, write
from scheduler.report.wording import counted


def purge(
    days: Annotated[
        int | None,
        typer.Option("--older-than", metavar="DAYS", min=0, help="Scenarios made before."),
    ] = None,
    scenario: Annotated[
        str, typer.Option(metavar="ID", help="One scenario.", show_default=False)
    ] = "",
    school: Annotated[
        str, typer.Option(metavar="SCHOOL", help="All of a school.", show_default=False)
    ] = "",
) -> None:
    """Purge scenarios with their solutions and jobs, and leave nothing of them in the file.

    Without an option: what FLEXWEAVE_RETENTION_DAYS and FLEXWEAVE_AUDIT_DAYS say. The database is
    written anew, which needs as much room again, and waits for requests that are at it.
    """
    settings = kept.settings()
    if days is None and not scenario and not school and settings.retention_days is None:
        raise Refused("say what: --older-than, --scenario, --school, or FLEXWEAVE_RETENTION_DAYS")
    with kept.database() as database:
        if scenario or school:
            number = retention.purge_named(database, scenario=scenario, school=school)
        else:
            number = _purged(database, settings, days)
        database.scrub(whole=True)
    tell(f"Purged {counted(number, 'scenario')}")


def _purged(database: Database, settings: Settings, days: int | None) -> int:
    if days is not None:
        return retention.purge_old(database, days, None)
    return retention.purge_old(database, settings.retention_days, settings.audit_days)


def lines(
    number: Annotated[
        int, typer.Option("--last", metavar="NUMBER", min=1, help="How many lines.")
    ] = 100,
    as_json: AsJson = False,
) -> None:
    """Read the audit: who did or read what and when, the newest first."""
    with kept.database() as database, database.reading() as session:
        found = [
            {
                "at": kept.moment(row.at),
                "token": row.token,
                "role": row.role,
                "person": row.person,
                "school": row.school,
                "action": row.action,
                "subject": row.subject,
            }
            for row in audit.lines(session, number)
        ]
    if as_json:
        show_json(found)
    for one in [] if as_json else found:
        write("  ".join(value for value in one.values() if value) + "\n")


COMMANDS: kept.Commands = {
    "purge": (
        purge,
        ("flexweave admin purge --older-than 400", "flexweave admin purge --school riverside"),
    ),
    "audit": (lines, ("flexweave admin audit", "flexweave admin audit --last 20 --json")),
}
