"""The catalogue of rules as typed entries and as a page: what each promises, and its knobs."""

from __future__ import annotations

import inspect
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scheduler.models.points import plain
from scheduler.report.typed import Report, unknown
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from types import ModuleType

    from pydantic.fields import FieldInfo

_TYPES = {"integer": "whole number", "number": "number", "boolean": "true or false"}
_ANY = "any"


class Knob(Report):
    """One number or word of a rule that a scenario may set."""

    name: str
    type: str
    default: str


class Entry(Report):
    """One rule.

    Attributes
    ----------
    promise : str
        What it promises, in one line.
    maths : str
    notes : tuple of str
        What its rows, its findings and its knobs are, in a few sentences each.
    knobs : tuple of Knob
    knobs_schema : dict
        JSON Schema of all knobs.
    """

    name: str
    promise: str
    maths: str
    notes: tuple[str, ...]
    knobs: tuple[Knob, ...]
    knobs_schema: dict[str, Any]


def entries(name: str | None = None) -> tuple[Entry, ...]:
    """Every rule by name, or the one that is asked for.

    Raises
    ------
    Unknown
        When there is no rule of that name.
    """
    rules = catalogue.rules()
    if name is not None and name not in rules:
        raise unknown("rule", name, rules)
    return tuple(_entry(key, rule) for key, rule in rules.items() if name in (None, key))


def _entry(name: str, rule: ModuleType) -> Entry:
    schema = rule.Settings.model_json_schema()
    fields: dict[str, FieldInfo] = rule.Settings.model_fields
    return Entry(
        name=name,
        promise=rule.title,
        maths=rule.maths,
        notes=tuple(_notes(rule)),
        knobs=tuple(
            Knob(
                name=key,
                type=_type(schema["properties"][key], schema.get("$defs", {})),
                default=_shown(field.get_default(call_default_factory=True, validated_data={})),
            )
            for key, field in fields.items()
        ),
        knobs_schema=schema,
    )


def _notes(rule: ModuleType) -> list[str]:
    """First paragraphs of what a rule says of its rows, its findings and its knobs."""
    parts = [getattr(rule, part, None) for part in ("rows", "worth", "measure", "Settings")]
    texts = [inspect.getdoc(part) for part in parts if part is not None]
    return [" ".join(re.split(r"\n\s*\n", text)[0].split()) for text in texts if text]


def _type(schema: dict[str, Any], shared: dict[str, Any]) -> str:
    """A knob's type in words, from its JSON Schema."""
    if "$ref" in schema:
        return _type(shared[schema["$ref"].rpartition("/")[2]], shared)
    if "const" in schema or "enum" in schema:
        return " | ".join(str(word) for word in schema.get("enum", [schema.get("const")]))
    kinds = [_type(kind, shared) for kind in schema.get("anyOf", ())]
    if kinds:
        # An exact decimal may be written as a number or as its text.
        numbers = [kind for kind in kinds if kind.startswith("number")]
        return numbers[0] if numbers else " or ".join(kinds)
    if schema.get("type") == "array":
        return f"list: {_items(schema, shared)}"
    kind = str(schema.get("type", _ANY))
    return _TYPES.get(kind, kind) + _range(schema)


def _items(schema: dict[str, Any], shared: dict[str, Any]) -> str:
    inside: dict[str, Any] = schema.get("items") or schema.get("prefixItems", [{}])[0]
    return _type(inside, shared)


def _range(schema: dict[str, Any]) -> str:
    """`` 0–100``, `` from 0`` or nothing."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        return ""
    return f" from {low:,.10g}" if high is None else f" {low:,.10g}–{high:,.10g}"


def _shown(value: Any) -> str:
    """A default as one would write it in ``scenario.toml``."""
    match value:
        case Decimal():
            return plain(value)
        case bool():
            return str(value).lower()
        case tuple() | list():
            return f"[{', '.join(map(_shown, value))}]"
        case None:
            return "none"
    return str(value)


def markdown(rules: tuple[Entry, ...]) -> str:
    """The catalogue as a page: a table of promises, then one section per rule."""
    lines = [
        "# Rules",
        "",
        "Every rule is one promise. Its knobs are the keys under `[rules.<name>]` of",
        "`scenario.toml`; points are the one unit in which rules are traded off, and a first",
        "choice in one block is worth 100.",
        "",
        "| rule | promise |",
        "|---|---|",
        *(f"| [`{rule.name}`](#{rule.name}) | {_cell(rule.promise)} |" for rule in rules),
    ]
    for rule in rules:
        lines += ["", *_section(rule)]
    return "\n".join(lines) + "\n"


def _section(rule: Entry) -> list[str]:
    return [
        f"## {rule.name}",
        "",
        rule.promise,
        "",
        "```text",
        rule.maths,
        "```",
        "",
        *(f"- {note.replace('``', '`')}" for note in rule.notes),
        "",
        "| knob | type | default |",
        "|---|---|---|",
        *(f"| `{knob.name}` | {_cell(knob.type)} | `{knob.default}` |" for knob in rule.knobs),
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
