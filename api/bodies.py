"""Bodies as they come in, and forms in which answers go out."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.errors import Refusal
from api.responses import JSON

ZIP = "application/zip"


def kind_of(request: Request) -> str:
    """The media type of a body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def json_only(request: Request) -> None:
    """Refuse a body of another form."""
    if kind_of(request) != JSON:
        raise Refusal("unsupported-media-type", f"send {JSON}")


async def scenario_body(request: Request) -> bytes:
    """A scenario as it was sent: JSON or a zip, and what it says it is."""
    kind = kind_of(request)
    if kind not in (JSON, ZIP):
        raise Refusal("unsupported-media-type")
    data = await request.body()
    if data.startswith(b"PK") != (kind == ZIP):
        raise Refusal("unsupported-media-type", f"the body is no {kind}")
    return data


ScenarioBody = Annotated[bytes, Depends(scenario_body)]


def chosen(request: Request, *forms: str) -> str:
    """The form that a client likes best of these; the first where it does not care.

    Raises
    ------
    Refusal
        When it takes none of them.
    """
    wishes = [_wish(part) for part in request.headers.get("accept", "*/*").split(",")]
    best = max(forms, key=lambda form: _weight(form, wishes))
    if _weight(best, wishes) <= 0:
        raise Refusal("not-acceptable", f"ask for {' or '.join(forms)}")
    return best


def _wish(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter[2:])
            except ValueError:
                return name, 0.0
    return name, 1.0


def _weight(form: str, wishes: list[tuple[str, float]]) -> float:
    """How much a form is wished: by the range that fits it most closely."""
    for fitting in (form, f"{form.partition('/')[0]}/*", "*/*"):
        for name, weight in wishes:
            if name == fitting:
                return weight
    return 0.0
