"""Gemini's stand-in on the wire, without any SDK: what it answers, and what it lets pass."""

import json
from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

import httpx
import pytest

from simulator.standins.gemini import FAULTS, KEY, MODELS, Asked, Gemini
from simulator.standins.gemini_wire import SIGNATURE, WORDS, Called, Part, Thought
from simulator.standins.server import StandIn
from tests.adapters.patient import Pauses, at_once
from tests.simulator.standins.client import a_client

STREAM, WHOLE = "streamGenerateContent?alt=sse", "generateContent"
PATH = f"/v1beta/models/{MODELS[0]}:"
HELLO = {"contents": [{"role": "user", "parts": [{"text": "hello there"}]}]}
CALL = {"functionCall": {"name": "start_timer", "args": {}}, "thoughtSignature": SIGNATURE}
RESULT = {"functionResponse": {"name": "start_timer", "response": {"seconds": 60}}}


class Error(TypedDict):
    """What an error says."""

    code: int
    status: str
    message: str
    details: list[Mapping[str, str]]


class Candidate(TypedDict, total=False):
    """An answer, or a piece of one."""

    content: Mapping[str, Sequence[Mapping[str, object]]]
    finishReason: str


class Told(TypedDict, total=False):
    """An object that it answers."""

    candidates: list[Candidate]
    usageMetadata: Mapping[str, int]
    modelVersion: str
    error: Error


def said(role: str, *parts: Mapping[str, object]) -> Mapping[str, object]:
    """A content."""
    return {"role": role, "parts": parts}


async def ask(
    gemini: Gemini,
    body: Mapping[str, object],
    method: str = WHOLE,
    key: str | None = KEY,
    path: str = PATH,
) -> httpx.Response:
    """What is answered."""
    headers = {} if key is None else {"x-goog-api-key": key}
    async with StandIn(gemini, at_once) as stand_in, a_client() as client:
        return await client.post(f"{stand_in.url}{path}{method}", json=body, headers=headers)


def told(text: str) -> Told:
    """The object in a text."""
    return cast("Told", json.loads(text))


def events(response: httpx.Response) -> list[Told]:
    """The objects of a stream."""
    assert response.headers["content-type"] == "text/event-stream"
    lines = response.text.split("\r\n\r\n")
    assert lines.pop() == ""
    return [told(line.removeprefix("data: ")) for line in lines]


def parts(answer: Told) -> Sequence[Mapping[str, object]]:
    """The parts of its only candidate."""
    (candidate,) = answer["candidates"]
    return candidate["content"]["parts"]


def by_timer(asked: Asked) -> Sequence[Part]:
    """A script that calls a tool, and answers from its result."""
    if asked.results:
        return (f"It runs for {asked.results[0]['seconds']} s.",)
    return (Thought("A timer."), Called("start_timer"))


@pytest.mark.asyncio
async def test_a_whole_answer() -> None:
    """One object: the text, why it ends, what it cost."""
    response = await ask(Gemini(), {**HELLO, "systemInstruction": {"parts": [{"text": "Be"}]}})
    answer = told(response.text)
    assert response.status_code == 200
    assert parts(answer)[0] == {"text": "What was that?", "thought": True}
    assert "".join(str(part["text"]) for part in parts(answer)[1:]) == "You said: hello there."
    assert answer["candidates"][0]["finishReason"] == "STOP"
    assert answer["modelVersion"] == MODELS[0]
    usage = answer["usageMetadata"]
    assert usage["promptTokenCount"] == 3
    assert usage["totalTokenCount"] == 3 + usage["candidatesTokenCount"]


@pytest.mark.asyncio
async def test_a_stream() -> None:
    """An event for each part; only the last says why it ends and what it cost."""
    *begun, last = events(await ask(Gemini(), HELLO, STREAM))
    texts = [part.get("text") for answer in (*begun, last) for part in parts(answer)]
    assert texts == ["What was that?", "You said: ", "hello there", "."]
    assert not any("finishReason" in answer["candidates"][0] for answer in begun)
    assert not any("usageMetadata" in answer for answer in begun)
    assert last["candidates"][0]["finishReason"] == "STOP"
    assert last["usageMetadata"]["totalTokenCount"] > 2


@pytest.mark.asyncio
@pytest.mark.parametrize("signature", [SIGNATURE, SIGNATURE.translate(str.maketrans("+/", "-_"))])
async def test_a_tool_is_called_and_answered(signature: str) -> None:
    """The call is signed; sent back with its result it leads to an answer."""
    gemini = Gemini(by_timer)
    (_, call) = parts(told((await ask(gemini, HELLO)).text))
    assert call == CALL
    back = {**CALL, "thoughtSignature": signature}
    contents = [*HELLO["contents"], said("model", back), said("user", RESULT)]
    response = await ask(gemini, {"contents": contents})
    assert parts(told(response.text)) == [{"text": "It runs for 60 s."}]
    assert [asked.text for asked in gemini.asked] == ["hello there"] * 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("key", "status", "name", "reason"),
    [
        (None, 403, "PERMISSION_DENIED", None),
        ("another", 400, "INVALID_ARGUMENT", "API_KEY_INVALID"),
    ],
)
async def test_the_key_is_asked_for(
    key: str | None, status: int, name: str, reason: str | None
) -> None:
    """In its header; without it nothing is understood."""
    gemini = Gemini()
    response = await ask(gemini, HELLO, key=key)
    error = told(response.text)["error"]
    assert (response.status_code, error["code"], error["status"]) == (status, status, name)
    assert [detail.get("reason") for detail in error["details"]] == ([reason] if reason else [])
    assert error["message"] == WORDS
    assert gemini.asked == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/v1beta/models/gemini-3-pro-preview:", WHOLE),
        (PATH.replace("v1beta", "v1"), WHOLE),
        (PATH, "streamGenerateContent"),
        (PATH, "countTokens"),
        ("/", ""),
    ],
)
async def test_what_is_not_there(path: str, method: str) -> None:
    """A model of long ago, another version, a stream that is none."""
    assert (await ask(Gemini(), HELLO, method, path=path)).status_code == 404


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "contents",
    [
        [],
        [{"role": "user", "parts": []}],
        [said("user", {"text": 5})],
        [said("user", {"text": "a"}), said("model", {"text": "b"})],
        [said("model", CALL), said("user", {"text": "never mind"})],
        [said("model", CALL, CALL), said("user", RESULT)],
        [said("user", RESULT)],
        [said("model", {"functionCall": CALL["functionCall"]}), said("user", RESULT)],
        [said("model", {**CALL, "thoughtSignature": "b3VycyE="}), said("user", RESULT)],
    ],
)
async def test_what_does_not_fit(contents: list[Mapping[str, object]]) -> None:
    """Nothing said, not the user's turn, a call without its answer or its signature."""
    response = await ask(Gemini(), {"contents": contents})
    assert response.status_code == 400
    assert told(response.text)["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.asyncio
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("method", [STREAM, WHOLE])
async def test_a_fault_spoils_the_answer(name: str, method: str) -> None:
    """What comes is not what would have come, or not when; and it passes after its times."""
    body = {**HELLO, "tools": [{"functionDeclarations": [TIMER]}]}
    good, spoilt, later = Gemini(by_timer), Gemini(by_timer, FAULTS[name], 1), Pauses()
    async with a_client() as client, StandIn(spoilt, later) as stand_in:
        answers = [await _outcome(client, f"{stand_in.url}{PATH}{method}", body) for _ in range(2)]
    expected = (200, (await ask(good, body, method)).content)
    assert answers[0] != expected or later.asked
    assert answers[1] == expected


TIMER = {"name": "start_timer", "description": "Starts it.", "parametersJsonSchema": {}}


async def _outcome(
    client: httpx.AsyncClient, url: str, body: Mapping[str, object]
) -> tuple[int, bytes]:
    """What came; nothing, if it did not come to its end."""
    try:
        response = await client.post(url, json=body, headers={"x-goog-api-key": KEY})
    except httpx.RemoteProtocolError:
        return 0, b""
    return response.status_code, response.content
