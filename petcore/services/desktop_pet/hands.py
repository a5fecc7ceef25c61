"""What the pet does in one turn: tools that its language asks for, used for its user.

What acts does so under a key made of the key of the turn, the tool and its arguments, so that a
turn which is asked for again does nothing twice. A tool that refuses tells the language why; a
store that fails ends the turn.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import cast

from petcore.errors import BadInput, LanguageFailed, NotFound, WrongState
from petcore.ports.language import ToolCall
from petcore.services.desktop_pet.told import Did, Tell
from petcore.services.desktop_pet.tool_arguments import Arguments, parse, shown
from petcore.services.desktop_pet.tools import BY_NAME, Row, Tools
from petcore.services.idempotency import Answer, Call

USES_MAX = 8
"""Tools that are used in one turn, at most."""
_PATIENCE = 2 * USES_MAX
_REFUSALS = (BadInput, NotFound, WrongState)


@dataclass(frozen=True, slots=True)
class Deed:
    """A tool that changed something; ``result`` is what it answered to the language."""

    tool: str
    arguments: Mapping[str, object]
    result: Mapping[str, object]


class Hands:
    """Uses ``tools`` for a user, in the turn that ``call`` asks for, and tells it to ``tell``.
    While they are ``busy`` the turn must not be given up: what they do would not be said.
    """

    def __init__(self, tools: Tools, user_id: str, call: Call, tell: Tell) -> None:
        self._tools = tools
        self._call = replace(call, user_id=user_id)
        self._tell = tell
        self._uses = 0
        self._wishes = _Wishes()
        self.busy = asyncio.Lock()
        self.actions: list[Answer] = []
        self.deeds: list[Deed] = []

    async def act(self, asked: ToolCall) -> Answer:
        """Use a tool: the ``Act`` of a language. Raises ``LanguageFailed`` if it does not stop."""
        self._uses += 1
        if self._uses > _PATIENCE:
            raise LanguageFailed("the language does not stop using tools")
        row = BY_NAME.get(asked.name)
        if self._uses > USES_MAX:
            return _refused("no more tools can be used in this turn")
        if row is None:
            return _refused("there is no such tool")
        async with self.busy:
            result = await self._use(row, asked.arguments)
            if row.acts:
                self._note(row, asked.arguments, result)
        return result

    async def _use(self, row: Row[Arguments], arguments: Mapping[str, object]) -> Answer:
        try:
            wanted = parse(row.arguments, arguments)
            call = self._own_call(row, wanted)
            return {"ok": True, **cast("Answer", _plain(await row.use(self._tools, wanted, call)))}
        except _REFUSALS as error:
            return _refused(error.message)

    def _own_call(self, row: Row[Arguments], wanted: Arguments) -> Call:
        """The call of a tool in the turn; what only reads needs no key. The route of the turn is no
        part of it: whose stream is cut off may ask again by a message.
        """
        key = self._call.key
        if key is not None and row.acts:
            wish = self._wishes.named(row.name, wanted)
            key = sha256(json.dumps([key, wish]).encode()).hexdigest()
        return replace(self._call, route=f"chat {row.name}", key=key, fingerprint="")

    def _note(self, row: Row[Arguments], arguments: Mapping[str, object], result: Answer) -> None:
        given = shown(row.arguments, arguments)
        rest = {name: value for name, value in result.items() if name not in ("ok", "error")}
        if result["ok"]:
            self.deeds.append(Deed(row.name, given, result))
        action = {
            "name": row.name,
            "arguments": given,
            "ok": result["ok"],
            "error": result.get("error"),
            "result": rest or None,
        }
        self.actions.append(action)
        self._tell(Did(action))


class _Wishes:
    """Tells the wishes of a turn apart: the same tool with the same arguments is the same wish
    again, unless something else was done in between. To stop, to start and to stop are three.
    """

    def __init__(self) -> None:
        self._latest = ""
        self._times: Counter[str] = Counter()

    def named(self, tool: str, wanted: Arguments) -> str:
        """A name for the wish that is the same whenever the turn is asked for again."""
        wish = f"{tool} {wanted.model_dump_json()}"
        if wish != self._latest:
            self._times[wish] += 1
            self._latest = wish
        return f"{wish} {self._times[wish]}"


def _refused(error: str) -> Answer:
    return {"ok": False, "error": error}


def _plain(value: object) -> object:
    """The same in values of JSON."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value
