"""Gemini through its SDK, on a stand-in that speaks the real wire well or badly."""

import asyncio
import gc
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from traceback import format_exception

import pytest

from petcore.adapters.language_gemini import ANSWER_MAX, CALLS_MAX, ROUNDS_MAX, GeminiLanguage
from petcore.adapters.language_gemini_turn import TOKENS_MAX
from petcore.adapters.patience import Patience
from petcore.errors import LanguageFailed, StartRefused
from petcore.ports.clock import Pause
from petcore.ports.language import Act, Line, Talk, Tool, ToolCall
from simulator.standins.gemini import FAULTS, KEY, MODELS, Asked, Gemini
from simulator.standins.gemini_wire import SIGNATURE, WORDS, Called, Part, Thought
from simulator.standins.server import Received, Reply, StandIn
from tests.adapters.patient import Ahead, Pauses, at_once, until

MODEL = MODELS[0]
START = ToolCall("start_timer", {"minutes": 1})
TOOL = Tool(
    START.name,
    "Starts a timer.",
    {"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]},
)
ANSWER = "You said: hello."
PATIENCE = Patience(deadline_s=1_000.0, silence_s=30.0)
"""Long enough for every answer that comes; who is late is later than that."""


def talk(transcript: str = "hello", model: str | None = None, *lines: Line) -> Talk:
    """Something said to the pet."""
    return Talk("You are a small pet.", "Bit", model, lines, transcript, (TOOL,))


class Deeds:
    """An ``Act`` that notes what is done, and refuses what there is not."""

    def __init__(self) -> None:
        self.calls: list[ToolCall] = []

    async def __call__(self, call: ToolCall) -> Mapping[str, object]:
        """Do it."""
        self.calls.append(call)
        if call != START:
            return {"ok": False, "error": "there is no such thing"}
        return {"ok": True, "seconds": 60}


def by_timer(asked: Asked) -> Sequence[Part]:
    """The script of who starts a timer, and says what came of it."""
    if not asked.results:
        return (Thought("A timer, then."), "Well.", Called(START.name, {"minutes": 1}))
    return ("It says ", str(asked.results[0].get("seconds", "no")), ".")


@dataclass
class Scene:
    """A language and the stand-in that it asks."""

    language: GeminiLanguage
    gemini: Gemini
    stand_in: StandIn
    deeds: Deeds = field(default_factory=Deeds)
    heard: str = ""
    """What was said until now, also if it broke off."""

    async def answer(self, talk: Talk, act: Act | None = None) -> str:
        """The whole answer."""
        self.heard = ""
        async for piece in self.language.answer(talk, act or self.deeds):
            self.heard += piece
        return self.heard

    @property
    def requests(self) -> int:
        """How many there were."""
        return len(self.stand_in.received)

    @property
    def models(self) -> list[str]:
        """Which were asked, in that order."""
        return [got.path.rpartition("/")[2].partition(":")[0] for got in self.stand_in.received]


@asynccontextmanager
async def scene(
    gemini: Gemini | None = None,
    patience: Patience | None = None,
    pause: Pause = at_once,
    far_pause: Pause = at_once,
    model: str = MODEL,
) -> AsyncIterator[Scene]:
    """Both of them; nothing may be left in the end. The stand-in waits by ``far_pause``."""
    gemini = gemini or Gemini()
    before = asyncio.all_tasks()
    async with StandIn(gemini, far_pause) as stand_in:
        language = GeminiLanguage(
            KEY, model, stand_in.url, pause, *([patience] if patience else [])
        )
        yield Scene(language, gemini, stand_in)
        await language.close()
        # Where the SDK stumbles over what it reads, its iterators end some turns later.
        for _ in range(20):
            await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


@dataclass(frozen=True)
class Outcome:
    """What comes of a fault that lasts: how many ``requests``, and either what is ``said`` or
    ``why`` the log says it failed; ``before`` that, this was said. A fault that ``passes`` after
    the first request is noticed by nobody who talks.
    """

    requests: int
    why: str = ""
    said: str = ""
    before: str = ""
    passes: bool = False


def again(why: str) -> Outcome:
    """It is worth another attempt, up to three."""
    return Outcome(3, why, passes=True)


def final(why: str, before: str = "") -> Outcome:
    """It is not."""
    return Outcome(1, why, before=before)


BLOCKED = "withheld its answer"
KEY_REFUSED = "refuses the key; check PETCORE_GEMINI_API_KEY"
UNREADABLE = "cannot be read"
NO_CANDIDATE = "has no candidate"
HALF = "Well."

OUTCOMES: Mapping[str, Outcome] = {
    "slow": again(f"not a word for {PATIENCE.silence_s} s"),
    "stalled": again(f"not a word for {PATIENCE.silence_s} s"),
    "slow_stream": Outcome(2, said="Well. It says 60."),
    "bad_request": final("does not take the request (status 400)"),
    "invalid_key": final(f"{KEY_REFUSED} (status 400)"),
    "unauthorized": final(f"{KEY_REFUSED} (status 401)"),
    "forbidden": final(f"{KEY_REFUSED}, and what the key may do (status 403)"),
    "model_gone": final("has no such model; check PETCORE_GEMINI_MODEL"),
    "html_404": final("check PETCORE_GEMINI_URL (status 404)"),
    "redirected": final("refused (status 307)"),
    "too_many": again("asked too much (status 429)"),
    "too_many_today": final("asked too much (status 429)"),
    "server_error": again("failed, or is asked too much (status 500)"),
    "bad_gateway_html": again("(status 502)"),
    "unavailable": again("(status 503)"),
    "strange_error": again("(status 503)"),
    "html_200": again(UNREADABLE),
    "truncated_json": again(UNREADABLE),
    "no_letters": again(UNREADABLE),
    "deep_json": again(UNREADABLE),
    "cut_before": again("cannot be reached, or it hung up"),
    "cut_stream": final("cannot be reached, or it hung up", HALF),
    "unfinished": final("ended in the middle", HALF),
    "empty_body": again(NO_CANDIDATE),
    "empty_object": again(NO_CANDIDATE),
    "empty_candidates": again(NO_CANDIDATE),
    "empty_answer": again("is empty"),
    "blocked_prompt": final("blocked what was said"),
    "blocked_answer": final(BLOCKED),
    "blocked_halfway": final(BLOCKED, "Well, "),
    "strange_end": final(BLOCKED, "Well, "),
    "max_tokens": Outcome(1, said="It is a long story"),
    "max_tokens_without_text": final("used all its tokens and said nothing"),
    "malformed_call": again("could not spell a call of a tool"),
    "wrong_shape": again("has a strange shape"),
    "wrong_parts": again(UNREADABLE),
    "no_object": again(UNREADABLE),
    "half_a_letter": Outcome(1, said="It is ? done."),
    "unknown_function": Outcome(2, said="It says no."),
    "function_with_bad_arguments": Outcome(2, said="It says no."),
    "function_without_object": again(UNREADABLE),
    "many_functions": Outcome(2, said="It says 60."),
    "endless_functions": Outcome(ROUNDS_MAX, "used tools and found no words"),
    "huge_answer": Outcome(1, said=("one word after the other " * 1600)[:ANSWER_MAX]),
    "huge_event": again("does not end"),
    "error_first": again("(status 503)"),
    "error_inside_stream": final("(status 503)", HALF),
}


def test_every_fault_has_an_outcome() -> None:
    """None of the stand-in's is forgotten."""
    assert set(OUTCOMES) == set(FAULTS)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", OUTCOMES)
async def test_a_fault_that_lasts(
    name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails as it should, or does not. The log says why, people hear nothing of that, and nobody
    repeats what the service said, or the key.
    """
    outcome, late = OUTCOMES[name], Ahead(monkeypatch).late
    async with scene(Gemini(by_timer, FAULTS[name]), PATIENCE, far_pause=late) as on:
        if outcome.said:
            assert await on.answer(talk()) == outcome.said
        else:
            with pytest.raises(LanguageFailed) as caught:
                await on.answer(talk())
            assert on.heard == outcome.before
            assert "Gemini" not in str(caught.value)
            shown = "".join(format_exception(caught.value))
            assert KEY not in shown
            assert WORDS not in shown
    assert on.requests == outcome.requests
    assert_log_is(caplog, outcome.why)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", [name for name, outcome in OUTCOMES.items() if outcome.passes])
async def test_a_fault_that_passes(
    name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second attempt has the answer, and the tool is used once."""
    gemini, late = Gemini(by_timer, FAULTS[name], times=1), Ahead(monkeypatch).late
    async with scene(gemini, PATIENCE, far_pause=late) as on:
        assert await on.answer(talk()) == "Well. It says 60."
    assert (on.requests, on.deeds.calls) == (3, [START])
    assert_log_is(caplog, "")


@pytest.mark.asyncio
async def test_a_fault_after_a_tool_was_used() -> None:
    """The request is made again, with what came of the tool; the tool is not used again."""

    def once(asked: Asked, good: Reply) -> Reply:
        is_second = asked.results and len(on.gemini.asked) == 2
        return FAULTS["unavailable"](asked, good) if is_second else good

    async with scene(Gemini(by_timer, once)) as on:
        assert await on.answer(talk()) == "Well. It says 60."
    assert (on.requests, on.deeds.calls) == (3, [START])


def assert_log_is(caplog: pytest.LogCaptureFixture, why: str) -> None:
    """One line that says why, or none at all, and neither the key nor the service's words."""
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == (1 if why else 0), lines
    assert all(why in line and line.startswith("Gemini: ") for line in lines)
    assert KEY not in caplog.text
    assert WORDS not in caplog.text


@pytest.mark.asyncio
async def test_nobody_else_writes_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The SDK and its HTTP client would say which address was asked, with a persona's words."""
    caplog.set_level(logging.DEBUG)
    async with scene() as on:
        await on.answer(talk("hello", "petunia-1"))
    names = {record.name for record in caplog.records}
    assert names <= {"asyncio", "petcore.language"}


@pytest.mark.asyncio
async def test_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    """That is asked again, too."""
    async with scene() as on:
        pass
    pauses = Pauses()
    language = GeminiLanguage(KEY, MODEL, on.stand_in.url, pauses)
    with pytest.raises(LanguageFailed):
        await anext(language.answer(talk(), on.deeds))
    await language.close()
    assert pauses.asked == [0.5, 1.0]
    assert "cannot be reached" in caplog.records[-1].getMessage()
    assert KEY not in caplog.text


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "pauses_s"), [("too_many", [1, 1]), ("unavailable", [0.5, 1])])
async def test_it_comes_again_when_it_is_told_to(name: str, pauses_s: list[float]) -> None:
    """Or when it likes."""
    pauses = Pauses()
    async with scene(Gemini(spoil=FAULTS[name], times=2), pause=pauses) as on:
        assert await on.answer(talk()) == ANSWER
    assert pauses.asked == pauses_s


async def for_ever(seconds: float) -> None:
    """A ``Pause`` without an end."""
    await asyncio.Event().wait()


class Stalls:
    """A stand-in's ``Pause`` that takes no time a few times, and then a minute, or has no end."""

    def __init__(self, times: int, stall: Pause = for_ever) -> None:
        self.left = times
        self._stall = stall

    async def __call__(self, seconds: float) -> None:
        """Wait."""
        self.left -= 1
        await (at_once(seconds) if self.left >= 0 else self._stall(60.0))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("patience", "why"),
    [
        (Patience(deadline_s=30.0), "no answer within 30 s"),
        (replace(PATIENCE, attempts=1), f"not a word for {PATIENCE.silence_s} s"),
    ],
)
async def test_an_answer_may_not_stall(
    patience: Patience,
    why: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wherever it does, also in the middle."""
    ahead, begun = Ahead(monkeypatch), "Well, that is "

    async def stall(seconds: float) -> None:
        await until(lambda: on.heard == begun)
        await ahead.late(seconds)

    gemini = Gemini(lambda _: ("Well, ", "that is ", "it."), FAULTS["slow_stream"])
    async with scene(gemini, patience, far_pause=Stalls(2, stall)) as on:
        with pytest.raises(LanguageFailed):
            await on.answer(talk())
        assert on.heard == begun
    assert_log_is(caplog, why)


@pytest.mark.asyncio
async def test_the_deadline_cuts_off_nothing_but_waiting_for_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither a tool that takes its time, nor who listens slowly."""
    used: list[ToolCall] = []
    ahead = Ahead(monkeypatch)

    async def slowly(call: ToolCall) -> Mapping[str, object]:
        ahead.put(PATIENCE.deadline_s)
        # Now or never whoever waits for that hears of it.
        await asyncio.sleep(0.01)
        used.append(call)
        return {"ok": True}

    async with scene(Gemini(by_timer), PATIENCE) as on:
        with pytest.raises(LanguageFailed):
            await on.answer(talk(), slowly)
    assert used == [START]


@pytest.mark.asyncio
async def test_what_is_sent() -> None:
    """Who the pet is, what was said before, and what it can do; the key in its header only."""
    lines = (Line("user", "good morning"), Line("assistant", "Hi!"), Line("assistant", ""))
    async with scene() as on:
        assert await on.answer(talk("hello", None, *lines)) == ANSWER
    (received,) = on.stand_in.received
    sent = json.loads(received.body)
    assert received.path == f"/v1beta/models/{MODEL}:streamGenerateContent"
    assert received.query == "alt=sse"
    assert sent["systemInstruction"]["parts"] == [{"text": "You are a small pet."}]
    assert [(said["role"], said["parts"]) for said in sent["contents"]] == [
        ("user", [{"text": "good morning"}]),
        ("model", [{"text": "Hi!"}]),
        ("user", [{"text": "hello"}]),
    ]
    assert sent["generationConfig"] == {"maxOutputTokens": TOKENS_MAX}
    (declared,) = on.gemini.asked[0].request.declarations
    assert (declared.name, declared.description) == (TOOL.name, TOOL.description)
    assert declared.parameters_json_schema == TOOL.parameters
    assert_key_is_in_its_header(received)


def assert_key_is_in_its_header(received: Received) -> None:
    """And nowhere else."""
    headers = dict(received.headers)
    assert headers.pop("x-goog-api-key") == KEY
    assert KEY not in f"{received.path}{received.query}{headers}{received.body!r}"


@pytest.mark.asyncio
async def test_a_talk_without_tools() -> None:
    """Nothing is said of tools then, nor of who the pet is if nobody is."""
    async with scene() as on:
        bare = Talk("", None, None, (), "hello", ())
        assert await on.answer(bare) == ANSWER
    assert set(json.loads(on.stand_in.received[0].body)) == {"contents", "generationConfig"}


@pytest.mark.asyncio
async def test_a_turn_is_sent_back_as_it_came() -> None:
    """Every part by itself, thoughts and signatures as well, and then what came of the tool."""
    async with scene(Gemini(by_timer)) as on:
        await on.answer(talk())
    first, second = (json.loads(received.body)["contents"] for received in on.stand_in.received)
    assert second[:1] == first
    model, user = second[1:]
    thought, text, call = model["parts"]
    assert thought == {"text": "A timer, then.", "thought": True}
    assert text == {"text": "Well."}
    assert call["functionCall"] == {"name": START.name, "args": START.arguments}
    assert call["thoughtSignature"].translate(str.maketrans("-_", "+/")) == SIGNATURE
    (response,) = user["parts"]
    assert response["functionResponse"]["response"] == {"ok": True, "seconds": 60}


@pytest.mark.asyncio
async def test_thoughts_are_no_part_of_the_answer() -> None:
    """Wherever they stand; nor is the space before the first word a reason to begin."""
    parts = (Thought("Hm."), "\n ", Thought("Now."), "Yes", ", I do. ", Thought("Done."))
    async with scene(Gemini(lambda _: parts)) as on:
        pieces = [piece async for piece in on.language.answer(talk(), on.deeds)]
    assert pieces == ["\n Yes", ", I do. "]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("turns", "answer"),
    [
        (("Wait.", "Done."), "Wait. Done."),
        (("Wait. ", "Done."), "Wait. Done."),
        (("Wait.", "\nDone."), "Wait.\nDone."),
        (("", "Done."), "Done."),
        (("Wait.", ""), "Wait."),
    ],
)
async def test_the_words_of_two_turns_stand_apart(turns: tuple[str, str], answer: str) -> None:
    """But for that they are as they came. One that says nothing more is none too few."""

    def say(asked: Asked) -> Sequence[Part]:
        return (turns[1],) if asked.results else (turns[0], Called(START.name, {"minutes": 1}))

    async with scene(Gemini(say)) as on:
        assert await on.answer(talk()) == answer
    assert on.requests == 2


@pytest.mark.asyncio
async def test_tools_come_to_an_end() -> None:
    """The last turn is told that it may use none; if it does, it is not heeded."""
    async with scene(Gemini(by_timer, FAULTS["endless_functions"])) as on:
        with pytest.raises(LanguageFailed):
            await on.answer(talk())
    configs = [asked.request.tool_config for asked in on.gemini.asked]
    assert configs[:-1] == [{}] * (ROUNDS_MAX - 1)
    assert configs[-1] == {"functionCallingConfig": {"mode": "NONE"}}
    assert len(on.deeds.calls) == ROUNDS_MAX - 1


@pytest.mark.asyncio
async def test_only_so_many_tools_are_used() -> None:
    """The others are answered without being done."""
    async with scene(Gemini(by_timer, FAULTS["many_functions"])) as on:
        await on.answer(talk())
    results = on.gemini.asked[-1].results
    assert len(on.deeds.calls) == CALLS_MAX
    assert [result["ok"] for result in results] == [True] * CALLS_MAX + [False] * (40 - CALLS_MAX)


@pytest.mark.asyncio
@pytest.mark.parametrize("wanted", ["gemini-3.1-pro-preview", "models/gemini-3.1-pro-preview"])
async def test_a_persona_may_name_a_model(wanted: str) -> None:
    """That one is asked."""
    async with scene() as on:
        assert await on.answer(talk("hello", wanted)) == ANSWER
    assert on.models == ["gemini-3.1-pro-preview"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "wanted",
    [
        "",
        " ",
        "a?b",
        "a..b",
        "../v1/files",
        "tunedModels/mine",
        "a&b",
        "a#b",
        "a b",
        "a%2fb",
        "gemini\n",
        "gemini:countTokens",
        "\u00e4",
        "x" * 129,
    ],
)
async def test_what_cannot_be_a_model_is_the_usual_one(wanted: str) -> None:
    """It is not even asked for."""
    async with scene() as on:
        assert await on.answer(talk("hello", wanted)) == ANSWER
    assert on.models == [MODEL]


@pytest.mark.asyncio
async def test_a_model_that_is_gone_has_a_successor(caplog: pytest.LogCaptureFixture) -> None:
    """Which is asked at once the next time."""
    async with scene() as on:
        for _ in range(2):
            assert await on.answer(talk("hello", "gemini-3-pro-preview")) == ANSWER
    assert on.models == ["gemini-3-pro-preview", *["gemini-3.1-pro-preview"] * 2]
    assert len(caplog.records) == 1


@pytest.mark.asyncio
async def test_a_successor_may_be_gone_as_well(caplog: pytest.LogCaptureFixture) -> None:
    """Then, and where there is none, the usual one answers. What a persona said is not logged."""
    async with scene(Gemini(models=[MODEL])) as on:
        for wanted in ["gemini-3-pro-preview", "petunia-1", "petunia-1", "gemini-3-pro-preview"]:
            assert await on.answer(talk("hello", wanted)) == ANSWER
    asked = ["gemini-3-pro-preview", "gemini-3.1-pro-preview", MODEL, "petunia-1", MODEL]
    assert on.models == [*asked, MODEL, MODEL]
    assert "petunia" not in caplog.text


@pytest.mark.asyncio
async def test_the_usual_model_may_be_gone() -> None:
    """It has successors, too."""
    async with scene(model="gemini-3-pro-preview") as on:
        assert await on.answer(talk()) == ANSWER
    assert on.models == ["gemini-3-pro-preview", "gemini-3.1-pro-preview"]


@pytest.mark.asyncio
async def test_not_every_model_can_be_gone() -> None:
    """If none is there it may be the address that is wrong, so all are asked again."""
    async with scene(Gemini(models=[])) as on:
        for _ in range(2):
            with pytest.raises(LanguageFailed):
                await on.answer(talk("hello", "petunia-1"))
    assert on.models == ["petunia-1", MODEL] * 2


@pytest.mark.asyncio
async def test_who_stops_listening_ends_the_connection() -> None:
    """The service need not go on, and the next answer has a connection of its own."""
    gemini = Gemini(lambda _: ("Well, ", "that is ", "it."), FAULTS["slow_stream"], times=1)
    async with scene(gemini, far_pause=Stalls(2)) as on:
        pieces = on.language.answer(talk(), on.deeds)
        assert await anext(pieces) == "Well, "
        assert isinstance(pieces, AsyncGenerator)
        await pieces.aclose()
        assert not [task for task in asyncio.all_tasks() if "_read" in repr(task.get_coro())]
        await until_free(on.stand_in)
        assert await on.answer(talk()) == "Well, that is it."


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["error_inside_stream", "no_letters", "huge_event"])
async def test_a_failure_ends_the_connection(name: str) -> None:
    """At once, not when memory is tidied up; the service has not ended its answer."""

    def open_ended(asked: Asked, good: Reply) -> Reply:
        spoilt = FAULTS[name](asked, good)
        # The end is a piece that never comes.
        stalls.left = len(spoilt.pieces)
        return replace(spoilt, pieces=(*spoilt.pieces, b"data: {}\r\n\r\n"), pause_s=1)

    stalls = Stalls(0)
    gemini = Gemini(lambda _: ("Well, ", "no."), open_ended)
    gc.disable()
    try:
        async with scene(gemini, Patience(attempts=1), far_pause=stalls) as on:
            with pytest.raises(LanguageFailed):
                await on.answer(talk())
            await until_free(on.stand_in)
    finally:
        gc.enable()


@pytest.mark.asyncio
async def test_who_is_cancelled_ends_the_connection() -> None:
    """While the service is waited for."""
    async with scene(Gemini(spoil=FAULTS["stalled"], times=1), far_pause=Stalls(0)) as on:
        task = asyncio.create_task(on.answer(talk()))
        await until(lambda: on.requests > 0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until_free(on.stand_in)
        assert await on.answer(talk()) == ANSWER


async def until_free(stand_in: StandIn) -> None:
    """Wait until nobody is connected."""
    await until(lambda: not stand_in.connections)


@pytest.mark.asyncio
async def test_a_connection_is_used_again_until_it_is_closed() -> None:
    """After an answer that was whole; what is asked after closing opens a new one."""
    async with scene() as on:
        for _ in range(2):
            await on.answer(talk())
        assert on.stand_in.connections == 1
        await on.language.close()
        await until_free(on.stand_in)
        assert await on.answer(talk()) == ANSWER


@pytest.mark.asyncio
async def test_the_environment_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the SDK would read there has settings here."""
    for name, value in {
        "GOOGLE_API_KEY": "another-key",
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_GENAI_HTTP_CLIENT": "httpx",
        "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:9",
        "GOOGLE_GENAI_API_VERSION": "v1",
    }.items():
        monkeypatch.setenv(name, value)
    async with scene() as on:
        assert await on.answer(talk()) == ANSWER


@pytest.mark.parametrize(
    ("key", "model", "url", "named"),
    [
        ("", MODEL, "", "PETCORE_GEMINI_API_KEY"),
        ("two words", MODEL, "", "PETCORE_GEMINI_API_KEY"),
        ("schl\u00fcssel", MODEL, "", "PETCORE_GEMINI_API_KEY"),
        (KEY, "a?b", "", "PETCORE_GEMINI_MODEL"),
        (KEY, "", "", "PETCORE_GEMINI_MODEL"),
        (KEY, MODEL, "http://[", "PETCORE_GEMINI_URL"),
        (KEY, MODEL, "https://", "PETCORE_GEMINI_URL"),
        (KEY, MODEL, "ftp://here", "PETCORE_GEMINI_URL"),
    ],
)
def test_what_cannot_be_meant_is_told_at_start(key: str, model: str, url: str, named: str) -> None:
    """By the name of the setting, and without the key."""
    with pytest.raises(StartRefused, match=named) as caught:
        GeminiLanguage(key, model, url, at_once)
    assert not key or key not in str(caught.value)
