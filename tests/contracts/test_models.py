"""What the models of the code say about a field is what the contracts say about it.

Both sides are brought into one form and compared, so a bound, pattern, enum word, default or
required field that differs is named with both of its values. Not here: rules that no schema shows.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from petcore.api import desktop_pet, platform
from petcore.api.desktop_pet.errors import SHAPE, ErrorAnswer
from petcore.api.operation import Operation
from petcore.api.told import ERROR, Told
from petcore.services.desktop_pet.chat import Done
from tests.contracts.contract import (
    EVENTS_TYPE,
    JSON_TYPE,
    NAMES,
    PARTS_TYPE,
    Contract,
    Json,
    Promise,
    contract,
)

OPERATIONS: dict[str, tuple[Operation[Any], ...]] = {
    "desktop_pet": desktop_pet.OPERATIONS,
    "platform": platform.OPERATIONS,
}
PAIRS: list[tuple[Contract, Promise, Operation[Any]]] = [
    (contract(name), promise, operation)
    for name in NAMES
    for promise in contract(name).promises
    for operation in OPERATIONS[name]
    if operation.id == promise.id
]
NULL: Json = {"type": "null"}
ANY_JSON: Json = {"$ref": "#/$defs/JsonValue"}
SAID_TO_PEOPLE = ("title", "description", "examples", "example")
CONDITIONS = ("if", "then", "else")
OF_ONE_TYPE = {
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "string": ("minLength", "maxLength", "pattern", "format", "contentEncoding"),
    "object": ("properties", "required", "maxProperties", "propertyNames"),
    "array": ("items", "maxItems", "minItems"),
}


class _Form:
    """Brings the schemas of one file into the form in which they are compared."""

    def __init__(self, document: Json, *, is_request: bool = False) -> None:
        self._document = document
        self._is_request = is_request

    def of(self, schema: Json) -> Json:
        """The schema: references inlined, words for people dropped, one spelling per meaning."""
        schema = self._referred(schema)
        parts = schema.get("anyOf") or _split(schema)
        if parts is None:
            return self._single(schema)
        formed = [self.of(part) for part in parts]
        return {"anyOf": sorted(formed, key=_canonical), **_default(schema)}

    def _single(self, schema: Json) -> Json:
        formed = {
            key: value
            for key, value in schema.items()
            if key not in SAID_TO_PEOPLE and not key.startswith(("x-", "$"))
        }
        if "const" in formed:
            formed["enum"] = [formed.pop("const")]
        if "pattern" in formed:
            formed["pattern"] = _escapes_alike(formed["pattern"])
        if "oneOf" in formed:
            formed["oneOf"] = [self._single(part) for part in formed["oneOf"]]
        formed |= {word: self._single(formed[word]) for word in CONDITIONS if word in formed}
        if "items" in formed:
            formed["items"] = self.of(formed["items"])
        if formed.get("additionalProperties", ANY_JSON) not in (ANY_JSON, True, False):
            formed["additionalProperties"] = self.of(formed["additionalProperties"])
        if "properties" in formed:
            formed |= self._fields(schema)
        return _names_alike(formed)

    def _fields(self, schema: Json) -> Json:
        required = set(schema.get("required", ()))
        if not self._is_request:
            # An extension is never required by a contract, and yet always sent.
            required |= {
                name
                for name, field in schema["properties"].items()
                if field.get("x-basis") == "extension"
            }
        fields = {
            name: self.of(field) if name in required or not self._is_request else self._may(field)
            for name, field in schema["properties"].items()
        }
        return {"properties": fields, "required": sorted(required)}

    def _may(self, field: Json) -> Json:
        """An optional field of a request, where null means absent in every one of them."""
        formed = self.of(field)
        parts = [part for part in formed.get("anyOf", ()) if part != NULL]
        if len(parts) == 1:
            formed = {**parts[0], **_default(formed)}
        if formed.get("default", 0) is None:
            del formed["default"]
        return formed

    def _referred(self, schema: Json) -> Json:
        while "$ref" in schema:
            target: Any = self._document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            schema = {**target, **{key: each for key, each in schema.items() if key != "$ref"}}
        return schema


def _split(schema: Json) -> list[Json] | None:
    """``type: [integer, "null"]`` as the schemas of its single types."""
    types = schema.get("type")
    if not isinstance(types, list):
        return None
    return [_of_type(schema, each) for each in types]


def _of_type(schema: Json, kind: str) -> Json:
    single: Json = {"type": kind}
    single |= {key: schema[key] for key in OF_ONE_TYPE.get(kind, ()) if key in schema}
    if "enum" in schema and kind != "null":
        single["enum"] = [word for word in schema["enum"] if word is not None]
    return single


def _canonical(schema: Json) -> str:
    return json.dumps(schema, sort_keys=True)


def _default(schema: Json) -> Json:
    return {"default": schema["default"]} if "default" in schema else {}


def _escapes_alike(pattern: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", r"\\u00\1", pattern)


def _names_alike(schema: Json) -> Json:
    """Pydantic writes a pattern for the keys of a dict as a pattern property without a schema, and
    says that other properties may be anything.
    """
    if schema.get("additionalProperties") == ANY_JSON:
        del schema["additionalProperties"]
    pattern, *more = schema.get("patternProperties", {"": None})
    if (
        pattern
        and not more
        and schema["patternProperties"][pattern] in ({}, {"$ref": "#/$defs/JsonValue"})
    ):
        del schema["patternProperties"]
        schema["propertyNames"] = {"pattern": pattern}
    return schema


def _differences(promised: Any, coded: Any, place: str) -> Iterator[str]:
    if isinstance(promised, dict) and isinstance(coded, dict):
        for key in sorted({*promised, *coded}):
            inner = f"{place}.{key}"
            yield from _differences(promised.get(key, "-"), coded.get(key, "-"), inner)
    elif isinstance(promised, list) and isinstance(coded, list) and len(promised) == len(coded):
        for number, pair in enumerate(zip(promised, coded, strict=True)):
            yield from _differences(*pair, f"{place}[{number}]")
    elif promised != coded or isinstance(promised, bool) != isinstance(coded, bool):
        yield f"{place}\n    contract {promised!r}\n    code     {coded!r}"


def _compare(promised: Json, coded: Json, place: str) -> None:
    found = list(_differences(promised, coded, place))
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def _coded(model: type[BaseModel], *, is_request: bool) -> Json:
    schema = model.model_json_schema(mode="validation" if is_request else "serialization")
    schema.setdefault("properties", {})
    return _Form(schema, is_request=is_request).of(schema)


def _promised_request(owner: Contract, promise: Promise) -> Json:
    form = _Form(owner.document, is_request=True)
    if promise.request is not None:
        return form.of(promise.request[JSON_TYPE]["schema"])
    given = [each for each in promise.parameters if each["in"] in ("query", "path")]
    return form.of(
        {
            "type": "object",
            "properties": {each["name"]: each["schema"] for each in given},
            "required": [each["name"] for each in given if each.get("required")],
        }
    )


def _name(pair: tuple[Contract, Promise, Operation[Any]]) -> str:
    return pair[1].id


def test_every_promise_has_its_models() -> None:
    """All served operations are compared below."""
    assert len(PAIRS) == sum(len(contract(name).promises) for name in NAMES) == 32


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_request_models_are_what_is_promised(
    pair: tuple[Contract, Promise, Operation[Any]],
) -> None:
    """A request is read by the rules that the contract shows: no field stricter, none laxer."""
    owner, promise, operation = pair
    _compare(
        _promised_request(owner, promise), _coded(operation.request, is_request=True), "request"
    )


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_response_models_are_what_is_promised(
    pair: tuple[Contract, Promise, Operation[Any]],
) -> None:
    """An answer has the fields that the contract shows, with the same bounds."""
    owner, promise, operation = pair
    content, form = promise.responses[promise.success]["content"], _Form(owner.document)
    if operation.is_endless:
        # Pictures have no fields.
        assert (content, operation.response.model_fields) == ({PARTS_TYPE: {}}, {})
        return None
    if not operation.events:
        promised, coded = form.of(content[JSON_TYPE]["schema"]), operation.response
        return _compare(promised, _coded(coded, is_request=False), "response")
    assert operation.response is operation.events[Done].model
    for name, schema, model in _events(content[EVENTS_TYPE], operation.events):
        _compare(form.of(schema), _coded(model, is_request=False), name)


def _events(
    content: Json, table: Mapping[type, Told]
) -> Iterator[tuple[str, Json, type[BaseModel]]]:
    """Of each event what is promised, and its model; an error is what it is everywhere."""
    coded = {told.name: told.model for told in table.values()}
    promised = content["x-events"]
    of_one = contract("desktop_pet").resolved(content["schema"])
    assert list(promised) == of_one["properties"]["event"]["enum"] == [*coded, ERROR]
    assert promised[ERROR] == {"$ref": "#/components/schemas/Error"}
    for name, model in coded.items():
        yield name, promised[name], model


@pytest.mark.parametrize("name", NAMES)
def test_the_error_model_is_what_is_promised(name: str) -> None:
    """The body of every error has the promised fields, and its codes are promised words."""
    owner = contract(name)
    promised = _Form(owner.document, is_request=False).of({"$ref": "#/components/schemas/Error"})
    words = promised["properties"]["code"].pop("enum")
    _compare(promised, _coded(ErrorAnswer, is_request=False), "error")
    if name == "desktop_pet":
        assert set(SHAPE.statuses) <= set(words)
