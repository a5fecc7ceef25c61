"""An operation of an API document: a route, a request model, a response model and a short body.

Sections of a document collect their operations in a ``Section``; ``petcore.api.document`` makes a
Quart app of them.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar, cast

from pydantic import BaseModel

from petcore.services.idempotency import Answer, Call

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

Handler = Callable[[T, M, Call], Awaitable[Answer]]
Register = Callable[[Handler[T, M]], Handler[T, M]]


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """One row of the table that a document comes to.

    ``acts`` says that it may change something, so a HEAD must not run it; ``takes_key`` that an
    idempotency key can be sent with it. The handler's first argument is the document's bundle of
    services.
    """

    id: str
    method: str
    path: str
    request: type[BaseModel]
    response: type[BaseModel]
    status: int
    acts: bool
    takes_key: bool
    handler: Handler[T, BaseModel]

    @property
    def route(self) -> str:
        """Method and path, as an idempotency key is scoped by it."""
        return f"{self.method} {self.path}"

    def call(self, request: BaseModel, key: str | None) -> Call:
        """What a service needs to know of this request beside its content."""
        if key is None:
            return Call(self.route)
        return Call(self.route, key, sha256(request.model_dump_json().encode()).hexdigest())

    def render(self, answer: Mapping[str, object]) -> str:
        """The answer as JSON, checked against the response model."""
        return self.response.model_validate(answer).model_dump_json()


class Section(Generic[T]):
    """The operations of one section of a document, in the order of their definition."""

    def __init__(self) -> None:
        self.operations: list[Operation[T]] = []

    def get(
        self,
        path: str,
        *,
        request: type[M],
        response: type[BaseModel],
        acts: bool = False,
        takes_key: bool = False,
    ) -> Register[T, M]:
        """Register a GET handler; its request model is made of query and path."""
        return self._register(
            "GET", path, request, response, status=200, acts=acts, takes_key=takes_key
        )

    def post(
        self, path: str, *, request: type[M], response: type[BaseModel], status: int = 200
    ) -> Register[T, M]:
        """Register a POST handler; its request model is made of the JSON body."""
        return self._register(
            "POST", path, request, response, status=status, acts=True, takes_key=True
        )

    def _register(
        self,
        method: str,
        path: str,
        request: type[M],
        response: type[BaseModel],
        *,
        status: int,
        acts: bool,
        takes_key: bool,
    ) -> Register[T, M]:
        def register(handler: Handler[T, M]) -> Handler[T, M]:
            # The table holds handlers of all request models; each meets only its own.
            takes_any = cast("Handler[T, BaseModel]", handler)
            id = _camel(handler.__name__)
            self.operations.append(
                Operation(id, method, path, request, response, status, acts, takes_key, takes_any)
            )
            return handler

        return register


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
