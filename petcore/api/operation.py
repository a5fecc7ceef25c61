"""An operation of an API document: a route, a request model, a response model and a short body.

Sections of a document collect their operations in a ``Section``; ``petcore.api.document`` makes a
Quart app of them.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar, cast

from pydantic import BaseModel, TypeAdapter

from petcore.api.told import Told
from petcore.services.idempotency import Answer, Call

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=Answer | AsyncIterator[object])

Handler = Callable[[T, M, Call], Awaitable[R]]
Register = Callable[[Handler[T, M, R]], Handler[T, M, R]]


BODY_MAX = 16 * 1024
"""Bytes of a body where an operation says nothing else: a form with a few short fields."""


class Caller(NamedTuple):
    """Who asks: the user he acts for, None for anybody, and the address he asks from."""

    user_id: str | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """One row of the table that a document comes to.

    ``acts`` says that it may change something, so a HEAD must not run it; ``takes_key`` that an
    idempotency key can be sent with it; ``is_public`` that nobody needs a token for it. A body has
    at most ``body_max`` bytes and ``body_s`` seconds to arrive, and then there are ``deadline_s``
    to answer it; None is what is usual. The handler's first argument is the document's bundle of
    services. Where there are ``events``, it answers by telling them one after the other, and
    ``response`` is what the last of them says. One that ``is_endless`` answers with pictures, one
    after the other, which have no model. ``picture`` is the field of an answer that holds a picture
    (JPEG), for those who would rather have that alone.
    """

    id: str
    method: str
    path: str
    request: type[BaseModel]
    response: type[BaseModel]
    handler: Handler[T, BaseModel, Answer | AsyncIterator[object]]
    status: int = 200
    acts: bool = True
    takes_key: bool = False
    is_public: bool = False
    body_max: int = 0
    body_s: float | None = None
    deadline_s: float | None = None
    events: Mapping[type, Told] = field(default_factory=dict)
    is_endless: bool = False
    picture: str | None = None
    render: Callable[[object], bytes] = field(init=False, repr=False, compare=False)
    """The answer as JSON, checked against the response model."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "render", _renderer(self.response))

    @property
    def route(self) -> str:
        """Method and path, as an idempotency key is scoped by it."""
        return f"{self.method} {self.path}"

    def call(self, request: BaseModel, key: str | None, caller: Caller) -> Call:
        """What a service needs to know of this request beside its content."""
        if key is None:
            return _keyless(self.method, self.path, caller)
        fingerprint = sha256(request.model_dump_json().encode()).hexdigest()
        return Call(self.route, key, fingerprint, caller.user_id, caller.address)

    def tell(self, event: object) -> list[bytes]:
        """The event as it is sent, part by part, checked against its model."""
        return self.events[type(event)].render(event)


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
        is_public: bool = False,
        picture: str | None = None,
    ) -> Register[T, M, Answer]:
        """Register a GET handler; its request model is made of query and path."""
        row: partial[Operation[T]] = partial(
            Operation,
            method="GET",
            path=path,
            request=request,
            response=response,
            acts=acts,
            takes_key=takes_key,
            is_public=is_public,
            picture=picture,
        )
        return self._register(row)

    def show(self, path: str, *, request: type[M]) -> Register[T, M, AsyncGenerator[bytes, None]]:
        """Register a GET handler that answers with pictures (JPEG) for as long as somebody watches.
        What goes wrong before the first of them is told as everywhere; a HEAD opens nothing.
        """
        row: partial[Operation[T]] = partial(
            Operation,
            method="GET",
            path=path,
            request=request,
            response=BaseModel,
            acts=False,
            is_endless=True,
        )
        return self._register(row)

    def delete(
        self, path: str, *, request: type[M], response: type[BaseModel]
    ) -> Register[T, M, Answer]:
        """Register a DELETE handler; its request model is made of query and path. What is gone can
        be deleted again, so it needs no key.
        """
        row: partial[Operation[T]] = partial(
            Operation, method="DELETE", path=path, request=request, response=response
        )
        return self._register(row)

    def post(
        self,
        path: str,
        *,
        request: type[M],
        response: type[BaseModel],
        status: int = 200,
        takes_key: bool = True,
        is_public: bool = False,
        body_max: int = BODY_MAX,
        body_s: float | None = None,
        deadline_s: float | None = None,
    ) -> Register[T, M, Answer]:
        """Register a POST handler; its request model is made of the JSON body."""
        row: partial[Operation[T]] = partial(
            Operation,
            method="POST",
            path=path,
            request=request,
            response=response,
            status=status,
            takes_key=takes_key,
            is_public=is_public,
            body_max=body_max,
            body_s=body_s,
            deadline_s=deadline_s,
        )
        return self._register(row)

    def stream(
        self,
        path: str,
        *,
        request: type[M],
        events: tuple[Told, ...],
        body_max: int = BODY_MAX,
        body_s: float | None = None,
        deadline_s: float | None = None,
    ) -> Register[T, M, AsyncIterator[object]]:
        """Register a POST handler that answers with ``events`` while they happen, each of a class
        of its own. What goes wrong before the first of them is told as everywhere.
        """
        row: partial[Operation[T]] = partial(
            Operation,
            method="POST",
            path=path,
            request=request,
            response=events[-1].model,
            takes_key=True,
            body_max=body_max,
            body_s=body_s,
            deadline_s=deadline_s,
            events={told.kind: told for told in events},
        )
        return self._register(row)

    def _register(self, row: "partial[Operation[T]]") -> Register[T, M, R]:
        def register(handler: Handler[T, M, R]) -> Handler[T, M, R]:
            # The table holds handlers of all request models; each meets only its own.
            takes_any = cast("Handler[T, BaseModel, R]", handler)
            self.operations.append(row(id=_camel(handler.__name__), handler=takes_any))
            return handler

        return register


def _renderer(response: type[BaseModel]) -> Callable[[object], bytes]:
    """What checks an answer against the model and writes it as JSON: the core of pydantic, which
    the methods of a model ask, too, but later.
    """
    adapter = TypeAdapter(response)
    check, write = adapter.validator.validate_python, adapter.serializer.to_json

    def render(answer: object) -> bytes:
        return write(check(answer))

    return render


@lru_cache(maxsize=1024)
def _keyless(method: str, path: str, caller: Caller) -> Call:
    """Devices ask the same again and again."""
    return Call(f"{method} {path}", None, "", caller.user_id, caller.address)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
