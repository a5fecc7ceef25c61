"""Gemini as it speaks on the wire: whole answers and streams, told by a script, well or badly.

Here: what is asked and answered over HTTP. Not here: HTTP itself (``server``), and
the shapes on the wire (``gemini_wire``).

Of the real one's manners it has those that a client can get wrong: the key stands in a header, a
model has to exist, what the model called is answered call by call, and its signatures come back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from pydantic import JsonValue, ValidationError

from simulator.standins.gemini_wire import (
    SIGNATURE,
    Called,
    Json,
    Part,
    Request,
    SentCall,
    SentContent,
    SentPart,
    Thought,
    answer,
    detail,
    error,
    event,
    refusal,
    said,
    told,
    written_part,
)
from simulator.standins.server import HUNG_UP, Received, Reply

KEY = "standin-gemini-key"
MODELS = ("gemini-3.8-flash", "gemini-3.1-pro-preview")

_STREAM = "streamGenerateContent"
_WHOLE = "generateContent"
_PREFIX = "/v1beta/models/"
_KEY_HEADER = "x-goog-api-key"
_BAD_KEY = detail("ErrorInfo", reason="API_KEY_INVALID", domain="googleapis.com")
_HTML = (b"<!DOCTYPE html><html><body>Something is ", b"wrong on the way.</body></html>")
_LATE_S = 60.0
_WORD_S = 0.2


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was understood. ``text`` is what the user said last, ``results`` what the
    tools gave since then, in the order of the calls.
    """

    model: str
    is_stream: bool
    request: Request
    text: str
    results: tuple[Json, ...]


Script = Callable[[Asked], Sequence[Part]]
"""What the model answers, part by part."""

Spoil = Callable[[Asked, Reply], Reply]
"""What becomes of a good answer."""


class Unfit(Exception):
    """A request that is refused."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def talkative(asked: Asked) -> Sequence[Part]:
    """The script of who says a word about everything and does nothing."""
    return (Thought("What was that?"), "You said: ", asked.text, ".")


class Gemini:
    """Answers a ``StandIn``'s requests by ``script``, the first ``times`` of them spoilt."""

    def __init__(
        self,
        script: Script = talkative,
        spoil: Spoil | None = None,
        times: float = float("inf"),
        models: Sequence[str] = MODELS,
    ) -> None:
        self.asked: list[Asked] = []
        """The requests that were understood, spoilt or not."""
        self._script = script
        self._spoil = spoil
        self._times = times
        self._models = models

    def __call__(self, received: Received) -> Reply:
        """The answer to a request."""
        try:
            asked = self._understood(received)
        except Unfit as unfit:
            return unfit.reply
        self.asked.append(asked)
        reply = _counted(asked, self._script(asked))
        if self._spoil is None or len(self.asked) > self._times:
            return reply
        return self._spoil(asked, reply)

    def _understood(self, received: Received) -> Asked:
        key = received.headers.get(_KEY_HEADER)
        if key is None:
            raise Unfit(refusal(403, "PERMISSION_DENIED"))
        if key != KEY:
            raise Unfit(refusal(400, "INVALID_ARGUMENT", _BAD_KEY))
        model, _, method = received.path.removeprefix(_PREFIX).partition(":")
        is_stream = method == _STREAM and received.query == "alt=sse"
        is_known = received.path.startswith(_PREFIX) and (is_stream or method == _WHOLE)
        if received.method != "POST" or not is_known:
            raise Unfit(_page(404))
        if model not in self._models:
            raise Unfit(refusal(404, "NOT_FOUND"))
        try:
            request = Request.model_validate_json(received.body)
        except ValidationError:
            raise Unfit(refusal(400, "INVALID_ARGUMENT")) from None
        return Asked(model, is_stream, request, *_last_said(request.contents))


def _last_said(contents: Sequence[SentContent]) -> tuple[str, tuple[Json, ...]]:
    """What the user said last, and what the tools gave since. Raises ``Unfit`` unless calls are
    signed and answered at once, and the user has the last word.
    """
    text = ""
    results: list[Json] = []
    called: list[str] = []
    for content in contents:
        if [response.name for response in content.responses] != called:
            raise Unfit(refusal(400, "INVALID_ARGUMENT"))
        called = [_signed(part, part.function_call) for part in content.parts if part.function_call]
        if content.role == "user" and not content.responses:
            text, results = content.text, []
        results += [response.response for response in content.responses]
    if contents[-1].role != "user":
        raise Unfit(refusal(400, "INVALID_ARGUMENT"))
    return text, tuple(results)


def _signed(part: SentPart, call: SentCall) -> str:
    if not _is_ours(part.thought_signature or ""):
        raise Unfit(refusal(400, "INVALID_ARGUMENT"))
    return call.name


def _is_ours(signature: str) -> bool:
    """Whether it is the signature that we gave; both alphabets of base64 are good."""
    return signature.translate(str.maketrans("-_", "+/")) == SIGNATURE


def _counted(asked: Asked, parts: Sequence[Part]) -> Reply:
    """A good answer, with its usage in the last event. A word is a token."""
    contents = [*asked.request.contents, *filter(None, [asked.request.system_instruction])]
    prompt = sum(len(content.text.split()) for content in contents)
    words = sum(len(part.split()) for part in parts if isinstance(part, str))
    usage: Json = {"promptTokenCount": prompt, "candidatesTokenCount": words}
    usage["totalTokenCount"] = prompt + words
    *begun, last = [[written_part(part)] for part in parts]
    if not asked.is_stream:
        begun, last = [], [written_part(part) for part in parts]
    end = {**answer(last, "STOP"), "usageMetadata": usage, "modelVersion": asked.model}
    return told(asked.is_stream, *map(answer, begun), end)


def _page(status: int) -> Reply:
    """What something between us and the service says."""
    return Reply(status, {"Content-Type": "text/html"}, _HTML)


def _instead(reply: Reply) -> Spoil:
    return lambda *_: reply


def _objects(*objects: JsonValue) -> Spoil:
    return lambda asked, _: told(asked.is_stream, *objects)


def _parts(*parts: Part, end: str | None = "STOP") -> Spoil:
    return lambda asked, _: said(asked.is_stream, parts, end)


def _bytes(*pieces: bytes) -> Spoil:
    return lambda _, good: replace(good, pieces=pieces)


def _calls(*calls: Called) -> Spoil:
    """Calls instead of an answer, until their results are there."""

    def spoilt(asked: Asked, good: Reply) -> Reply:
        return good if asked.results else said(asked.is_stream, calls)

    return spoilt


def _calls_on(asked: Asked, good: Reply) -> Reply:
    return said(asked.is_stream, [Called(asked.request.declarations[0].name)])


def _wait(seconds: int) -> Reply:
    after = {"Retry-After": str(seconds)}
    info = detail("RetryInfo", retryDelay=f"{seconds}s")
    return refusal(429, "RESOURCE_EXHAUSTED", info, headers=after)


_HOLLOW: Json = {"usageMetadata": {"promptTokenCount": 1}}
_UNAVAILABLE = error(503, "UNAVAILABLE")

FAULTS: Mapping[str, Spoil] = MappingProxyType(
    {
        "slow": lambda _, good: replace(good, delay_s=_LATE_S),
        "stalled": lambda _, good: replace(good, pause_s=_LATE_S),
        "slow_stream": lambda _, good: replace(good, pause_s=_WORD_S),
        "bad_request": _instead(refusal(400, "INVALID_ARGUMENT")),
        "invalid_key": _instead(refusal(400, "INVALID_ARGUMENT", _BAD_KEY)),
        "unauthorized": _instead(refusal(401, "UNAUTHENTICATED")),
        "forbidden": _instead(refusal(403, "PERMISSION_DENIED")),
        "model_gone": _instead(refusal(404, "NOT_FOUND")),
        "html_404": _instead(_page(404)),
        "redirected": _instead(Reply(307, {"Location": "/v1beta/models/else:generateContent"})),
        "too_many": _instead(_wait(1)),
        "too_many_today": _instead(_wait(86_400)),
        "server_error": _instead(refusal(500, "INTERNAL")),
        "bad_gateway_html": _instead(_page(502)),
        "unavailable": _instead(refusal(503, "UNAVAILABLE")),
        "strange_error": _instead(Reply(503, pieces=(b'["nobody", 5]',))),
        "html_200": _instead(_page(200)),
        "truncated_json": lambda _, good: replace(good, pieces=(good.pieces[0][:40],)),
        "no_letters": _bytes(b"data: \xff\xfe\x00\r\n\r\n"),
        "deep_json": _bytes(b"data: " + b"[" * 100_000 + b"\r\n\r\n"),
        "cut_before": _instead(HUNG_UP),
        "cut_stream": lambda _, good: replace(good, pieces=good.pieces[:-1], is_cut=True),
        "unfinished": lambda _, good: replace(good, pieces=good.pieces[:-1]),
        "empty_body": _bytes(),
        "empty_object": _objects({}),
        "empty_candidates": _objects({"candidates": [], **_HOLLOW}),
        "empty_answer": _parts("", " \n"),
        "blocked_prompt": _objects({"promptFeedback": {"blockReason": "SAFETY"}, **_HOLLOW}),
        "blocked_answer": _objects({"candidates": [{"finishReason": "SAFETY", "index": 0}]}),
        "blocked_halfway": _parts("Well, ", "", end="PROHIBITED_CONTENT"),
        "strange_end": _parts("Well, ", "", end="SOMETHING_OF_NEXT_YEAR"),
        "max_tokens": _parts("It is a long ", "story", end="MAX_TOKENS"),
        "max_tokens_without_text": _parts(Thought("Let me see."), end="MAX_TOKENS"),
        "malformed_call": _parts("", end="MALFORMED_FUNCTION_CALL"),
        "wrong_shape": _objects({"candidates": "nobody"}),
        "wrong_parts": _objects(
            {"candidates": [{"content": {"parts": 5}, "finishReason": "STOP"}]}
        ),
        "no_object": _objects(5),
        "half_a_letter": _parts("It is \ud83d done."),
        "unknown_function": _calls(Called("launch_rocket", {"at": "once"})),
        "function_with_bad_arguments": _calls(Called("start_timer", {"minutes": "many"})),
        "function_without_object": _objects(
            answer([{"functionCall": {"name": "start_timer", "args": "many"}}], "STOP")
        ),
        "many_functions": _calls(*[Called("start_timer", {"minutes": 1})] * 40),
        "endless_functions": _calls_on,
        "huge_answer": _parts(*["one word after the other " * 40] * 40),
        "huge_event": _parts("one word after the other " * 200_000),
        "error_first": _objects(_UNAVAILABLE),
        "error_inside_stream": lambda _, good: replace(
            good, pieces=(*good.pieces[:-1], event(_UNAVAILABLE))
        ),
    }
)
"""Every way in which an answer can be spoilt, by a name for it."""
