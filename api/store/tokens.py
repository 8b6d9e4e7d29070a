"""Tokens: made, found, listed, revoked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import or_, select

from api.store.audit import operators
from api.store.tables import Token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

Role = Literal["student", "staff", "coordinator", "admin", "district"]
ROLES: tuple[Role, ...] = get_args(Role)

PERSONAL: tuple[Role, ...] = ("student", "staff")
"""Roles that are one person's."""

PREFIX = "flexweave"
SECRET_BYTES = 32
NOBODY = hashlib.sha256(b"").digest()


class BadToken(ValueError):
    """A token cannot be made as it was asked for; the message says what would work."""


@dataclass(frozen=True)
class Caller:
    """Who asks: what their token says."""

    token: str
    role: Role
    person: str
    schools: tuple[str, ...]


def create(
    session: Session,
    *,
    role: Role,
    schools: Sequence[str],
    person: str = "",
    label: str = "",
    days: float | None = None,
) -> str:
    """Make a token; its text is returned once and not kept.

    Raises
    ------
    BadToken
        When a student or staff token names no person, another one does, or schools do not fit.
    """
    _check(role, schools, person)
    now = time.time()
    key, secret = secrets.token_hex(8), secrets.token_urlsafe(SECRET_BYTES)
    session.add(operators(",".join(schools), f"create token for {role}", key))
    session.add(
        Token(
            id=key,
            digest=_digest(secret),
            role=role,
            person=person,
            schools=list(dict.fromkeys(schools)),
            label=label,
            created=now,
            expires=None if days is None else now + days * 86_400,
            revoked=None,
        )
    )
    return f"{PREFIX}_{key}_{secret}"


def _check(role: Role, schools: Sequence[str], person: str) -> None:
    if not schools or not all(schools):
        raise BadToken("name a school")
    if role != "district" and len(set(schools)) > 1:
        raise BadToken("only a district sees several schools; make a token for each")
    if role in PERSONAL and not person:
        raise BadToken(f"a {role} token is one person's; name them")
    if role not in PERSONAL and person:
        raise BadToken(f"a {role} token is nobody's in particular; leave the person out")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def found(session: Session, text: str) -> Caller | None:
    """Who a token belongs to; ``None`` where it is unknown, wrong, expired or revoked.

    The secret's hash is compared in a time that does not depend on where the two differ.
    """
    prefix, _, rest = text.partition("_")
    key, _, secret = rest.partition("_")
    row = session.get(Token, key) if prefix == PREFIX else None
    right = hmac.compare_digest(_digest(secret), NOBODY if row is None else row.digest)
    if row is None or not right or row.revoked is not None:
        return None
    if row.expires is not None and row.expires <= time.time():
        return None
    return Caller(row.id, row.role, row.person, tuple(row.schools))  # type: ignore[arg-type]


def everyone(session: Session) -> list[Token]:
    """All tokens, the oldest first."""
    return list(session.scalars(select(Token).order_by(Token.created, Token.id)))


def revoke(session: Session, name: str) -> int:
    """End the token of this id, or those of this label; how many there are."""
    found = session.scalars(select(Token).where(or_(Token.id == name, Token.label == name))).all()
    for row in found:
        row.revoked = row.revoked or time.time()
        session.add(operators(",".join(row.schools), "revoke token", row.id))
    return len(found)
