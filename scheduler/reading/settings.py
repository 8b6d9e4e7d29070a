"""The settings: keys of ``scenario.toml`` and knobs of the rules, each typed by its rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from scheduler.models import Settings
from scheduler.models.points import plain
from scheduler.reading.draft import validated
from scheduler.reading.words import nearest, put_right, shown
from scheduler.rules.catalogue import rules

if TYPE_CHECKING:
    from scheduler.reading.problems import Complaints, Where

    At = Callable[[Sequence[str]], Where]

KEYS = tuple(Settings.model_fields)


def settings(values: Mapping[str, Any], at: At, say: Complaints) -> Settings | None:
    """Typed settings; ``None``, with every problem said, where something is wrong."""
    before = len(say.problems)
    known = {key: value for key, value in values.items() if _is_known(key, KEYS, (), at, say)}
    written = known.pop("rules", {})
    if isinstance(written, Mapping):
        known["rules"] = _all_knobs(written, at, say)
    else:
        say.wrong(
            at(("rules",)), f"{shown(written)} is no section", "write one such as [rules.place]"
        )
    found = validated(Settings, known, lambda key: at((key,)), say)
    return found if len(say.problems) == before else None


def _is_known(
    key: str, known: Sequence[str], path: tuple[str, ...], at: At, say: Complaints
) -> bool:
    if key in known:
        return True
    what = {0: "key", 1: "rule"}.get(len(path), "knob")
    near = nearest(key, known)
    right = f"write {near!r}, the nearest that is known" if near else "leave it out"
    say.wrong(at((*path, key)), f"there is no {what} {shown(key)}", right)
    return False


def _all_knobs(written: Mapping[str, Any], at: At, say: Complaints) -> dict[str, dict[str, Any]]:
    names = tuple(rules())
    found = {}
    for name, knobs in written.items():
        if not _is_known(name, names, ("rules",), at, say):
            continue
        if isinstance(knobs, Mapping):
            found[name] = _knobs(name, rules()[name].Settings, knobs, at, say)
        else:
            say.wrong(at(("rules", name)), f"{shown(knobs)} is no section", f"write [rules.{name}]")
    return found


def _knobs(
    rule: str, model: type[BaseModel], written: Mapping[str, Any], at: At, say: Complaints
) -> dict[str, Any]:
    """The knobs that were written, typed and rounded by their rule."""
    path = ("rules", rule)
    names = tuple(model.model_fields)
    known = {k: v for k, v in written.items() if _is_known(k, names, path, at, say)}
    try:
        typed = model.model_validate(known).model_dump(include=set(known))
        return {name: _canonical(value) for name, value in typed.items()}
    except ValidationError as error:
        details = error.errors(include_url=False)
        lists = {detail["loc"][:-1] for detail in details}
        # A list with a wrong item counts as too short as well: the item has been said.
        for detail in (found for found in details if found["loc"] not in lists):
            say.wrong(at((*path, *_keys(detail["loc"]))), *put_right(detail))
        return {}


def _keys(loc: tuple[int | str, ...]) -> list[str]:
    """Keys of a place in a knob; a place in a list is written to its key, as ``points[1]``."""
    keys: list[str] = []
    for part in loc:
        if isinstance(part, int) and keys:
            keys[-1] += f"[{part}]"
        else:
            keys.append(str(part))
    return keys


def _canonical(value: Any) -> Any:
    """A knob without trailing zeros, so that 10 and 10.00 are one scenario."""
    if isinstance(value, Decimal):
        return Decimal(plain(value))
    return tuple(map(_canonical, value)) if isinstance(value, tuple) else value
