"""A token for every request, so that the gates can ask a locked server what they ask an open one.

The gates speak for many users and a token for one, so each request gets the token of the user for
whom it must be meant: who is named in it, or who owns what is named in it. Where it names nobody,
or cannot be read, it is that of some user; such a request must not fare better for it. Not here:
what a server does without a token or with a wrong one; see ``test_door.py``.
"""

import json
from contextlib import suppress
from urllib.parse import parse_qsl

from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveCallable,
    ASGISendCallable,
    HTTPScope,
    Scope,
)

from petcore.errors import BadInput, StoreUnavailable
from petcore.ports.store import Collection, Query
from petcore.services import Services
from petcore.services.desktop_pet.collections import (
    BREAK_PROMPTS,
    FOCUS_SESSIONS,
    POMODORO_SESSIONS,
)
from petcore.services.outbox import Document
from tests.contracts.bodies import again, whole
from tests.contracts.contract import Json, contract

SOMEBODY = "somebody"
_OWNED: tuple[tuple[str, Collection[Document]], ...] = (
    ("session_id", FOCUS_SESSIONS),
    ("session_id", POMODORO_SESSIONS),
    ("prompt_id", BREAK_PROMPTS),
)
_IN_PATH = "/api/stress/report/"


class Tokens:
    """``app``, with a valid token in every request that has none. ``devices`` are the names of
    those that were added for it.
    """

    def __init__(self, app: ASGIFramework, services: Services) -> None:
        self.app = app
        self._services = services
        self._tokens: dict[str, str] = {}
        self._users = contract("desktop_pet").validator({"$ref": "#/components/schemas/UserId"})
        self.devices: set[str] = set()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or any(name == b"authorization" for name, _ in scope["headers"]):
            return await self.app(scope, receive, send)
        body = await whole(receive)
        token = await self.of(await self._meant(_named(scope, body)))
        bearer = (b"authorization", b"Bearer " + token.encode())
        scope = {**scope, "headers": [*scope["headers"], bearer]}
        await self.app(scope, again(body, receive), send)

    async def of(self, user: str) -> str:
        """A token of the user, or of somebody if he is one who cannot have a device."""
        if user not in self._tokens:
            name = f"gate {len(self._tokens)}"
            try:
                issued = await self._services.platform.devices.add(name, user)
            except BadInput:
                return await self.of(SOMEBODY)
            self._tokens[user] = issued.token
            self.devices.add(name)
        return self._tokens[user]

    async def _meant(self, named: Json) -> str:
        user = named.get("user_id")
        if _is_text(user) and self._users.is_valid(user):
            return str(user)
        for name, collection in _OWNED:
            if _is_text(named.get(name)):
                owner = await self._owner(collection, name, named[name].lower())
                if owner is not None:
                    return owner
        return SOMEBODY

    async def _owner(self, collection: Collection[Document], name: str, id: str) -> str | None:
        try:
            found = await self._services.store.find(Query(collection, {name: id}))
        except StoreUnavailable:
            return None
        return str(found[0]["user_id"]) if found else None


def _named(scope: HTTPScope, body: bytes) -> Json:
    """Whom and what a request names; nothing if it cannot be read."""
    named: Json = {}
    if scope["path"].startswith(_IN_PATH):
        named["session_id"] = scope["path"].removeprefix(_IN_PATH)
    with suppress(ValueError):
        named |= parse_qsl(scope["query_string"].decode("ascii"), errors="strict")
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return named
    return {**named, **sent} if isinstance(sent, dict) else named


def _is_text(value: object) -> bool:
    """Whether it is a string that a store can be asked for."""
    try:
        return isinstance(value, str) and "\0" not in value and bool(value.encode())
    except UnicodeEncodeError:
        return False
