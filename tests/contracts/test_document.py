"""The contract of the Desktop Pet Backend says what its document says.

Here: the facts of the document against the contract, the marks, and the contract's own soundness.
Not here: anything about the server; a test that sends requests belongs elsewhere.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
import yaml
from schemathesis.core.result import Ok

Json = dict[str, Any]
Place = tuple[str, ...]

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
DOCUMENT_SHA256 = "64ca8d65c84ae23dbd8a17faeb1ee8699bfab432b4a6aace53f31c59b75224d2"
ORIGINALLY_PLANNED = {
    "savePersona",
    "getPersona",
    "sendMessage",
    "saveSource",
    "getSource",
    "openStream",
    "getLatest",
    "runPresageTest",
}
METHODS = ("get", "post", "put", "patch", "delete")
BASES = {"implied", "decision", "extension"}

ADDED = {
    "next_poll_s",
    "utc_offset_min",
    "actions",
    "warnings",
    "timings_ms",
    "recording",
    "sighting",
}
"""Fields of answers that the document does not know."""

# In these maps of an OpenAPI file every entry is a thing that says where it comes from.
MARKED_MAPS = ("properties", "responses", "headers", "links", "examples")


def _facts() -> Json:
    facts: Json = json.loads((CONTRACTS / "facts" / "desktop_pet.json").read_text(encoding="utf-8"))
    return facts


def _contract() -> Json:
    contract: Json = yaml.safe_load(
        (CONTRACTS / "desktop_pet.openapi.yaml").read_text(encoding="utf-8")
    )
    return contract


FACTS = _facts()
CONTRACT = _contract()

OPERATIONS: dict[tuple[str, str], Json] = {
    (method.upper(), path): item[method]
    for path, item in CONTRACT["paths"].items()
    for method in METHODS
    if method in item
}
DOCUMENTED: dict[tuple[str, str], Json] = {
    (fact["method"], fact["path"]): fact for fact in FACTS["operations"]
}
EXCHANGES: list[tuple[tuple[str, str], Json]] = [
    (key, exchange) for key, fact in DOCUMENTED.items() for exchange in fact["exchanges"]
]
REQUESTS = [(key, exchange) for key, exchange in EXCHANGES if exchange["request_line"] is not None]
RESPONSES = [
    (key, exchange) for key, exchange in EXCHANGES if exchange["response_line"] is not None
]


def _heading(pair: tuple[tuple[str, str], Json]) -> str:
    return str(pair[1]["heading"])


def _validator(schema: Json) -> jsonschema_rs.Draft202012Validator:
    """A validator of a schema of the contract, with the contract's components in reach."""
    return jsonschema_rs.Draft202012Validator(
        {"allOf": [schema], "components": CONTRACT["components"]}, validate_formats=True
    )


def _request_content(key: tuple[str, str]) -> Json:
    content: Json = OPERATIONS[key]["requestBody"]["content"]["application/json"]
    return content


def _success_content(key: tuple[str, str]) -> Json:
    (success,) = (
        answer for status, answer in OPERATIONS[key]["responses"].items() if status.startswith("2")
    )
    content: Json = success["content"]["application/json"]
    return content


def _examples_at(content: Json, line: int) -> list[Any]:
    return [
        example["value"]
        for example in content["examples"].values()
        if example["x-source"]["line"] == line
    ]


def _nodes(node: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every node of the contract, except what is inside of the values of examples and defaults."""
    yield place, node
    if isinstance(node, dict):
        for key, child in node.items():
            if key not in ("value", "example", "default"):
                yield from _nodes(child, (*place, str(key)))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _nodes(child, (*place, str(index)))


def _is_marked_kind(place: Place, node: Any) -> bool:
    if not isinstance(node, dict) or len(place) < 2:
        return False
    if place[-2] in MARKED_MAPS:
        return not ("responses" in place[-2] and "$ref" in node)
    if place[-2] == "parameters" and "links" not in place:
        return "$ref" not in node
    return len(place) == 3 and place[0] == "paths"


MARKED: list[tuple[Place, Json]] = [
    (place, node) for place, node in _nodes(CONTRACT) if _is_marked_kind(place, node)
]
SOURCED: list[tuple[Place, Json]] = [(place, node) for place, node in MARKED if "x-source" in node]


def _key_lines() -> dict[int, str]:
    """The document's line of every key in its JSON blocks, which are laid out with two spaces."""
    blocks = [(exchange["request_line"], exchange["request_example"]) for _, exchange in REQUESTS]
    blocks += [
        (exchange["response_line"], exchange["response_example"]) for _, exchange in RESPONSES
    ]
    blocks += [
        (collection["fields_line"], collection["fields"])
        for collection in FACTS["collections"].values()
    ]
    lines: dict[int, str] = {}
    for first, block in blocks:
        for offset, text in enumerate(json.dumps(block, indent=2).splitlines()):
            if key := re.match(r'\s*"(\w+)":', text):
                lines[first + offset] = key[1]
    return lines


def test_the_facts_are_complete() -> None:
    """The facts hold everything the document has: a parser that found less would show here."""
    assert FACTS["sha256"] == DOCUMENT_SHA256
    assert FACTS["lines"] == 567
    assert [fact["id"] for fact in FACTS["operations"]] == [f"P{number}" for number in range(1, 23)]
    assert len(DOCUMENTED) == 22
    assert len(EXCHANGES) == 23
    assert len(REQUESTS) == 14
    assert len(RESPONSES) == 7
    assert len(FACTS["collections"]) == 11
    assert len(FACTS["indexes"]) == 10
    assert sum(index["unique"] for index in FACTS["indexes"]) == 7


def test_the_indexes_name_fields_of_the_collections() -> None:
    """Every recommended index is on a field that the collection map knows."""
    for index in FACTS["indexes"]:
        assert set(index["fields"]) <= set(FACTS["collections"][index["collection"]]["fields"])


def test_contract_and_document_have_the_same_operations() -> None:
    """The contract has the document's operations, and else only what it marks as an extension."""
    extensions = {
        key for key, operation in OPERATIONS.items() if operation.get("x-basis") == "extension"
    }
    assert set(OPERATIONS) - extensions == set(DOCUMENTED)
    assert extensions == {
        ("POST", "/api/stress/metrics"),
        ("POST", "/api/breaks/pomodoro/stop"),
        ("GET", "/api/breaks/pomodoro/active"),
        ("POST", "/api/chat/stream"),
        ("GET", "/api/chat/memory"),
        ("DELETE", "/api/chat/memory"),
    }


def test_operations_are_named_once_and_sorted_into_the_documents_sections() -> None:
    """An operationId belongs to one operation, and an operation's tag is its section."""
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names) == 28
    for key, fact in DOCUMENTED.items():
        assert OPERATIONS[key]["tags"] == [fact["section"]]
        assert OPERATIONS[key]["x-source"] == {"section": fact["heading"], "line": fact["line"]}


@pytest.mark.parametrize("pair", REQUESTS, ids=_heading)
def test_documented_requests_are_valid_and_stand_in_the_contract(
    pair: tuple[tuple[str, str], Json],
) -> None:
    """A request that the document shows is valid and an example of the contract, to the letter."""
    key, exchange = pair
    content = _request_content(key)
    _validator(content["schema"]).validate(exchange["request_example"])
    (example,) = _examples_at(content, exchange["request_line"])
    assert json.dumps(example) == json.dumps(exchange["request_example"])


@pytest.mark.parametrize("pair", RESPONSES, ids=_heading)
def test_documented_responses_are_valid_and_stand_in_the_contract(
    pair: tuple[tuple[str, str], Json],
) -> None:
    """An answer that the document shows is valid and an example of the contract, to the letter."""
    key, exchange = pair
    content = _success_content(key)
    _validator(content["schema"]).validate(exchange["response_example"])
    (example,) = _examples_at(content, exchange["response_line"])
    assert json.dumps(example) == json.dumps(exchange["response_example"])


def test_the_contract_shows_no_other_examples() -> None:
    """An example that the document does not have is not passed off as one of its own."""
    examples = [node for place, node in MARKED if place[-2] == "examples"]
    own = [node for node in examples if node.get("x-basis") == "extension"]
    assert len(examples) - len(own) == len(REQUESTS) + len(RESPONSES)
    assert len(own) == 2


def test_query_examples_are_those_of_the_documented_paths() -> None:
    """A documented parameter has the example value with which the document writes its path."""
    for key, fact in DOCUMENTED.items():
        for parameter in OPERATIONS[key].get("parameters", []):
            if "x-source" in parameter:
                assert str(parameter["example"]) in re.split(r"[/=&]", fact["documented_path"])
                assert parameter["x-source"] == {
                    "section": fact["heading"],
                    "line": fact["path_line"],
                }


def test_everything_says_where_it_comes_from() -> None:
    """Operations, parameters, properties, headers, links, examples, statuses have one mark each."""
    assert len(MARKED) > 250
    for place, node in MARKED:
        assert ("x-source" in node) != ("x-basis" in node), place
        assert node.get("x-basis", "decision") in BASES, place


def test_only_marked_kinds_carry_marks() -> None:
    """A mark elsewhere would be read by nobody."""
    places = {place for place, _ in MARKED}
    for place, node in _nodes(CONTRACT):
        if isinstance(node, dict) and ("x-source" in node or "x-basis" in node):
            assert place in places, place


def test_sources_lie_under_their_heading() -> None:
    """The line of a source belongs to the heading it names."""
    for place, node in SOURCED:
        line = node["x-source"]["line"]
        assert 1 <= line <= FACTS["lines"], place
        heading = max(
            (h for h in FACTS["headings"] if h["line"] <= line), key=lambda h: int(h["line"])
        )
        assert node["x-source"]["section"] == heading["text"], place


def test_the_source_of_a_property_is_the_line_that_names_it() -> None:
    """At the line a property points to, the document has this property."""
    lines = _key_lines()
    properties = [(place, node) for place, node in SOURCED if place[-2] == "properties"]
    assert len(properties) > 90
    for place, node in properties:
        assert lines.get(node["x-source"]["line"]) == place[-1], place


def test_every_documented_field_is_a_property() -> None:
    """Every key that a request or response example shows is pointed to by the contract."""
    pointed = {node["x-source"]["line"] for place, node in SOURCED if place[-2] == "properties"}
    inside_raw_metrics = {"attention_index", "stress_index", "microexpression_count"}
    collections = min(collection["line"] for collection in FACTS["collections"].values())
    repeated = {326, 327, 330}  # the spoken form repeats fields of the text form
    for line, name in _key_lines().items():
        if line < collections and name not in inside_raw_metrics and line not in repeated:
            assert line in pointed, (line, name)


def test_statuses_are_never_the_documents() -> None:
    """The document states no status code and no error shape, so none claims it as its source."""
    for place, node in MARKED:
        if place[-2] == "responses" or place[1:3] == ("schemas", "Error"):
            assert "x-source" not in node, place


def test_extensions_are_never_required_where_the_document_speaks() -> None:
    """A documented shape stays valid without what this project added to it."""
    for name, schema in CONTRACT["components"]["schemas"].items():
        bases = {key: node.get("x-basis") for key, node in schema.get("properties", {}).items()}
        if set(bases.values()) != {"extension"}:
            assert not {key for key in schema.get("required", []) if bases[key] == "extension"}, (
                name
            )


def test_answers_require_all_their_documented_fields() -> None:
    """A client may rely on every field of an answer, null where there is nothing to say."""
    requests = {name for name in CONTRACT["components"]["schemas"] if name.endswith("Request")}
    assert len(requests) == 15
    inside = {name for name in CONTRACT["components"]["schemas"] if name.startswith("Sdk")}
    assert len(inside) == 7
    for name, schema in CONTRACT["components"]["schemas"].items():
        if "properties" in schema and name not in requests | inside:
            optional = set(schema["properties"]) - set(schema["required"])
            assert optional <= ADDED, name


def test_null_is_absence_in_requests() -> None:
    """Null is accepted for the optional fields of a request only; a default fits its field."""
    for name, schema in CONTRACT["components"]["schemas"].items():
        if name.endswith("Request"):
            for key, node in schema["properties"].items():
                validator = _validator(node)
                assert validator.is_valid(None) == (key not in schema["required"]), (name, key)
                assert "default" not in node or validator.is_valid(node["default"]), (name, key)


def test_every_operation_declares_what_can_befall_it() -> None:
    """The door and the store can answer any operation; a body can be too large or no JSON."""
    for (method, path), operation in OPERATIONS.items():
        statuses = set(operation["responses"])
        assert statuses >= {"400", "401", "403", "429", "503"}, path
        assert (method == "POST") == (statuses >= {"413", "415"}) == ("requestBody" in operation), (
            path
        )
        assert len([status for status in statuses if status.startswith("2")]) == 1, path


def test_what_changes_something_can_be_repeated() -> None:
    """Every operation that writes takes an Idempotency-Key and tells when the key was reused."""
    for (method, path), operation in OPERATIONS.items():
        keyed = {"$ref": "#/components/parameters/IdempotencyKey"} in operation.get(
            "parameters", []
        )
        assert (
            keyed
            == ("409" in operation["responses"])
            == (method == "POST" or path == "/api/water/poll")
        ), path


def test_created_things_answer_201() -> None:
    """Exactly the three operations that create a new id answer 201."""
    created = {op["operationId"] for op in OPERATIONS.values() if "201" in op["responses"]}
    assert created == {"startSession", "ingestSample", "startPomodoro"}


def test_every_error_has_the_one_shape_and_a_known_code() -> None:
    """Each error answer is an Error, and its codes are words of the closed list."""
    known = CONTRACT["components"]["schemas"]["Error"]["properties"]["code"]["enum"]
    for name, answer in CONTRACT["components"]["responses"].items():
        schema = answer["content"]["application/json"]["schema"]
        assert schema["allOf"] == [{"$ref": "#/components/schemas/Error"}], name
        code = schema["properties"]["code"]
        for word in code.get("enum", [code.get("const")]):
            assert word in known, name
            _validator(schema).validate({"ok": False, "error": "No.", "code": word, "details": []})


def test_references_lead_somewhere_and_nothing_lies_idle() -> None:
    """Every reference has its target and every component its use."""
    used = {
        node["$ref"] for _, node in _nodes(CONTRACT) if isinstance(node, dict) and "$ref" in node
    }
    used |= {
        f"#/components/securitySchemes/{name}" for each in CONTRACT["security"] for name in each
    }
    components = {
        f"#/components/{kind}/{name}"
        for kind, group in CONTRACT["components"].items()
        for name in group
    }
    assert used == components


def test_component_schemas_are_json_schemas() -> None:
    """The components are schemas of the dialect that the contract names."""
    for schema in CONTRACT["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": CONTRACT["jsonSchemaDialect"], **schema})


def test_the_contract_is_an_openapi_document() -> None:
    """A judge that was not written here loads the contract, finds it valid and sees all of it."""
    schema = schemathesis.openapi.from_path(CONTRACTS / "desktop_pet.openapi.yaml")
    schema.validate()
    loaded = [result for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(loaded) == schema.statistic.operations.total == 28
    assert schema.statistic.transitions.total == 6


def test_planned_operations_only_become_fewer() -> None:
    """What is not served yet was planned from the start and is described by the contract."""
    planned = json.loads((CONTRACTS / "planned.json").read_text(encoding="utf-8"))["desktop_pet"]
    assert len(set(planned)) == len(planned)
    assert set(planned) <= ORIGINALLY_PLANNED
    assert set(planned) <= {operation["operationId"] for operation in OPERATIONS.values()}
