"""The page of all fields of a scenario file, made of the docstrings of the values."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from simulator.scenarios.scenario import Scenario

_Schema = Mapping[str, object]

_WORDS = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
    "time": "time, such as `07:30:00`",
    "date": "date, such as `2026-03-02`",
}
_BOUNDS = (
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("exclusiveMinimum", "more than {}"),
)


def field_lines() -> Iterator[str]:
    """Markdown: a heading and a table of fields for each table of the file, in its order."""
    schema = Scenario.model_json_schema()
    definitions = cast("Mapping[str, _Schema]", schema["$defs"])
    yield from _table("", "top of the file", schema, definitions)


def _table(
    path: str, heading: str, schema: _Schema, definitions: Mapping[str, _Schema]
) -> Iterator[str]:
    properties = cast("Mapping[str, _Schema]", schema["properties"])
    required = cast("Sequence[str]", schema.get("required", ()))
    yield from (f"### {heading}", "", _sentence(schema), "")
    yield from ("| field | what it takes | default | meaning |", "|---|---|---|---|")
    for name, field in properties.items():
        default = "**needed**" if name in required else _default(field)
        yield f"| `{name}` | {_kind(field)} | {default} | {_sentence(field)} |"
    yield ""
    for name, field in properties.items():
        if inner := _inner(field):
            place = f"{path}.{name}".lstrip(".")
            brackets = f"`[[{place}]]`" if "items" in field else f"`[{place}]`"
            yield from _table(place, brackets, definitions[inner], definitions)


def _inner(field: _Schema) -> str:
    """The definition of the table, or of the tables in the list; "" for anything else."""
    entry = cast("_Schema", field.get("items") or field)
    if "anyOf" in entry:
        entry = cast("Sequence[_Schema]", entry["anyOf"])[0]
    return str(entry.get("$ref", "")).rpartition("/")[2]


def _kind(field: _Schema) -> str:
    if _inner(field):
        return "list of tables" if "items" in field else "table"
    if "anyOf" in field:
        return _kind(cast("Sequence[_Schema]", field["anyOf"])[0])
    if "enum" in field:
        return " or ".join(f"`{choice}`" for choice in cast("Sequence[str]", field["enum"]))
    if "prefixItems" in field:
        entry = cast("Sequence[_Schema]", field["prefixItems"])[0]
        return f"pair of whole numbers such as `[2, 80]`{_bounds(entry, ', each ')}"
    return _WORDS[str(field.get("format", field.get("type")))] + _bounds(field)


def _bounds(field: _Schema, before: str = ", ") -> str:
    bounds = [words.format(field[name]) for name, words in _BOUNDS if name in field]
    return before + " and ".join(bounds) if bounds else ""


def _default(field: _Schema) -> str:
    if _inner(field) or field.get("default") is None:
        return ""
    return f"`{json.dumps(field['default'])}`"


def _sentence(schema: _Schema) -> str:
    return " ".join(str(schema.get("description", "")).replace("``", "`").split())
