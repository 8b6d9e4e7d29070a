"""``flexweave token``: make, list and revoke tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import kept
from api.store import tokens
from api.store.tables import Token
from api.store.tokens import ROLES, BadToken
from scheduler.cli.exits import Refused
from scheduler.cli.inputs import AsJson
from scheduler.cli.screen import show_json, tell, write
from scheduler.report import unknown

DAY = 10
"""Signs of a moment that are its day."""


def _role(text: str) -> str:
    if text not in ROLES:
        raise typer.BadParameter(f"{unknown('role', text, ROLES)}.")
    return text


def create(
    role: Annotated[
        str,
        typer.Option(
            metavar="ROLE",
            callback=_role,
            help="student, staff, coordinator, admin or district.",
        ),
    ],
    school: Annotated[
        list[str],
        typer.Option(metavar="SCHOOL", help="The school; for a district several, one by one."),
    ],
    person: Annotated[
        str, typer.Option(metavar="PERSON", help="Whose it is, for a student or staff: an id.")
    ] = "",
    label: Annotated[
        str, typer.Option(metavar="TEXT", help="What to call it in lists.", show_default=False)
    ] = "",
    days: Annotated[
        float | None, typer.Option(metavar="DAYS", min=0, help="Days until it expires.")
    ] = None,
) -> None:
    """Make a token and write it to stdout, once: only its hash is kept."""
    with kept.database() as database, database.writing() as session:
        try:
            text = tokens.create(
                session,
                role=role,  # type: ignore[arg-type]
                schools=school,
                person=person,
                label=label,
                days=days,
            )
        except BadToken as wrong:
            raise Refused(str(wrong)) from wrong
    write(f"{text}\n")


def everyone(as_json: AsJson = False) -> None:
    """List tokens: whose they are and until when, never what they are."""
    with kept.database() as database, database.reading() as session:
        found = [_shown(row) for row in tokens.everyone(session)]
    if as_json:
        show_json(found)
    for one in [] if as_json else found:
        write("  ".join(str(value) for value in one.values() if value) + "\n")
    if not found:
        tell("There are no tokens; make one with flexweave token create")


def _shown(row: Token) -> dict[str, object]:
    return {
        "id": row.id,
        "role": row.role,
        "schools": ", ".join(row.schools),
        "person": row.person,
        "label": row.label,
        "created": kept.moment(row.created)[:DAY],
        "expires": f"until {kept.moment(row.expires)[:DAY]}" if row.expires else "",
        "revoked": f"revoked {kept.moment(row.revoked)[:DAY]}" if row.revoked else "",
    }


def revoke(
    token: Annotated[
        str, typer.Argument(metavar="TOKEN", help="The token's id, or the label of one or more.")
    ],
) -> None:
    """Revoke a token: whoever has it is let in no more, from the next request on."""
    with kept.database() as database, database.writing() as session:
        number = tokens.revoke(session, token)
    if not number:
        raise Refused(f"there is no token {token!r}; see: flexweave token list")
    tell(f"Revoked {number}")


COMMANDS: kept.Commands = {
    "create": (
        create,
        (
            "flexweave token create --role coordinator --school riverside --label office",
            "flexweave token create --role student --school riverside --person s001 --days 90",
        ),
    ),
    "list": (everyone, ("flexweave token list", "flexweave token list --json")),
    "revoke": (revoke, ("flexweave token revoke office",)),
}
