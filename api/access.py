"""Who may do what: the caller of a request, and what their role lets them see.

The table of every route and role is in ``docs/access.md``; tests read it from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from api.contract import Question
from api.errors import Refusal
from api.service import Service
from api.store.tokens import PERSONAL, Caller, Role

T = TypeVar("T")

OWN = (Question.WHY, Question.WHY_NOT, Question.TAKE, Question.FAIRNESS)
"""Questions that are about one person."""


def caller(request: Request) -> Caller:
    """Who asks; the gate has seen their token."""
    found: Caller = request.state.caller
    return found


def only(*roles: Role) -> Callable[[Request], Caller]:
    """A dependency: the caller, if they have one of these roles."""

    def allowed(request: Request) -> Caller:
        found = caller(request)
        if found.role not in roles:
            raise Refusal("forbidden", f"this is not for the role {found.role}")
        return found

    return allowed


def here(request: Request) -> Service:
    """The server's parts."""
    found: Service = request.app.state.service
    return found


def there(found: T | None, what: str, key: str) -> T:
    """What was looked for.

    Raises
    ------
    Refusal
        When it is not there, or another school's, which nobody can tell apart.
    """
    if found is None:
        raise Refusal("not-found", f"there is no {what} {key}")
    return found


def personal(found: Caller) -> bool:
    """Whether the caller sees published solutions only, and their own part of them."""
    return found.role in PERSONAL


def person_asked(
    found: Caller, question: Question, asked: str | None, visible: frozenset[str]
) -> str:
    """Whom a question is about: a student's is about themselves, staff's about whom they may see.

    Raises
    ------
    Refusal
        When it is about somebody else, whether they exist or not, or about nobody.
    """
    if not personal(found):
        return asked or ""
    if found.role == "student" and question not in OWN:
        raise Refusal("forbidden", "a student asks about themselves only")
    person = asked or found.person
    if person != found.person and (found.role == "student" or person not in visible):
        raise Refusal("forbidden", "this token may not ask about other people")
    return person


Here = Annotated[Service, Depends(here)]
Anyone = Annotated[Caller, Depends(caller)]
Planner = Annotated[Caller, Depends(only("coordinator", "admin"))]
Overseer = Annotated[Caller, Depends(only("coordinator", "admin", "district"))]
Operator = Annotated[Caller, Depends(only("admin", "district"))]
Insider = Annotated[Caller, Depends(only("student", "staff", "coordinator", "admin"))]
Adult = Annotated[Caller, Depends(only("staff", "coordinator", "admin"))]
