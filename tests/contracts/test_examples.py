"""The document's own examples, played through the server as it ships.

One day of the document's user, with the machine's clock standing where the examples stand. What
the document shows comes back, value by value. Not here: anything the document does not show.
"""

import re
from base64 import b64decode
from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory

from petcore.adapters.clock_system import SystemClock, pause
from petcore.adapters.entropy_system import SystemEntropy
from petcore.adapters.language_scripted import ScriptedLanguage, Step
from petcore.ports.faculties import Faculties
from petcore.ports.language import Talk
from tests.contracts.contract import Json, contract, facts
from tests.contracts.parts import read_parts
from tests.contracts.served import Reply, Served
from tests.contracts.sight import PICTURES
from tests.contracts.talk import spoken, twins

MP3_SYNC = b"\xff\xf3"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SERVED = {(promise.method, promise.path) for promise in contract("desktop_pet").promises}
EXCHANGES: dict[str, Json] = {
    f"{fact['id']} spoken" if number else fact["id"]: {
        **exchange,
        "path": fact["documented_path"],
        "method": fact["method"],
    }
    for fact in facts()["operations"]
    for number, exchange in enumerate(fact["exchanges"])
    if (fact["method"], fact["path"]) in SERVED
}
ADDED = ("next_poll_s", "utc_offset_min", "actions", "warnings", "timings_ms")
"""Fields of answers that the document does not know."""
SHOWN = [id for id, exchange in EXCHANGES.items() if exchange["response_example"] is not None]

# Twelve samples that come to the report which the document shows.
SCORES = [(0.81, 0.33), (0.52, 0.71), *[(0.7598, 0.3532)] * 10]


class Day:
    """The day: the server, the clock of the machine, and the answers so far."""

    def __init__(self, served: Served, frozen: FrozenDateTimeFactory) -> None:
        self._served = served
        self._frozen = frozen
        self.answers: dict[str, Reply] = {}
        self.ids: dict[str, str] = {}

    def at(self, clock: str) -> None:
        """Put the machine's clock to ``HH:MM:SS``, UTC."""
        self._frozen.move_to(f"2026-02-28T{clock}Z")

    def play(self, id: str, **ids: str) -> Json:
        """Send the document's example of ``id``, with ids that exist here in place of its own, and
        a sound in that of the words which stand for one.
        """
        exchange, self.ids = EXCHANGES[id], {**self.ids, id: next(iter(ids.values()), "")}
        target = UUID.sub(next(iter(ids.values()), ""), exchange["path"])
        if exchange["method"] == "GET":
            self.answers[id] = self._served.get(target)
        else:
            sent = {**exchange["request_example"], **ids}
            assert list(sent) == list(exchange["request_example"])
            self.answers[id] = self._served.post(target, sent)
        answer: Json = self.answers[id].json if id != "P20" else {}
        return answer

    def sample(self, session_id: str, focus: float, stress: float) -> None:
        """A sample of now, beside those that the document shows."""
        sent = {"session_id": session_id, "focus_score": focus, "stress_score": stress}
        assert self._served.post("/api/stress/sample", sent).status == 201

    def greet(self) -> str:
        """A conversation that was begun before."""
        sent = {"user_id": "audrey", "transcript": "Hello"}
        return str(self._served.post("/api/chat/message", sent).json["conversation_id"])

    def start(self) -> str:
        """A second session of the same user."""
        sent = {"user_id": "audrey"}
        started = self._served.post("/api/stress/session/start", sent).json
        return str(started["session"]["session_id"])


@pytest.fixture(scope="module")
def day() -> Day:
    """The whole day, played once."""
    with (
        freeze_time("2026-02-28T18:00:00Z", real_asyncio=True) as frozen,
        Served(clock=SystemClock(), entropy=SystemEntropy(), faculties=_nova()) as served,
    ):
        assert isinstance(frozen, FrozenDateTimeFactory)
        played = Day(served, frozen)
        _morning(played)
        _study(played)
        _talk(played)
        _look(played)
    return played


def _nova() -> Faculties:
    """A pet that says what the document lets it say."""

    def script(talk: Talk) -> Generator[Step, Mapping[str, object] | None, None]:
        yield EXCHANGES["P17 spoken"]["response_example"]["reply_text"]

    return twins(ScriptedLanguage(script, pause))


def _morning(day: Day) -> None:
    for id in ("P1", "P2", "P3", "P4", "P11"):
        day.play(id)


def _study(day: Day) -> None:
    session = day.play("P5")["session"]["session_id"]
    day.at("18:05:00")
    day.play("P6", session_id=session)
    day.at("18:08:40")
    pomodoro = day.play("P9")["session"]["session_id"]
    day.at("18:10:00")
    day.play("P10", session_id=pomodoro)
    day.play("P14")
    stressed = day.start()
    for number, (focus, stress) in enumerate(SCORES[1:]):
        minutes = 10 + 5 * number
        day.at(f"{18 + minutes // 60}:{minutes % 60:02}:00")
        day.sample(session, focus, stress)
        if minutes in (35, 40, 45):
            day.sample(stressed, 0.4, 0.9)
        if minutes == 45:
            _take_the_break(day)
    day.play("P7", session_id=session)
    day.play("P8", session_id=session)


def _talk(day: Day) -> None:
    day.play("P15")
    day.play("P16")
    conversation = day.greet()
    day.play("P17", conversation_id=conversation)
    shown = EXCHANGES["P17 spoken"]["response_example"]
    day.play("P17 spoken", audio_base64=spoken(shown["transcript"]))


def _look(day: Day) -> None:
    for id in ("P18", "P19", "P20", "P21", "P22"):
        day.play(id)


def _take_the_break(day: Day) -> None:
    day.play("P13", prompt_id=day.play("P12")["prompt_id"])
    shown = day.answers["P12"]
    day.play("P12")
    day.answers |= {"P12": shown, "P12 again": day.answers["P12"]}


def _without_ids(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_ids(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_without_ids(each) for each in node]
    return "an id" if isinstance(node, str) and UUID.fullmatch(node) else node


def _shape(node: Any) -> Any:
    """Names in their order, and types."""
    if isinstance(node, dict):
        return [(key, _shape(value)) for key, value in node.items() if key not in ADDED]
    if isinstance(node, list):
        return [_shape(node[0])] if node else []
    return type(node).__name__


def test_the_examples_are_all_there() -> None:
    """A reader that finds nothing would be content with anything."""
    assert len(EXCHANGES) == 23
    assert sum(exchange["request_example"] is not None for exchange in EXCHANGES.values()) == 14
    assert SHOWN == ["P1", "P3", "P5", "P7", "P10", "P12", "P17 spoken"]


@pytest.mark.parametrize("id", EXCHANGES)
def test_documented_requests_succeed(id: str, day: Day) -> None:
    """A request that the document shows is answered with success."""
    assert day.answers[id].status == (201 if id in ("P5", "P6", "P9") else 200)


@pytest.mark.parametrize("id", SHOWN)
def test_documented_answers_have_their_shape(id: str, day: Day) -> None:
    """The answer has the document's names, in its order, with values of the same types."""
    assert _shape(day.answers[id].json) == _shape(EXCHANGES[id]["response_example"])


@pytest.mark.parametrize("id", SHOWN)
def test_documented_answers_come_back(id: str, day: Day) -> None:
    """The answer has the document's values; only ids are its own."""
    shown, answered = (
        _without_ids(each) for each in (EXCHANGES[id]["response_example"], day.answers[id].json)
    )
    for name in ADDED:
        answered.pop(name, None)
    if id == "P17 spoken":
        # The document has words where there is a sound.
        assert b64decode(answered["reply_audio_base64"], validate=True)[:2] == MP3_SYNC
        answered["reply_audio_base64"] = shown["reply_audio_base64"]
    if id == "P7":
        points = answered["report"]["graph_points"]
        assert len(points) == shown["report"]["sample_count"]
        answered["report"]["graph_points"] = points[:1]
    assert answered == shown


def test_undocumented_answers_are_as_decided(day: Day) -> None:
    """Where the document shows no answer, the decided one comes, with the values that were sent."""
    answers = {id: reply.json for id, reply in day.answers.items() if id != "P20"}
    wish = EXCHANGES["P1"]["request_example"]
    assert answers["P2"] == wish
    assert answers["P4"] == {"ok": True}
    assert answers["P11"] == {"ok": True, **EXCHANGES["P11"]["request_example"]}
    assert answers["P13"] == {"ok": True, "prompt_id": day.ids["P13"], "acknowledged": True}
    assert answers["P14"].keys() == {"ok", "message"}
    assert answers["P6"]["captured_at"] == "2026-02-28T18:05:00+00:00"
    pomodoro = {key: answers["P9"]["session"][key] for key in EXCHANGES["P9"]["request_example"]}
    assert pomodoro == EXCHANGES["P9"]["request_example"]
    assert answers["P9"]["session"]["started_at"] == "2026-02-28T18:08:40+00:00"


def test_the_pet_is_who_it_was_made_to_be(day: Day) -> None:
    """P16 gives what P15 stored, and P15 answers with it."""
    wish = EXCHANGES["P15"]["request_example"]
    assert day.answers["P15"].json == {"ok": True, "persona": wish}
    assert day.answers["P16"].json == wish


def test_the_camera_is_the_one_that_was_named(day: Day) -> None:
    """P19 gives what P18 stored, P20 shows its pictures, P21 the newest of them, and P22 looks at
    one; what they show stands where the day does.
    """
    wish = EXCHANGES["P18"]["request_example"]
    assert day.answers["P18"].json == {"ok": True, "source": {**wish, "recording": None}}
    assert day.answers["P19"].json == {**wish, "recording": None}
    assert set(read_parts(day.answers["P20"].body)) <= set(PICTURES)
    latest, test = day.answers["P21"].json, day.answers["P22"].json
    assert (latest["user_id"], test["source_type"]) == ("audrey", "webcam")
    assert latest["captured_at"] == "2026-02-28T19:00:00+00:00"
    assert b64decode(latest["image_base64"], validate=True) in PICTURES
    for answer in (latest, test):
        assert answer["metrics"].keys() == {"focus_score", "stress_score", "confidence"}
        assert answer["sighting"]["state"] == "measured"


def test_text_and_speech_are_answered_alike(day: Day) -> None:
    """Both exchanges of P17 say the same, each in the conversation it was sent to."""
    text, speech = day.answers["P17"].json, day.answers["P17 spoken"].json
    assert text["conversation_id"] == day.ids["P17"] != speech["conversation_id"]
    for name in ("pet_name", "transcript", "reply_text", "reply_audio_base64"):
        assert text[name] == speech[name], name
    assert text["actions"] == text["warnings"] == []


def test_the_report_is_read_as_it_was_answered(day: Day) -> None:
    """P8 gives the report that P7 gave, and says whose it is and when it was made."""
    ended, read = day.answers["P7"].json, day.answers["P8"].json
    assert read["report"] == ended["report"]
    assert read["session_id"] == ended["session_id"] == day.ids["P7"]
    assert read["user_id"] == "audrey"
    assert datetime.fromisoformat(read["generated_at"]) == datetime.fromisoformat(ended["ended_at"])


def test_an_acknowledged_prompt_is_gone(day: Day) -> None:
    """After P13 the poll of P12 shows nothing."""
    assert day.answers["P12"].json["show_prompt"] is True
    assert day.answers["P12 again"].json["show_prompt"] is False
