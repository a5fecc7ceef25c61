"""A turn that is told otherwise than it happened is noticed, and so is one that is lost."""

import json
from collections.abc import Mapping

import pytest

from simulator.invariants.chat_turns import ChatTurns
from tests.simulator.invariants.story import USER, Object, Story, exchanged, sole, verdict
from tests.simulator.invariants.talk_story import (
    MESSAGE,
    POMODORO_RESULT,
    answer,
    erase,
    memory,
    message,
    talk,
    told,
    turn,
)

FAILED = {"ok": False, "error": "No.", "code": "language_failed", "details": []}
HELLO = talk(1, "Hello.", answer("Hello.", "Hi."), key="a")
HOW = talk(2, "How are you?", answer("How are you?", "Well."), key="b")
STORED = [*turn(0, "Hello.", "Hi."), *turn(2, "How are you?", "Well.")]
START = ("start_pomodoro", {"focus_minutes": 30}, POMODORO_RESULT)
SESSION = POMODORO_RESULT["session"]
DEED: Mapping[str, object] = {
    "name": "start_pomodoro",
    "arguments": {"focus_minutes": 30},
    "ok": True,
    "error": None,
    "result": {"session": SESSION},
}
NONE_RUNS = {"ok": False, "error": "no Pomodoro is running"}
REFUSED = {**DEED, "name": "stop_pomodoro", "ok": False, "error": "none", "result": None}
SOUND = {"include_audio": True}


def started(answered: Object, *deeds: tuple[str, Object, Object]) -> list[Story]:
    """The pet is told to start a Pomodoro, and does these things."""
    reply = answer("Start.", "Done.", **answered)
    return [talk(1, "Start.", reply, deeds=deeds), turn(0, "Start.", "Done.")]


def broken_off(answered: Object) -> list[Story]:
    """The language fails after the pet has done something."""
    reply = answer("Start.", "Done.", **answered)
    story = talk(1, "Start.", reply, deeds=[START], failures=["language"])
    return [story, turn(0, "Start.", "Done.")]


def spoken(failures: list[str], **facts: object) -> list[Story]:
    """The user wants to hear the answer."""
    reply = answer("Hello.", "Hi.", **facts)
    story = talk(1, "Hello.", reply, failures=failures, asked=SOUND)
    return [story, turn(0, "Hello.", "Hi.")]


def test_turns_as_they_should_be() -> None:
    """Answered once and again, remembered, stored, failed and tried again, with deeds and sound."""
    judge = ChatTurns()
    retried = talk(3, "How are you?", answer("How are you?", "Well."), key="b")
    failed = talk(2, "How are you?", FAILED, key="b", status=502, failures=["language"])
    stories = [
        HELLO,
        failed,
        HOW,
        retried,
        memory(4, [("Hello.", "Hi."), ("How are you?", "Well.")]),
    ]
    assert verdict(judge, *stories, STORED) == []
    assert judge.cases
    for fine in (
        started({"actions": [DEED]}, START),
        started({"actions": [REFUSED]}, ("stop_pomodoro", {}, NONE_RUNS)),
        started({}, ("read_water", {}, {"ok": True})),
        spoken([], reply_audio_base64="QUJD"),
        spoken(["voice"], warnings=["mute"]),
        broken_off({"actions": [DEED], "warnings": ["not whole"]}),
    ):
        assert verdict(ChatTurns(), *fine) == []


def test_the_same_key_gets_the_same_answer() -> None:
    """To the last byte of the sound; only a stream may be cut into other pieces."""
    first = talk(1, "Hello.", answer("Hello.", "Hi.", reply_audio_base64="QUJD"), key="a")
    other = talk(2, "Hello.", answer("Hello.", "Hi.", reply_audio_base64="QUJE"), key="a")
    words = sole(verdict(ChatTurns(), first, other, turn(0, "Hello.", "Hi.")))
    assert "answered otherwise the second time: reply_audio_base64" in words
    done = ("done", answer("Hello.", "Hi."))
    one = told(1, "Hello.", [("heard", {}), ("text", {"text": "Hi."}), done], key="a")
    two = told(
        2, "Hello.", [("heard", {}), ("text", {"text": "H"}), ("text", {"text": "i."}), done], "a"
    )
    assert verdict(ChatTurns(), one, two, turn(0, "Hello.", "Hi.")) == []
    shorter = told(2, "Hello.", [("heard", {}), ("text", {"text": "H"}), done], key="a")
    assert "second time: text" in sole(verdict(ChatTurns(), one, shorter, turn(0, "Hello.", "Hi.")))


def test_nothing_is_done_twice_for_one_key() -> None:
    """The first attempt failed after the deed; the second tells of that deed, or is blamed."""
    failed = talk(1, "Start.", FAILED, key="a", status=502, deeds=[START], failures=["language"])
    reply = answer("Start.", "Done.", actions=[DEED])
    again = talk(2, "Start.", reply, key="a", deeds=[START])
    assert verdict(ChatTurns(), failed, again, turn(0, "Start.", "Done.")) == []
    result = {"ok": True, "session": {**json.loads(json.dumps(SESSION)), "session_id": "another"}}
    other = {**DEED, "result": {"session": result["session"]}}
    twice = talk(
        2,
        "Start.",
        answer("Start.", "Done.", actions=[other]),
        key="a",
        deeds=[("start_pomodoro", {"focus_minutes": 30}, result)],
    )
    words = sole(verdict(ChatTurns(), failed, twice, turn(0, "Start.", "Done.")))
    assert "start_pomodoro was done a second time for one key" in words


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        (started({}, START), "tells of [], but the pet did [('start_pomodoro', True)]"),
        (started({"actions": [DEED]}), "[('start_pomodoro', True)], but the pet did []"),
        (
            started({"actions": [{**DEED, "result": {"session": None}}]}, START),
            "tells of {'session': None}, but what came of it was",
        ),
        (
            started(
                {"actions": [{**DEED, "name": "read_water"}]}, ("read_water", {}, {"ok": True})
            ),
            "tells of [('read_water', True)], but the pet did []",
        ),
        (broken_off({"actions": [DEED]}), "was answered although ['language'] failed"),
        (spoken([]), "has no sound although the voice was well"),
        (spoken(["voice"]), "has neither sound nor a warning"),
        ([talk(1, "Hello.", FAILED, status=502)], "failed although nothing has failed"),
        (
            [talk(1, "Hello.", FAILED, status=502, failures=["voice"])],
            "failed although nothing has failed",
        ),
        (
            [
                talk(1, "Hello.", answer("Hello.", "Hi."), failures=["language"]),
                turn(0, "Hello.", "Hi."),
            ],
            "was answered although ['language'] failed",
        ),
        (
            [told(1, "Hello.", [("heard", {}), ("error", FAILED)])],
            "failed although nothing has failed",
        ),
        (
            [talk(1, "Hello.", answer("Hullo.", "Hi.")), turn(0, "Hullo.", "Hi.")],
            "said 'Hello.', and was heard to say 'Hullo.'",
        ),
    ],
)
def test_what_is_told_otherwise_is_noticed(stories: list[Story], complaint: str) -> None:
    """One thing at a time."""
    assert complaint in sole(verdict(ChatTurns(), *stories))


@pytest.mark.parametrize(
    ("held", "complaint"),
    [
        (turn(0, "Hello.", "Hi."), "answered 2 turns, and stored are 1: the last ones differ"),
        ([*STORED, *turn(4, "Boo.", "Oh.")], "answered 2 turns, and stored are 3"),
        ([*turn(0, "How are you?", "Well."), *turn(2, "Hello.", "Hi.")], "number 0 was"),
        ([*STORED[:3], *message(3, "Bad.")], "number 1 was"),
        (
            [*STORED[:3], *message(3, "Well.", conversation_id="another")],
            "number 1 was",
        ),
        ([*STORED[:2], *message(2, "How are you?"), *message(3, "Well.", role="user")], "number 1"),
        ([*STORED, *message(4, "Boo.")], "1 messages of audrey are stored without a turn"),
    ],
)
def test_turns_that_are_stored_otherwise_are_noticed(held: Story, complaint: str) -> None:
    """Lost, doubled, in another order, of other words, half."""
    assert any(complaint in words for words in verdict(ChatTurns(), HELLO, HOW, held))


def test_a_turn_that_nobody_has_heard_of_yet_may_be_stored() -> None:
    """The world ends while the answer is under way."""
    request = exchanged(9, MESSAGE, {"user_id": USER, "transcript": "Boo."}, {}, who="phone")[:1]
    held = [*STORED, *turn(4, "Boo.", "Oh.")]
    assert verdict(ChatTurns(), HELLO, HOW, request, held) == []


@pytest.mark.parametrize(
    ("looked", "complaint"),
    [
        (memory(4, []), "remembers []"),
        (memory(4, [("How are you?", "Well.")]), "has no summary"),
        (memory(4, [("How are you?", "Well."), ("Hello.", "Hi.")]), "and was told"),
        (memory(4, [("Hello.", "Hi.")], summary="more"), "and was told"),
    ],
)
def test_a_memory_that_is_wrong_is_noticed(looked: Story, complaint: str) -> None:
    """It holds the newest turns, in their order, and a summary of those before."""
    assert complaint in sole(verdict(ChatTurns(), HELLO, HOW, looked, STORED))


def test_what_was_erased_is_neither_remembered_nor_stored() -> None:
    """Nor does its key get an answer any more that could be compared."""
    again = talk(5, "Hello.", answer("Hello.", "Hi again."), key="a")
    stories = [HELLO, HOW, erase(3), memory(4, [])]
    assert verdict(ChatTurns(), *stories) == []
    assert verdict(ChatTurns(), *stories, again, turn(4, "Hello.", "Hi again.")) == []
    assert "remembers" in sole(
        verdict(ChatTurns(), HELLO, erase(3), memory(4, [("Hello.", "Hi.")]))
    )
    assert "stored are 2" in sole(verdict(ChatTurns(), *stories, STORED))


def test_older_turns_stand_in_the_summary() -> None:
    """Then the newest ones are enough."""
    looked = memory(4, [("How are you?", "Well.")], summary="They met.")
    assert verdict(ChatTurns(), HELLO, HOW, looked, STORED) == []
