"""The operations that are promised are the operations that are served, both ways round.

Here: three tables that must be one: the contracts, the tables of code, the routes. Not here: what
an operation takes and answers.
"""

import re
from typing import Any, NamedTuple, TypeVar

import jsonschema_rs
import pytest
import schemathesis
from quart import Quart

from petcore.api import desktop_pet, platform
from petcore.api.desktop_pet import errors
from petcore.api.error_shape import ErrorShape
from petcore.api.operation import Operation
from petcore.settings import Settings
from petcore.wiring import wire
from tests.contracts.contract import (
    CONTRACTS,
    EVENTS_TYPE,
    JPEG_TYPE,
    JSON_TYPE,
    NAMES,
    PARTS_TYPE,
    Json,
    contract,
    facts,
)

T = TypeVar("T")


class Row(NamedTuple):
    """An operation as all tables can tell it."""

    method: str
    path: str
    id: str
    success: int
    takes: frozenset[str]
    answers: frozenset[str]
    takes_key: bool
    is_public: bool


def _promised(name: str) -> set[Row]:
    return {
        Row(
            promise.method,
            promise.path,
            promise.id,
            promise.success,
            frozenset(promise.request or ()),
            frozenset(promise.responses[promise.success]["content"]),
            promise.takes_key,
            promise.is_public,
        )
        for promise in contract(name).promises
    }


def _coded(operations: tuple[Operation[Any], ...]) -> set[Row]:
    return {
        Row(
            operation.method,
            re.sub(r"<(\w+)>", r"{\1}", operation.path),
            operation.id,
            operation.status,
            frozenset({JSON_TYPE} if operation.method == "POST" else ()),
            _answers(operation),
            operation.takes_key,
            operation.is_public,
        )
        for operation in operations
    }


def _answers(operation: Operation[T]) -> frozenset[str]:
    if operation.is_endless:
        return frozenset({PARTS_TYPE})
    picture = {JPEG_TYPE} if operation.picture else set()
    return frozenset({EVENTS_TYPE if operation.events else JSON_TYPE, *picture})


def _routed(app: Quart) -> set[tuple[str, str, str]]:
    return {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule), rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in set(rule.methods or ()) - {"HEAD", "OPTIONS"}
    }


def _app(name: str) -> Quart:
    services = wire(Settings(store="memory:"))
    if name == "platform":
        return platform.create(services.platform, services.door)
    return desktop_pet.create(services.desktop_pet, services.door)


CODE: dict[str, tuple[Operation[Any], ...]] = {
    "desktop_pet": desktop_pet.OPERATIONS,
    "platform": platform.OPERATIONS,
}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_promised_is_what_the_code_lists(name: str) -> None:
    """The contract without its planned operations and the table of code are the same rows."""
    assert _promised(name) == _coded(CODE[name])


@pytest.mark.parametrize("name", NAMES)
def test_what_the_code_lists_is_what_is_routed(name: str) -> None:
    """The app routes exactly the rows of the table: nothing beside them, nothing less."""
    routed = _routed(_app(name))
    assert routed == {(row.method, row.path, row.id) for row in _coded(CODE[name])}
    assert len(routed) == len(CODE[name])


def test_the_tables_are_as_long_as_expected() -> None:
    """A reader that finds nothing would agree with everything."""
    assert len(contract("desktop_pet").promises) + len(contract("desktop_pet").planned) == 28
    assert len(contract("platform").promises) == 4


def test_planned_is_what_the_document_lists_last_and_nobody_serves() -> None:
    """Only P18 to P22 may still be planned, and nothing planned is served."""
    ids = {
        (method.upper(), path): operation["operationId"]
        for path, item in contract("desktop_pet").document["paths"].items()
        for method, operation in item.items()
    }
    last = {ids[fact["method"], fact["path"]] for fact in facts()["operations"][17:]}
    assert len(last) == 5
    assert contract("desktop_pet").planned <= last
    assert not contract("desktop_pet").planned & {row.id for row in desktop_pet.OPERATIONS}
    assert not contract("platform").planned


def _codes(answer: Json) -> set[str]:
    code = answer["content"][JSON_TYPE]["schema"]["properties"]["code"]
    return set(code.get("enum", [code.get("const")]))


@pytest.mark.parametrize("name", NAMES)
def test_codes_and_statuses_go_together_as_promised(name: str) -> None:
    """The codes that a contract gives a status have that status in the table of the code."""
    shape: ErrorShape = errors.SHAPE
    promised = {
        (code, status)
        for promise in contract(name).promises
        for status, answer in promise.responses.items()
        if status >= 400
        for code in _codes(answer)
    }
    for code, status in promised:
        assert shape.statuses.get(code, status) == status, code
    if name == "desktop_pet":
        # That only the voice failed is no error of any operation; were it one, it had its status.
        unpromised = {"internal_error", "voice_failed"}
        assert set(shape.statuses) - {code for code, _ in promised} == unpromised


def _without_marks(node: Any) -> Any:
    if isinstance(node, dict):
        dropped = ("description", "enum")
        return {
            key: _without_marks(value)
            for key, value in node.items()
            if not key.startswith("x-") and key not in dropped
        }
    return [_without_marks(each) for each in node] if isinstance(node, list) else node


def test_the_platform_errs_like_the_desktop_pet() -> None:
    """Both contracts have one error shape; the platform knows some of the codes."""
    pet, own = (contract(name).document["components"]["schemas"] for name in NAMES)
    for name in ("Error", "ErrorDetail"):
        assert _without_marks(own[name]) == _without_marks(pet[name])
    known = pet["Error"]["properties"]["code"]["enum"]
    assert set(own["Error"]["properties"]["code"]["enum"]) <= set(known)


def _nodes(node: Any) -> list[Json]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    own = [node] if isinstance(node, dict) else []
    return own + [each for child in children for each in _nodes(child)]


def test_the_platform_is_an_extension_and_nothing_in_it_lies_idle() -> None:
    """No document asks for it, so every mark says extension; every reference meets its target."""
    document = contract("platform").document
    marks = [node["x-basis"] for node in _nodes(document) if "x-basis" in node]
    assert len(marks) > 50
    assert set(marks) == {"extension"}
    assert not [node for node in _nodes(document) if "x-source" in node]
    used = {node["$ref"] for node in _nodes(document) if "$ref" in node}
    used |= {"#/components/securitySchemes/deviceToken"}
    assert used == {
        f"#/components/{kind}/{each}"
        for kind, group in document["components"].items()
        for each in group
    }


def test_the_platform_contract_is_an_openapi_document() -> None:
    """A judge that was not written here finds it valid, and its schemas are schemas."""
    schemathesis.openapi.from_path(CONTRACTS / "platform.openapi.yaml").validate()
    document = contract("platform").document
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": document["jsonSchemaDialect"], **schema})


@pytest.mark.parametrize("name", NAMES)
def test_a_token_is_what_not_every_server_wants(name: str) -> None:
    """One scheme, in words that a client understands; wanted or not, where nothing else is said."""
    document = contract(name).document
    schemes = document["components"]["securitySchemes"]
    assert {key: (each["type"], each["scheme"]) for key, each in schemes.items()} == {
        "deviceToken": ("http", "bearer")
    }
    assert document["security"] == [{"deviceToken": []}, {}]
    said = [node["security"] for node in _nodes(document["paths"]) if "security" in node]
    assert said == [[]] * (len(contract(name).promises) if name == "platform" else 0)


def test_the_examples_of_the_platform_are_valid() -> None:
    """What it shows of requests and answers is what it promises."""
    owner = contract("platform")
    contents = [node[JSON_TYPE] for node in _nodes(owner.document["paths"]) if JSON_TYPE in node]
    shown = [
        (content["schema"], example["value"])
        for content in contents
        for example in content.get("examples", {}).values()
    ]
    assert len(shown) == 5
    for schema, value in shown:
        owner.validator(schema).validate(value)


def test_errors_of_the_door_are_worded_alike_in_both() -> None:
    """Headers that a client acts on are promised with one meaning."""
    pet, own = (contract(name).document["components"]["responses"] for name in NAMES)
    for name in sorted({*pet} & {*own}):
        assert _without_marks(own[name]) == _without_marks(pet[name]), name
    assert set(pet["RateLimited"]["headers"]) == {
        "Retry-After",
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
    }
    assert pet["Unauthorized"]["headers"]["WWW-Authenticate"]["required"] is True
