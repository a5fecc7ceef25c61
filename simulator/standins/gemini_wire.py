"""What stands on the wire of Gemini: requests read, answers and errors written.

Here: shapes. Not here: who answers what (``gemini``).
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, Field, JsonValue
from pydantic.alias_generators import to_camel

from simulator.standins.server import Reply

SIGNATURE = b64encode(b"signed by the stand-in \xff\xfe").decode()
"""What stands beside every call of a tool, and has to come back with it."""

WORDS = "words of the service that nobody may repeat"
"""What every error says."""

_JSON = {"Content-Type": "application/json; charset=UTF-8"}
_EVENTS = {"Content-Type": "text/event-stream"}

Json = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Called:
    """A tool that the model calls."""

    name: str
    arguments: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thought:
    """What the model thinks, which is no part of its answer."""

    text: str


Part = str | Called | Thought


class _Sent(BaseModel, alias_generator=to_camel, populate_by_name=True):
    """An object of a request. What nobody looks at may stand there, too. Names may be spelt both
    ways, as the service allows and the SDK does.
    """


class SentCall(_Sent):
    """A call that the model made before."""

    name: str
    args: Json = Field(default_factory=dict)


class SentResponse(_Sent):
    """What a tool gave."""

    name: str
    response: Json


class SentPart(_Sent):
    """A part of what somebody said; one of these, but for the signature."""

    text: str | None = None
    function_call: SentCall | None = None
    function_response: SentResponse | None = None
    thought_signature: str | None = None


class SentContent(_Sent):
    """What somebody said."""

    role: str = "user"
    parts: list[SentPart] = Field(min_length=1)

    @property
    def text(self) -> str:
        """The words of it."""
        return "".join(part.text or "" for part in self.parts)

    @property
    def responses(self) -> list[SentResponse]:
        """What the tools gave."""
        return [part.function_response for part in self.parts if part.function_response]


class SentDeclaration(_Sent):
    """A tool that the model may call."""

    name: str
    description: str
    parameters_json_schema: Json


class SentTool(_Sent):
    """A list of them."""

    function_declarations: list[SentDeclaration]


class Request(_Sent):
    """The body of a request."""

    contents: list[SentContent] = Field(min_length=1)
    system_instruction: SentContent | None = None
    tools: list[SentTool] = Field(default_factory=list)
    tool_config: Json = Field(default_factory=dict)
    generation_config: Json = Field(default_factory=dict)

    @property
    def declarations(self) -> list[SentDeclaration]:
        """The tools that are offered."""
        return [each for tool in self.tools for each in tool.function_declarations]


def said(is_stream: bool, parts: Sequence[Part], end: str | None = "STOP") -> Reply:
    """An answer, one event for each part if it is a stream."""
    written = [written_part(part) for part in parts]
    if not is_stream:
        return told(is_stream, answer(written, end))
    return told(is_stream, *(answer([part]) for part in written[:-1]), answer(written[-1:], end))


def told(is_stream: bool, *answers: JsonValue) -> Reply:
    """Objects, whatever they are: the events of a stream, or one that is whole."""
    if is_stream:
        return Reply(headers=_EVENTS, pieces=tuple(map(event, answers)))
    return Reply(headers=_JSON, pieces=(json.dumps(answers[-1]).encode(),), is_chunked=False)


def event(answer: JsonValue) -> bytes:
    """An object as a stream has it."""
    return b"data: " + json.dumps(answer).encode() + b"\r\n\r\n"


def answer(parts: Sequence[Json], end: str | None = None) -> Json:
    """The object of an answer, or of a piece of one."""
    candidate: Json = {"content": {"role": "model", "parts": [*parts]}, "index": 0}
    if end is not None:
        candidate["finishReason"] = end
    return {"candidates": [candidate]}


def written_part(part: Part) -> Json:
    """A part of an answer."""
    match part:
        case str():
            return {"text": part}
        case Thought(text):
            return {"text": text, "thought": True}
        case Called(name, arguments):
            call: Json = {"name": name, "args": arguments}
            return {"functionCall": call, "thoughtSignature": SIGNATURE}


def refusal(
    status: int, name: str, *details: Json, headers: Mapping[str, str] | None = None
) -> Reply:
    """An error as the service writes it."""
    body = json.dumps(error(status, name, *details)).encode()
    return Reply(status, {**_JSON, **(headers or {})}, (body,), is_chunked=False)


def error(status: int, name: str, *details: Json) -> Json:
    """The object that says what went wrong."""
    told: Json = {"code": status, "message": WORDS, "status": name, "details": [*details]}
    return {"error": told}


def detail(kind: str, **said: JsonValue) -> Json:
    """What stands beside the words of an error."""
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **said}
