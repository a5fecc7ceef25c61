"""What is said between petcore and Gemini: a dialog out, a turn of the model in.

Not here: how it travels and fails (``language_gemini_client``), and what is done with a turn
(``language_gemini``).

* The SDK takes many answers for good that are none: no candidate, a strange shape, a block. So
  every turn is judged at its end.
* A turn is read by a task of its own, which is cancelled where it waits for the network: the SDK's
  iterators are nested, and one that is dropped between two chunks would end some time later.
* What came is sent back as it came, signatures and all: the model asks for that.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from google.genai import types

from petcore.adapters.language_gemini_client import FAILURES, Failure
from petcore.adapters.network_service import Refused, encodable
from petcore.adapters.patience import TryAgain
from petcore.ports.language import Line, Talk, ToolCall

TOKENS_MAX = 8_192
"""What a turn may cost, the model's thoughts included."""

_HELD_MAX = 256
_ROLES = {"user": "user", "assistant": "model"}

_Reason = types.FinishReason
_ENDS = (_Reason.STOP, _Reason.MAX_TOKENS, _Reason.CONTINUATION)
_STUMBLES = {
    _Reason.MALFORMED_FUNCTION_CALL: "it could not spell a call of a tool",
    _Reason.MALFORMED_RESPONSE: "it could not spell its answer",
    _Reason.UNEXPECTED_TOOL_CALL: "it called a tool that it was not offered",
    _Reason.OTHER: "it stopped and did not say why",
}

Chunk = types.GenerateContentResponse
Chunks = AbstractAsyncContextManager[AsyncIterator[Chunk]]


class Dialog:
    """What Gemini is sent. ``contents`` grow with each turn."""

    def __init__(self, talk: Talk) -> None:
        said = (*talk.lines, Line("user", talk.transcript))
        self.contents = [_content(line) for line in said if line.content]
        self._config = types.GenerateContentConfig(
            system_instruction=encodable(talk.system_prompt) or None,
            tools=_tools(talk),
            max_output_tokens=TOKENS_MAX,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            automatic_continuation=False,
        )

    def config(self, *, may_call: bool) -> types.GenerateContentConfig:
        """How the next turn is to be; one that may not call has to end in words."""
        if may_call or not self._config.tools:
            return self._config
        mode = types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.NONE)
        update = {"tool_config": types.ToolConfig(function_calling_config=mode)}
        return self._config.model_copy(update=update)

    def add(self, turn: "Turn", results: Sequence[Mapping[str, object]]) -> None:
        """A turn as it came, and what its calls gave, in their order."""
        answers = [
            types.Part(
                function_response=types.FunctionResponse(
                    id=call.id, name=call.name, response=dict(result)
                )
            )
            for call, result in zip(turn.calls, results, strict=True)
        ]
        self.contents.append(types.Content(role="model", parts=turn.parts))
        self.contents.append(types.Content(role="user", parts=answers))


class Turn:
    """A turn of the model as it comes. Its methods raise any of ``FAILURES``."""

    def __init__(self, chunks: Chunks) -> None:
        self.parts: list[types.Part] = []
        """All that came so far, as it came."""
        self.opening = ""
        """The text up to its first visible piece, once that was read."""
        self._reading = _Reading(chunks)
        self._candidates = 0
        self._end: types.FinishReason | None = None
        self._is_blocked = False

    @property
    def calls(self) -> list[types.FunctionCall]:
        """The calls of tools among the parts."""
        return [part.function_call for part in self.parts if part.function_call is not None]

    async def open(self, *, is_more_wanted: bool) -> None:
        """Read the ``opening``; it is "" if the turn ends without one, which is no failure if it
        calls tools, or if no more is wanted than was said before.
        """
        begun = ""
        while not begun.strip():
            if not (piece := await self.text()):
                if is_more_wanted and not self.calls:
                    raise TryAgain("its answer is empty")
                return
            begun += piece
        self.opening = begun

    async def text(self) -> str:
        """The next piece of text; "" at the end."""
        while (chunk := await self._reading.next()) is not None:
            if text := self._taken(chunk):
                return text
        self._judge_end()
        return ""

    async def close(self) -> None:
        """Read no more of it."""
        await self._reading.close()

    def _taken(self, chunk: Chunk) -> str:
        """Keep what a chunk holds; give its text."""
        feedback = chunk.prompt_feedback
        self._is_blocked = self._is_blocked or bool(feedback and feedback.block_reason)
        candidate = chunk.candidates[0] if chunk.candidates else None
        if candidate is None:
            return ""
        self._candidates += 1
        self._end = candidate.finish_reason or self._end
        parts = (candidate.content and candidate.content.parts) or []
        self.parts += parts
        return encodable("".join(part.text or "" for part in parts if not part.thought))

    def _judge_end(self) -> None:
        """Raise what is wrong with the turn as a whole."""
        if self._is_blocked:
            raise Refused("it blocked what was said")
        if not self._candidates:
            raise TryAgain("its answer has no candidate")
        if self._end is None:
            what = "ended in the middle" if self.parts else "has a strange shape"
            raise TryAgain(f"its answer {what}")
        if self._end in _STUMBLES:
            raise TryAgain(_STUMBLES[self._end])
        if self._end not in _ENDS:
            raise Refused("it withheld its answer")
        if self._end is not _Reason.STOP and not (self.opening or self.calls):
            raise Refused("it used all its tokens and said nothing")


class _Reading:
    """Chunks, fetched by a task."""

    def __init__(self, chunks: Chunks) -> None:
        self._come: asyncio.Queue[Chunk | Failure | None] = asyncio.Queue(_HELD_MAX)
        self._task = asyncio.create_task(self._read(chunks))

    async def _read(self, chunks: Chunks) -> None:
        end: Failure | None = None
        try:
            async with chunks as stream:
                async for chunk in stream:
                    await self._come.put(chunk)
        except FAILURES as failure:
            end = failure
        await self._come.put(end)

    async def next(self) -> Chunk | None:
        come = await self._come.get()
        if isinstance(come, Exception):
            raise come
        return come

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])


def wish(call: types.FunctionCall) -> ToolCall:
    """What the model wants to be done, in the port's words."""
    return ToolCall(call.name or "", call.args or {})


def _content(line: Line) -> types.Content:
    part = types.Part(text=encodable(line.content))
    return types.Content(role=_ROLES[line.role], parts=[part])


def _tools(talk: Talk) -> types.ToolListUnion | None:
    if not talk.tools:
        return None
    declarations = [
        types.FunctionDeclaration(
            name=tool.name,
            description=tool.description,
            parameters_json_schema=dict(tool.parameters),
        )
        for tool in talk.tools
    ]
    return [types.Tool(function_declarations=declarations)]
