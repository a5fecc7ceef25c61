"""The outbox outlasts the power: what was accepted once is sent once, under its key."""

import json
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.hal.virtual.board import PowerLost, VirtualBoard
from firmware.logic.config import Config
from firmware.logic.outbox import IDLE_MS, KEPT, LEN_MAX, _messages, _pairs
from firmware.logic.parts import Parts
from firmware.logic.pomodoro import ACTIVE, STOP, Pomodoro
from firmware.logic.prompt import Prompt
from firmware.logic.supervise import forever
from firmware.logic.water import ACK, Water
from tests.firmware.vm import ROOT, micropython

CUT = OSError(111, "connection refused")
DONE = (200, {"ok": True})
PAYLOAD = {"title": "Break time", "message": "Rest."}
OPEN = (200, {"show_prompt": True, "prompt_id": "p", "payload": PAYLOAD})
RUNS = (
    200,
    {"active": True, "session_id": "s", "phase": "focus", "seconds_remaining": 60},
)

MakeBoard = Callable[..., VirtualBoard]


def parts_on(board: VirtualBoard) -> Parts:
    """Give the parts of a pet that boots on this board."""
    return Parts(board, Config("audrey", "pet-1"))


def deliver(parts: Parts, for_ms: int = 60_000) -> list[tuple[str, str]]:
    """Let the outbox work and give the (path, key) of every try."""
    hal = parts.hal
    hal.spawn("outbox", forever(hal, "outbox", parts.outbox.turn))
    hal.kernel.run(hal.kernel.now_ms + for_ms)
    return [(path, key) for _, path, _, key in hal.server.requests]


def asked(poll: Prompt | Pomodoro) -> None:
    """Ask once."""
    poll.hal.spawn("ask", poll.ask())
    poll.hal.kernel.run(poll.hal.kernel.now_ms + 10_000)


def test_a_message_is_kept_before_it_counts_as_accepted(board_with: MakeBoard) -> None:
    """As lists, the values in the order of their names; it goes when it has been delivered."""
    board = board_with(DONE)
    parts = parts_on(board)
    assert parts.outbox.put("/b", {"prompt_id": "p", "acknowledged": True})
    assert parts.outbox.put("/a", {})
    assert json.loads(board.flash[KEPT]) == [
        ["/b", [["acknowledged", True], ["prompt_id", "p"]], "pet-1-3c885e88-1"],
        ["/a", [], "pet-1-3c885e88-2"],
    ]
    deliver(parts)
    assert board.flash == {}


def test_a_reboot_sends_what_waited_under_the_same_keys(board_with: MakeBoard) -> None:
    """In the same order, the new life's messages behind, with keys of their own."""
    first = board_with(CUT)
    parts = parts_on(first)
    parts.outbox.put("/a", {"n": "1"})
    parts.outbox.put("/b", {"n": "2"})
    deliver(parts)
    second = board_with(DONE, seed=2, flash=first.flash)
    parts = parts_on(second)
    parts.outbox.put("/c", {"n": "3"})
    sent = deliver(parts)
    assert [path for path, _ in sent] == ["/a", "/b", "/c"]
    assert [key for _, key in sent[:2]] == ["pet-1-3c885e88-1", "pet-1-3c885e88-2"]
    assert not sent[2][1].startswith("pet-1-3c885e88")
    assert [body for _, _, body, _ in second.server.requests] == [
        {"n": "1"},
        {"n": "2"},
        {"n": "3"},
    ]
    assert second.flash == {}


@pytest.mark.parametrize("moment", ["torn", "late"])
def test_the_power_goes_while_a_message_is_accepted(board_with: MakeBoard, moment: str) -> None:
    """Either it was not accepted, or it is sent."""
    first = board_with(flash_faults=((0, 1_000, moment),))
    with pytest.raises(PowerLost):
        parts_on(first).outbox.put("/a", {})
    second = board_with(DONE, flash=first.flash)
    sent = deliver(parts_on(second))
    assert [path for path, _ in sent] == {"torn": [], "late": ["/a"]}[moment]


def test_the_power_goes_between_delivery_and_forgetting(board_with: MakeBoard) -> None:
    """It is sent twice under one key, which the server takes once."""
    first = board_with(DONE, flash_faults=((1, 10_000, "torn"),))
    parts = parts_on(first)
    parts.outbox.put("/a", {})
    with pytest.raises(PowerLost):
        deliver(parts)
    second = board_with(DONE, flash=first.flash)
    deliver(parts_on(second))
    tries = first.server.requests + second.server.requests
    assert [path for _, path, _, _ in tries] == ["/a", "/a"]
    assert len({key for _, _, _, key in tries}) == 1
    assert second.flash == {}


def test_a_full_disk_loses_nothing(board_with: MakeBoard) -> None:
    """The message is accepted, sent, and the log says what was wrong."""
    board = board_with(DONE, flash_faults=((0, 10_000, "full"),))
    parts = parts_on(board)
    assert parts.outbox.put("/a", {})
    assert [line for line in parts.hal.lines if "cannot keep outbox" in line]
    assert [path for path, _ in deliver(parts)] == ["/a"]


def test_what_could_not_be_kept_is_kept_later(board_with: MakeBoard) -> None:
    """At the next try to send, or in a while."""
    board = board_with(CUT, flash_faults=((0, 500, "full"),))
    parts = parts_on(board)
    parts.outbox.put("/a", {})
    assert KEPT not in board.flash
    deliver(parts, 30_000)
    assert json.loads(board.flash[KEPT])[0][0] == "/a"


def test_what_could_not_be_forgotten_is_forgotten_later(board_with: MakeBoard) -> None:
    """Though nobody presses anything: the next life must not send it again for nothing."""
    board = board_with(DONE, flash_faults=((1, 30_000, "full"),))
    parts = parts_on(board)
    parts.outbox.put("/a", {})
    deliver(parts, 30_000)
    assert KEPT in board.flash
    board.kernel.run(IDLE_MS + 60_000)
    assert board.flash == {}


def test_a_heap_that_is_full_loses_nothing(board_with: MakeBoard) -> None:
    """No text can be made of the messages: they are sent all the same."""
    board = board_with(DONE)

    def no_room(_name: str, _value: str | None) -> None:
        raise MemoryError

    parts = parts_on(board)
    parts.hal.keep = no_room
    assert parts.outbox.put("/a", {})
    assert [path for path, _ in deliver(parts)] == ["/a"]


def test_a_heap_without_room_for_the_text_doubles_nothing(
    board_with: MakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The press counts once, and is kept as soon as there is room."""

    def no_memory(_: object) -> str:
        raise MemoryError

    board = board_with(CUT)
    parts = parts_on(board)
    with monkeypatch.context() as patch:
        patch.setattr("firmware.logic.outbox.json.dumps", no_memory)
        assert parts.outbox.put("/a", {})
        assert KEPT not in board.flash
    assert len({key for _, key in deliver(parts)}) == 1
    assert json.loads(board.flash[KEPT])[0][0] == "/a"


GARBAGE = [
    "",
    "null",
    "7",
    "{}",
    '{"a": 1}',
    "[",
    "[1]",
    "[[]]",
    '[["/a", []]]',
    '[["/a", [], "k", 1]]',
    '[["/a", {}, "k"]]',
    '[[7, [], "k"]]',
    '[["/a", [], null]]',
    '[["/a", [["n"]], "k"]]',
    '[["/a", [[7, "x"]], "k"]]',
    '[["/a", [["n", {}]], "k"]]',
    '[["/a", [["n", [1]]], "k"]]',
    '["abc"]',
    '[["/a", [], ""]]',
    '[["/a\\n", [], "k"]]',
    '[["/a", [], "two words"]]',
    "\x00\x01",
    "[" * 100_000,
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_an_empty_outbox(board_with: MakeBoard, garbage: str) -> None:
    """Logged, and overwritten by the first message."""
    board = board_with(DONE, flash={KEPT: garbage})
    parts = parts_on(board)
    assert parts.outbox.messages == []
    assert [
        line for line in parts.hal.lines if "the kept outbox is garbage" in line
    ] or garbage == "{}"
    assert parts.outbox.put("/a", {})
    assert json.loads(board.flash[KEPT])[0][0] == "/a"


def test_more_than_there_is_room_for_is_cut(board_with: MakeBoard) -> None:
    """The oldest are those that wait longest."""
    kept = json.dumps([[f"/{number}", [], f"k{number}"] for number in range(LEN_MAX + 5)])
    parts = parts_on(board_with(DONE, flash={KEPT: kept}))
    assert [message[0] for message in parts.outbox.messages] == [
        f"/{number}" for number in range(LEN_MAX)
    ]


PLAIN = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)
BODIES = st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.booleans(), max_size=5)


@given(st.lists(st.tuples(PLAIN, BODIES, PLAIN), max_size=LEN_MAX))
def test_what_is_kept_is_what_is_read(messages: list[tuple[str, dict[str, object], str]]) -> None:
    """Whatever the texts hold."""
    kept = json.dumps([[path, _pairs(body), key] for path, body, key in messages])
    assert _messages(kept) == [(*message, None) for message in messages]


@given(BODIES)
def test_the_values_are_in_the_order_of_their_names(body: dict[str, object]) -> None:
    """A dict of MicroPython has no order; the flash has."""
    assert _pairs(body) == [list(pair) for pair in sorted(body.items())]


def test_micropython_keeps_and_reads_the_same() -> None:
    """Every order of the names gives one text there, and it is the text of here."""
    script = (
        "import json\n"
        "from firmware.logic.outbox import _messages, _pairs\n"
        "bodies = ({'b': 'ö\"\\\\', 'a': True, 'c': 'z'}, {'c': 'z', 'b': 'ö\"\\\\', 'a': True})\n"
        "texts = [json.dumps([['/a', _pairs(body), 'k']]) for body in bodies]\n"
        "assert texts[0] == texts[1]\n"
        "path, body, key, settled = _messages(texts[0])[0]\n"
        "assert (path, body, key, settled) == ('/a', bodies[0], 'k', None)\n"
        "for garbage in ('', '[', '[1]', '{\"a\": 1}', '[[\"/a\", [], 7]]'):\n"
        "    try:\n"
        "        print(_messages(garbage))\n"
        "    except Exception as failure:\n"
        "        assert not isinstance(failure, MemoryError)\n"
        "print(texts[0])\n"
    )
    command = [micropython(), "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, b"")
    here = json.dumps([["/a", _pairs({"b": 'ö"\\', "a": True, "c": "z"}), "k"]], ensure_ascii=False)
    assert done.stdout.decode() == f"{here}\n"


def test_an_answered_prompt_stays_away_after_a_reboot(board_with: MakeBoard) -> None:
    """The server offers it until it has heard; neither before nor after that it comes back."""
    first = board_with(OPEN)
    prompt = Prompt(parts_on(first))
    asked(prompt)
    prompt.dismiss()
    second = board_with(OPEN, seed=2, flash=first.flash)
    prompt = Prompt(parts_on(second))
    asked(prompt)
    assert prompt.known.prompt is None
    second.server.answers = [DONE]
    deliver(prompt.parts)
    assert second.server.requests[-1][2] == {"prompt_id": "p", "acknowledged": False}
    second.server.answers = [OPEN]
    asked(prompt)
    assert prompt.known.prompt is None


def test_as_many_as_the_outbox_holds_stay_away(board_with: MakeBoard) -> None:
    """None of them is pushed out by the others."""
    first = board_with(CUT)
    parts = parts_on(first)
    for number in range(LEN_MAX):
        parts.outbox.put(ACK, {"prompt_id": f"p{number}", "acknowledged": True})
    known = parts_on(board_with(CUT, flash=first.flash)).known
    assert all(known.is_settled(f"p{number}") for number in range(LEN_MAX))


def test_a_pomodoro_is_found_again_after_a_reboot(board_with: MakeBoard) -> None:
    """By the server's word alone: nothing of it is kept."""
    first = board_with(RUNS)
    pomodoro = Pomodoro(parts_on(first))
    asked(pomodoro)
    assert first.flash == {}
    second = board_with(RUNS, seed=2, flash=first.flash)
    pomodoro = Pomodoro(parts_on(second))
    asked(pomodoro)
    assert second.server.requests[0][1] == f"{ACTIVE}?user_id=audrey"
    assert pomodoro.known.pomodoro is not None
    assert pomodoro.known.pomodoro[:3] == ("s", "focus", 60_000)


def test_a_stopped_pomodoro_stays_away_after_a_reboot(board_with: MakeBoard) -> None:
    """Its stop is on its way, and the server does not know yet."""
    first = board_with(RUNS)
    pomodoro = Pomodoro(parts_on(first))
    asked(pomodoro)
    pomodoro.stop()
    pomodoro = Pomodoro(parts_on(board_with(RUNS, flash=first.flash)))
    asked(pomodoro)
    assert pomodoro.known.pomodoro is None
    assert pomodoro.parts.outbox.holds(STOP)


def test_two_presses_in_two_lives_start_one_session(board_with: MakeBoard) -> None:
    """The first is still on its way."""
    first = board_with(CUT)
    Pomodoro(parts_on(first)).start()
    parts = parts_on(board_with(CUT, flash=first.flash))
    Pomodoro(parts).start()
    assert len(parts.outbox.messages) == 1


def test_to_forget_is_to_forget_in_the_flash_too(board_with: MakeBoard) -> None:
    """And whoever waits for the end is woken."""
    board = board_with(CUT)
    parts = parts_on(board)
    Water(parts).acknowledge()
    settled = board.event()
    parts.outbox.put("/a", {}, settled)
    parts.outbox.forget()
    assert board.flash == {}
    assert settled.is_set()
    assert len([line for line in parts.hal.lines if " log dropped: " in line]) == 2
