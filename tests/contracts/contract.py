"""The contracts as the gates read them: operations, schemas, validators.

Here: reading the files. Not here: any opinion about them, or about the server.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

Json = dict[str, Any]
Validator = jsonschema_rs.Draft202012Validator

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
NAMES = ("desktop_pet", "platform")
METHODS = ("get", "post", "put", "patch", "delete")
JSON_TYPE = "application/json"
EVENTS_TYPE = "text/event-stream"
PARTS_TYPE = "multipart/x-mixed-replace"
JPEG_TYPE = "image/jpeg"


@dataclass(frozen=True, eq=False)
class Promise:
    """One operation as its contract describes it; references to components are resolved."""

    id: str
    method: str
    path: str
    parameters: tuple[Json, ...]
    request: Json | None
    responses: dict[int, Json]
    is_public: bool

    @property
    def success(self) -> int:
        """The one status of success."""
        (status,) = (status for status in self.responses if status < 300)
        return status

    @property
    def takes_key(self) -> bool:
        """Whether it takes an ``Idempotency-Key``, so whether it changes what others see."""
        return any(parameter["name"] == "Idempotency-Key" for parameter in self.parameters)


@dataclass(frozen=True, eq=False)
class Contract:
    """One contract file, without the operations that are planned only."""

    name: str
    document: Json
    promises: tuple[Promise, ...]
    planned: frozenset[str]

    def resolved(self, node: Json) -> Json:
        """What ``node`` refers to, or itself."""
        while "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def validator(self, schema: Json) -> Validator:
        """A validator of a schema that stands in this contract."""
        return Validator(
            {"allOf": [schema], "components": self.document["components"]}, validate_formats=True
        )


@cache
def contract(name: str) -> Contract:
    """The contract ``contracts/<name>.openapi.yaml``."""
    path = CONTRACTS / f"{name}.openapi.yaml"
    document: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    planned = frozenset(json.loads((CONTRACTS / "planned.json").read_bytes()).get(name, ()))
    empty = Contract(name, document, (), planned)
    promises = tuple(promise for promise in _promises(empty) if promise.id not in planned)
    return Contract(name, document, promises, planned)


def facts() -> Json:
    """What the document of the Desktop Pet Backend says."""
    said: Json = json.loads((CONTRACTS / "facts" / "desktop_pet.json").read_bytes())
    return said


def _promises(empty: Contract) -> Iterator[Promise]:
    for path, item in empty.document["paths"].items():
        for method in METHODS:
            if method in item:
                yield _promise(empty, path, method.upper(), item[method])


def _promise(empty: Contract, path: str, method: str, operation: Json) -> Promise:
    body = operation.get("requestBody")
    return Promise(
        id=operation["operationId"],
        method=method,
        path=path,
        parameters=tuple(empty.resolved(each) for each in operation.get("parameters", ())),
        request=body and body["content"],
        responses={
            int(status): empty.resolved(answer) for status, answer in operation["responses"].items()
        },
        is_public=operation.get("security", empty.document["security"]) == [],
    )
