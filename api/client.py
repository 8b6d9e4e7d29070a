"""A typed Python client, made from the OpenAPI document.

One class per schema, one method per operation, so that a type checker can hold callers to them.
"""

from __future__ import annotations

import keyword
from importlib import resources
from typing import Any


def source(document: dict[str, Any]) -> str:
    """The client's source, not yet formatted."""
    schemas = document["components"]["schemas"]
    names = _names(schemas)
    methods = [
        _method(path, verb, operation, names)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    ]
    classes = [_class(names[key], schema, names) for key, schema in schemas.items()]
    head = resources.files("api").joinpath("templates", "client.py.txt")
    return head.read_text(encoding="utf-8") + "".join(methods) + "".join(classes)


def _names(schemas: dict[str, Any]) -> dict[str, str]:
    """Class names: the last part, or all parts where several end alike."""
    ends = [key.rpartition("__")[2] for key in schemas]
    return {
        key: end if ends.count(end) == 1 else "".join(map(str.title, key.split("__")[-2:]))
        for key, end in zip(schemas, ends, strict=True)
    }


def _type(schema: dict[str, Any], names: dict[str, str]) -> str:
    if "$ref" in schema:
        return names[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one, names) for one in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(_literal(value) for value in values)}]"
    kind = schema.get("type")
    if kind == "array" and "items" in schema:
        return f"list[{_type(schema['items'], names)}]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"dict[str, {_type(schema['additionalProperties'], names)}]"
    if kind == "string" and schema.get("format") == "date-time":
        return "datetime.datetime"
    plain = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
    more = {"null": "None", "object": "dict[str, Any]", "array": "list[Any]"}
    return (plain | more).get(str(kind), "Any")


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _said(text: str) -> str:
    """A docstring's first sentence."""
    return text.strip().split("\n\n")[0].replace("\n", " ").replace("``", "`")


def _class(name: str, schema: dict[str, Any], names: dict[str, str]) -> str:
    said = _said(schema.get("description", "") or f"{name}.")
    if "enum" in schema:
        return f'\n\n{name} = {_type(schema, names)}\n"""{said}"""\n'
    fields = []
    for key, one in schema.get("properties", {}).items():
        assert not keyword.iskeyword(key), key
        kind = _type(one, names)
        if key in schema.get("required", ()):
            fields.append(f"    {key}: {kind}\n")
        else:
            optional = kind if "None" in kind.split(" | ") or kind == "Any" else f"{kind} | None"
            fields.append(f"    {key}: {optional} = None\n")
    return f'\n\nclass {name}(BaseModel):\n    """{said}"""\n\n{"".join(fields)}'


def _method(path: str, verb: str, operation: dict[str, Any], names: dict[str, str]) -> str:
    given = ["self"]
    query: list[str] = []
    headers: list[str] = []
    keywords: list[str] = []
    for one in operation.get("parameters", ()):
        name = one["name"].lower().replace("-", "_")
        kind = _type(one["schema"], names)
        if one["in"] == "path":
            given.append(f"{name}: {kind}")
            path = path.replace(f"{{{name}}}", f"{{_quoted({name})}}")
            continue
        kind = kind if "None" in kind else f"{kind} | None"
        keywords.append(f"{name}: {kind} = None")
        (query if one["in"] == "query" else headers).append(f'"{one["name"]}": {name}')
    body = operation.get("requestBody", {}).get("content", {})
    if body:
        kind = _type(body["application/json"]["schema"], names)
        given.append(f"body: {kind} | bytes" if len(body) > 1 else f"body: {kind}")
    if keywords:
        given += ["*", *keywords]
    kind, made = _answer(operation, names)
    sign = "f" if "{" in path else ""
    call = (
        f'"{verb.upper()}", {sign}"{path}", {{{", ".join(query)}}}, {{{", ".join(headers)}}}, '
        f"{'body' if body else 'None'}"
    )
    said = _said(operation["description"])
    return (
        f"\n    def {operation['operationId']}({', '.join(given)}) -> {kind}:\n"
        f'        """{said}"""\n        {made.format(call=call)}\n'
    )


def _answer(operation: dict[str, Any], names: dict[str, str]) -> tuple[str, str]:
    """Type of what an operation gives, and the lines that make it of the call."""
    status = next(status for status in operation["responses"] if status.startswith("2"))
    content = operation["responses"][status].get("content", {})
    if "application/json" in content:
        kind = _type(content["application/json"]["schema"], names)
        if kind.isidentifier():
            return kind, f"return {kind}.model_validate_json(self._ask({{call}}))"
        return kind, f"return TypeAdapter({kind}).validate_json(self._ask({{call}}))"
    if "text/event-stream" in content:
        return "Iterator[tuple[str, str, dict[str, Any]]]", "return self._events({call})"
    if any(form.startswith("text/") for form in content):
        return "str", "return self._ask({call}).decode()"
    return ("bytes", "return self._ask({call})") if content else ("None", "self._ask({call})")
