"""Whatever the wire brings, the pet goes on: nothing stumbles, and nothing grows."""

import copy
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.scripted import ScriptedServer
from firmware.logic.check import IDENTITY_LEN_MAX, SHOWN_LEN_MAX
from firmware.logic.config import Config
from firmware.logic.encouragement import Encouragement
from firmware.logic.pairing import Pairing
from firmware.logic.parts import Parts
from firmware.logic.pomodoro import STATUS, Pomodoro
from firmware.logic.prompt import Prompt
from firmware.logic.scene import compose, lasts_ms
from firmware.logic.schedule import Schedule
from firmware.logic.supervise import forever
from firmware.logic.water import Water

MakeParts = Callable[..., Parts]
MakeRole = Callable[[Parts], Water | Prompt | Pomodoro | Schedule | Pairing | Encouragement]
Answer = dict[str, object]

LONG = "x" * 100_000
PAYLOAD = {"title": "Title", "message": "Message", "animation": "WATER_DROP"}
WATER: Answer = {
    "remind_now": True,
    "payload": PAYLOAD,
    "server_time_utc": "2026-02-28T18:00:00+00:00",
    "utc_offset_min": -480,
    "next_poll_s": 30,
}
PROMPT: Answer = {"show_prompt": True, "prompt_id": "p", "payload": PAYLOAD, "next_poll_s": 20}
POMODORO: Answer = {
    "active": True,
    "session_id": "s",
    "phase": "focus",
    "seconds_remaining": 1500,
    "payload": PAYLOAD,
    "next_poll_s": 10,
}
SCHEDULE: Answer = {
    "start_time": "09:00",
    "end_time": "22:00",
    "interval_min": 60,
    "enabled": True,
}
CODES: Answer = {"device_code": "pair_1", "user_code": "BCDF-GHJK", "next_poll_s": 5}
PAIRED: Answer = {"status": "paired", "token": "pet_1", "user_id": "audrey", "next_poll_s": 5}
MESSAGE: Answer = {"ok": True, "message": "Well done!"}

VISIBLE = {chr(letter) for letter in range(ord("!"), ord("~") + 1)}
JUNK: list[object] = [
    None,
    True,
    False,
    0,
    -1,
    10**18,
    -(10**18),
    1.5,
    float("inf"),
    float("nan"),
    "",
    LONG,
    "\x00\n\r\t\x7f",
    'odd "id" \\ {}/?#&=%',
    "\ud800",
    "🌱加油",
    [],
    {},
    [[]],
    {"title": 1},
    {"title": LONG, "message": LONG},
    {"title": "\ud800", "message": ""},
]
ANSWERS: dict[str, tuple[MakeRole, Answer]] = {
    "water": (Water, WATER),
    "prompt": (Prompt, PROMPT),
    "pomodoro": (Pomodoro, POMODORO),
    "schedule": (Schedule, SCHEDULE),
    "pairing": (Pairing, CODES),
    "encouragement": (Encouragement, MESSAGE),
}


def spoilt(answer: Answer) -> Iterator[object]:
    """Give the answer with each of its fields replaced by every junk, and junk for the whole."""
    yield from JUNK
    for name in answer:
        for junk in JUNK:
            yield {**copy.deepcopy(answer), name: junk}
        yield {other: value for other, value in answer.items() if other != name}


def live(role_of: MakeRole, *answers: object, pairs: bool = False) -> tuple[Parts, list[str]]:
    """Let a role live a minute with these answers; give its parts and the log."""
    lines: list[str] = []
    board = VirtualBoard(ScriptedServer(answers), lines.append)
    parts = Parts(board, Config("audrey", "pet-1", pairs=pairs, use_next_poll=True))
    role = role_of(parts)
    if isinstance(role, Encouragement):
        role.ask()
    board.spawn("role", forever(board, "role", role.turn))
    board.kernel.run(60_000)
    board.kernel.close()
    return parts, lines


def facts_of(parts: Parts) -> list[object]:
    """Give every text that the pet holds of what it was told."""
    known = parts.known
    facts = [known.reminder, known.prompt, known.pomodoro, known.message, known.settled]
    return [fact for group in facts if group is not None for fact in group]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_spoilt_answer_stumbles_nobody(name: str) -> None:
    """Each field of each answer, replaced by whatever is no such field."""
    role_of, answer = ANSWERS[name]
    for junk in spoilt(answer):
        parts, lines = live(role_of, (200, junk), pairs=role_of is Pairing)
        assert not [line for line in lines if "stumbled" in line], junk
        now = parts.hal.ticks_ms()
        scene = compose(parts.known, now)
        assert [len(str(part)) <= IDENTITY_LEN_MAX for part in scene] == [True] * 4, junk
        assert all(len(str(fact)) <= IDENTITY_LEN_MAX for fact in facts_of(parts)), junk
        holds_ms = lasts_ms(parts.known, now)
        assert holds_ms is None or 0 < holds_ms <= 60_000, junk
        str(scene).encode()


def test_a_spoilt_token_stumbles_nobody() -> None:
    """Collected with a good code."""
    for junk in spoilt(PAIRED):
        parts, lines = live(Pairing, (200, CODES), (200, junk), pairs=True)
        assert not [line for line in lines if "stumbled" in line], junk
        held = parts.token.text
        assert held == "" or set(held) <= VISIBLE, junk


@pytest.mark.parametrize("name", ["water", "prompt", "pomodoro", "schedule"])
@pytest.mark.parametrize("status", [0, 100, 204, 301, 304, 400, 418, 499, 500, 599, 999])
def test_any_status_stumbles_nobody(name: str, status: int) -> None:
    """With and without a body."""
    bodies: list[object] = [None, {}, [], "<html>"]
    for body in bodies:
        _, lines = live(ANSWERS[name][0], (status, body))
        assert not [line for line in lines if "stumbled" in line]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(ANSWERS)), st.data())
def test_no_json_stumbles_anybody(name: str, data: st.DataObject) -> None:
    """Fields that are known, with values that nobody has thought of."""
    role_of, answer = ANSWERS[name]
    fields = data.draw(st.dictionaries(st.sampled_from(sorted(answer)), JSON, max_size=3))
    _, lines = live(role_of, (200, {**answer, **fields}), pairs=role_of is Pairing)
    assert not [line for line in lines if "stumbled" in line]


def test_long_texts_are_cut_to_what_can_be_shown() -> None:
    """Before they are kept."""
    long = {"title": LONG, "message": LONG}
    for role_of, answer, fact in (
        (Water, {**WATER, "payload": long}, "reminder"),
        (Prompt, {**PROMPT, "payload": long}, "prompt"),
        (Encouragement, {"message": LONG}, "message"),
        (Pomodoro, {**POMODORO, "phase": "completed", "payload": long}, "message"),
    ):
        parts, _ = live(role_of, (200, answer))
        texts = [text for text in getattr(parts.known, fact) or () if isinstance(text, str)]
        assert texts
        assert all(len(text) <= SHOWN_LEN_MAX for text in texts)


def test_a_countdown_has_an_end(parts_with: MakeParts) -> None:
    """However much is said to be left: a day, which the ticks can count."""
    parts = parts_with((200, {**POMODORO, "seconds_remaining": 10**18}))
    parts.hal.spawn("ask", Pomodoro(parts).ask())
    parts.hal.kernel.run(1_000)
    assert parts.known.pomodoro is not None
    assert parts.known.pomodoro[2] == 86_400_000


def test_odd_ids_are_given_back_as_they_are(parts_with: MakeParts) -> None:
    """In a body and in an address."""
    odd = 'a "b"/?#&=%\\\n ö加'
    parts = parts_with((200, {**PROMPT, "prompt_id": odd}), (200, {**POMODORO, "session_id": odd}))
    prompt, pomodoro = Prompt(parts), Pomodoro(parts)
    for ask in (prompt.ask, pomodoro.ask, pomodoro.ask):
        parts.hal.spawn("ask", ask())
        parts.hal.kernel.run(parts.hal.kernel.now_ms + 1_000)
    prompt.accept()
    assert parts.outbox.messages[0][1]["prompt_id"] == odd
    path = parts.hal.server.requests[-1][1]
    quoted = "a%20%22b%22%2F%3F%23%26%3D%25%5C%0A%20%C3%B6%E5%8A%A0"
    assert path == f"{STATUS}?session_id={quoted}"


class Broken(VirtualBoard):
    """Cannot say anything."""

    def log(self, line: str) -> None:
        """Have no room for it."""
        raise MemoryError


@pytest.mark.parametrize("board_of", [VirtualBoard, Broken])
def test_a_log_that_is_broken_ends_no_task(board_of: type[VirtualBoard]) -> None:
    """And a failure of many words fills no heap."""
    lines: list[str] = []
    board = board_of(ScriptedServer([(200, {})]), lines.append)
    turns: list[int] = []

    async def turn() -> None:
        turns.append(board.kernel.now_ms)
        raise ValueError(LONG)

    board.spawn("task", forever(board, "task", turn))
    board.kernel.run(12_000)
    board.kernel.close()
    assert turns == [0, 5_000, 10_000]
    assert all(len(line) < 300 for line in lines)
