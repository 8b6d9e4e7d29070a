"""The service's commands beside the scheduler's."""

from __future__ import annotations

import typer

from api.cli import admin, db, serve, token
from api.cli.kept import Commands
from scheduler.cli.app import add, app

__all__ = ["app"]

GROUPS: dict[str, tuple[str, Commands]] = {
    "token": ("Say who may call the service.", token.COMMANDS),
    "admin": ("Look after what the service keeps.", admin.COMMANDS),
    "db": ("Look after the service's database.", db.COMMANDS),
}

add(app, "serve", serve.command, serve.EXAMPLES)
for _name, (_help, _commands) in GROUPS.items():
    _group = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
    for _verb, (_command, _examples) in _commands.items():
        add(_group, _verb, _command, _examples)
    app.add_typer(_group, name=_name, help=_help)
