"""The contract as a judge reads it: its operations, and what is wrong with one that took place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import cast

import jsonschema_rs
import yaml

from simulator.invariants.exchanges import Exchange
from simulator.kernel.server_events import MEDIA_TYPE
from simulator.kernel.trace import Json

_CONTRACTS = Path(__file__).parents[2] / "contracts"
CONTRACT = _CONTRACTS / "desktop_pet.openapi.yaml"
PLATFORM = _CONTRACTS / "platform.openapi.yaml"

Validator = jsonschema_rs.Draft202012Validator

_JSON = "application/json"
_METHODS = ("get", "post", "put", "patch", "delete")
_REFUSALS = range(400, 500)
_FAIR_REFUSALS = (404, 409)
_TOO_MANY = 429
_PAIRING = ("POST /api/devices/pairing", "POST /api/devices/pairing/collect")
"""Of these an address has so many, which is no fault of any one behind it."""


@dataclass(slots=True)
class _Texts:
    """What an object of texts must be; if it is of headers, perhaps with a content type. Most are
    the very object that was looked at last.
    """

    validator: Validator
    content_type: str = ""
    last: Json | None = None

    def fault(self, texts: Json) -> str:
        """What is wrong with them; nothing if they are valid."""
        if texts is self.last:
            return ""
        fault = _fault(self.validator, texts) or _fault_of_type(texts, self.content_type)
        if not fault:
            self.last = texts
        return fault


@dataclass(frozen=True)
class _Answer:
    """What the contract says of one status of an operation. No reference is left in it."""

    described: Json

    @cached_property
    def body(self) -> Validator | None:
        """What its JSON must be."""
        content = cast("Json", self.described.get("content", {}))
        return _validator(_at(content, _JSON, "schema")) if _JSON in content else None

    @cached_property
    def events(self) -> Mapping[str, Validator] | None:
        """What the data of its events must be, by their names, if it is a stream of events."""
        content = cast("Json", self.described.get("content", {}))
        if MEDIA_TYPE not in content:
            return None
        known = _at(content, MEDIA_TYPE, "x-events")
        return {name: _validator(cast("Json", schema)) for name, schema in known.items()}

    @cached_property
    def headers(self) -> _Texts:
        """What its headers must be; they are texts."""
        headers = cast("Mapping[str, Json]", self.described.get("headers", {}))
        is_always_json = self.body is not None and self.events is None
        return _texts_of(
            {
                name.lower(): (header["schema"], header.get("required") is True)
                for name, header in headers.items()
            },
            _JSON if is_always_json else "",
        )

    def fault(self, exchange: Exchange) -> str:
        """What is wrong with an answer; nothing if all is right."""
        fault = self.headers.fault(exchange.answer_headers)
        if fault:
            return fault
        if self.events is not None:
            return self._fault_of_events(exchange, self.events)
        return "" if self.body is None else _fault(self.body, exchange.answer)

    def _fault_of_events(self, exchange: Exchange, known: Mapping[str, Validator]) -> str:
        if not exchange.is_stream:
            fault = _fault_of_type(exchange.answer_headers, _JSON if self.body else MEDIA_TYPE)
            return fault or ("" if self.body is None else _fault(self.body, exchange.answer))
        if not exchange.events:
            return "it is no stream of events"
        for name, data in exchange.events:
            fault = _fault(known[name], data) if name in known else "it is not known"
            if fault:
                return f"event {name}: {fault}"
        return ""


@dataclass(frozen=True)
class Operation:
    """An operation of the contract, with the parameters in its path. No reference is left in it."""

    described: Json
    in_path: tuple[tuple[int, str], ...]

    @cached_property
    def answers(self) -> Mapping[int, _Answer]:
        """Its answers by their status."""
        responses = cast("Mapping[str, Json]", self.described["responses"])
        return {int(status): _Answer(answer) for status, answer in responses.items()}

    @cached_property
    def body(self) -> Validator | None:
        """What the JSON of a request must be."""
        body = self.described.get("requestBody")
        return None if body is None else _validator(_at(body, "content", _JSON, "schema"))

    def fault_of_request(self, exchange: Exchange) -> str:
        """What is wrong with a request; nothing if all is right."""
        fault = self._headers.fault(exchange.headers)
        if not fault and self.in_path:
            fault = self._fault_of_path(exchange)
        if self.body is None:
            return fault or self._query.fault(exchange.asked)
        return fault or _fault(self.body, exchange.asked)

    def fault_of_answer(self, exchange: Exchange) -> str:
        """What is wrong with an answer; nothing if all is right."""
        answer = self.answers.get(exchange.status)
        if answer is None:
            return f"it knows no status {exchange.status} there"
        if exchange.status in _REFUSALS and not _is_fair(exchange):
            return f"it was refused with {exchange.status}: {exchange.answer.get('error')}"
        return answer.fault(exchange)

    def fault_of_refusal(self, exchange: Exchange) -> str:
        """What is wrong with the answer to somebody who asked for what may not be; nothing if all
        is right: it was refused as the contract has it.
        """
        answer = self.answers.get(exchange.status)
        if answer is None or exchange.status not in _REFUSALS:
            return f"it was not refused, but answered {exchange.status}"
        return answer.fault(exchange)

    def _fault_of_path(self, exchange: Exchange) -> str:
        steps = exchange.operation.split("/")
        return self._path.fault({name: steps[place] for place, name in self.in_path})

    @cached_property
    def _headers(self) -> _Texts:
        return self._parameters("header", "" if self.body is None else _JSON)

    @cached_property
    def _query(self) -> _Texts:
        return self._parameters("query")

    @cached_property
    def _path(self) -> _Texts:
        return self._parameters("path")

    def _parameters(self, place: str, content_type: str = "") -> _Texts:
        parameters = cast("list[Json]", self.described.get("parameters", []))
        return _texts_of(
            {
                str(parameter["name"]).lower() if place == "header" else str(parameter["name"]): (
                    parameter["schema"],
                    parameter.get("required") is True,
                )
                for parameter in parameters
                if parameter["in"] == place
            },
            content_type,
        )


@lru_cache(maxsize=1024)
def operation(name: str) -> Operation | None:
    """The operation that a method and a path come to. Few ask the platform, and none of its file
    is read before.
    """
    return _found(name, CONTRACT) or _found(name, PLATFORM)


def _found(name: str, contract: Path) -> Operation | None:
    known = _operations(contract)
    if name in known:
        return known[name]
    steps = name.split("/")
    templates = (template for template in known if "{" in template)
    return next((known[template] for template in templates if _fits(template, steps)), None)


def _is_fair(exchange: Exchange) -> bool:
    """Whether somebody who keeps to the contract may be refused so."""
    is_held_up = exchange.status == _TOO_MANY and exchange.operation in _PAIRING
    return is_held_up or exchange.status in _FAIR_REFUSALS


def _fits(template: str, steps: list[str]) -> bool:
    wanted = template.split("/")
    return len(wanted) == len(steps) and all(
        want == step or want.startswith("{") for want, step in zip(wanted, steps, strict=True)
    )


@cache
def _operations(contract: Path) -> Mapping[str, Operation]:
    """The operations of a contract by method and path. A file is read once in a process."""
    return dict(_described(_read(contract)))


def _read(contract: Path) -> Json:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one, where it was built
    return cast("Json", yaml.load(contract.read_bytes(), loader))  # noqa: S506 -- both are safe


def _described(contract: Json) -> Iterator[tuple[str, Operation]]:
    for path, item in cast("Mapping[str, Json]", contract["paths"]).items():
        for method in _METHODS:
            if method in item:
                name = f"{method.upper()} {path}"
                places = enumerate(name.split("/"))
                in_path = tuple((place, step[1:-1]) for place, step in places if step[:1] == "{")
                described = cast("Json", _resolved(item[method], contract))
                yield name, Operation(described, in_path)


def _resolved(node: object, contract: Json) -> object:
    """``node`` with what it refers to in the place of every reference."""
    if isinstance(node, list):
        return [_resolved(item, contract) for item in node]
    if not isinstance(node, dict):
        return node
    beside = {name: _resolved(item, contract) for name, item in node.items() if name != "$ref"}
    if "$ref" not in node:
        return beside
    target = _at(contract, *str(node["$ref"]).removeprefix("#/").split("/"))
    return {**cast("Json", _resolved(target, contract)), **beside}


def _at(node: object, *steps: str) -> Json:
    for step in steps:
        node = cast("Json", node)[step]
    return cast("Json", node)


def _validator(schema: Json) -> Validator:
    return Validator(dict(schema), validate_formats=True)


def _texts_of(texts: Mapping[str, tuple[object, bool]], content_type: str = "") -> _Texts:
    """What an object must be whose values are texts of these schemas, some of them required; and of
    which content type, if of any.
    """
    described = {
        "properties": {name: _of_text(schema) for name, (schema, _) in texts.items()},
        "required": [name for name, (_, is_required) in texts.items() if is_required],
    }
    return _Texts(_validator(described), content_type)


def _of_text(schema: object) -> object:
    """The schema of a text that holds what ``schema`` describes: only integers look different."""
    is_integer = isinstance(schema, dict) and schema.get("type") == "integer"
    return {"type": "string", "pattern": "^[0-9]+$"} if is_integer else schema


def _fault_of_type(headers: Json, wanted: str) -> str:
    kind = str(headers.get("content-type", ""))
    is_right = not wanted or kind.partition(";")[0] == wanted
    return "" if is_right else f"its content type is {kind or 'missing'}"


def _fault(validator: Validator, value: Json) -> str:
    """What is wrong with ``value``; nothing if it is valid."""
    if validator.is_valid(value):
        return ""
    error = next(iter(validator.iter_errors(value)))
    return f"{'/'.join(map(str, error.instance_path)) or 'it'}: {error.message}"
