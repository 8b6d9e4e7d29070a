"""``flexweave serve``: run the service."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from api.cli import kept
from scheduler.cli.screen import write

EXAMPLES = (
    "flexweave serve --check",
    "flexweave serve --host 0.0.0.0 --port 8080 --check",
)


def command(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="NUMBER", min=0, max=65_535, help="The port.")
    ] = 8000,
    check: Annotated[bool, typer.Option("--check", help="See that it could run, and end.")] = False,
) -> None:
    """Run the service until Ctrl-C or SIGTERM; jobs that still run are queued again.

    Everything else is set by environment variables, FLEXWEAVE_DATABASE_URL first; see
    docs/operations.md. An empty database is made ready, one of another version is refused.
    """
    settings = kept.settings()
    with kept.database():
        pass
    if check:
        write(f"The service could run on http://{host}:{port}\n")
        return
    # Loading the server takes a second, which the other commands need not wait for.
    importlib.import_module("api.server").run(settings, host, port)
