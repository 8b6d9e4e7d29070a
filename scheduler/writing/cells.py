"""Values to the text of CSV cells, TOML and JSON: plain numbers, no exponents, fixed order."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from scheduler.models.cells import guarded
from scheduler.models.points import plain


def cell(value: Any) -> str:
    """The text of a CSV cell; lists joined by ``;``, formulas guarded by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list | tuple):
        return guarded(";".join(map(str, value)))
    return guarded(value) if isinstance(value, str) else str(value)


def csv_bytes(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A CSV file: UTF-8, a header, newlines alone."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row.get(column)) for column in columns] for row in rows)
    return text.getvalue().encode()


def toml_bytes(settings: Mapping[str, Any]) -> bytes:
    """``scenario.toml``: top-level keys in the order given, then one section per rule by name."""
    lines = [f"{key} = {_toml(value)}" for key, value in settings.items() if key != "rules"]
    for rule, knobs in sorted(settings.get("rules", {}).items()):
        lines += ["", f"[rules.{rule}]"]
        lines += [f"{key} = {_toml(value)}" for key, value in sorted(knobs.items())]
    return ("\n".join(lines).lstrip("\n") + "\n").encode()


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return str(value)


def dumped(value: Any, indent: int = 0) -> str:
    """JSON with decimals as plain numbers, objects over several lines, lists of scalars on one."""
    inner, outer = "  " * (indent + 1), "  " * indent
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping) and value:
        items = [f"{inner}{json.dumps(k)}: {dumped(v, indent + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{outer}}}"
    if isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        items = [f"{inner}{_in_line(item)}" for item in value]
        return "[\n" + ",\n".join(items) + f"\n{outer}]"
    return _in_line(value)


def _in_line(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(k)}: {_in_line(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_in_line, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
