"""A turn that is told otherwise than it happened is noticed, and so is one that is lost."""

import json

import pytest

from simulator.invariants.chat_turns import ChatTurns
from simulator.kernel.trace import number
from tests.simulator.invariants.story import USER, Object, Story, exchanged, sole, verdict
from tests.simulator.invariants.talk_story import (
    DEED,
    FAILED,
    HELLO,
    HOW,
    MESSAGE,
    OTHER,
    POMODORO_RESULT,
    REPLY,
    SESSION,
    START,
    STORED,
    TALK,
    answer,
    erase,
    memory,
    message,
    mixed,
    spoken,
    talk,
    told,
    turn,
)

NONE_RUNS = {"ok": False, "error": "no Pomodoro is running"}
REFUSED = {**DEED, "name": "stop_pomodoro", "ok": False, "error": "none", "result": None}


Deed = tuple[str, Object, Object]
"""A tool, its arguments, and what comes of it."""


def started(answered: Object, *deeds: tuple[str, Object, Object]) -> list[Story]:
    """The pet is told to start a Pomodoro, and does these things."""
    reply = answer("Start.", REPLY, **answered)
    return [talk(1, "Start.", reply, deeds=deeds), turn(0, "Start.", REPLY)]


def broken_off(answered: Object) -> list[Story]:
    """The language fails after the pet has done something."""
    reply = answer("Start.", REPLY, **answered)
    story = talk(1, "Start.", reply, deeds=[START], failures=["language"])
    return [story, turn(0, "Start.", REPLY)]


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


def thinking(story: Story, after_ms: int = 0) -> Story:
    """The same, and when the pet begins to think of it."""
    request, *rest = story
    at = number(request, "at") + after_ms
    return [request, {"at": at, "kind": "thinks", "id": request["id"]}, *rest]


def test_what_was_done_is_said() -> None:
    """In words, too; what was refused need not be."""
    silent = talk(1, "Start.", answer("Start.", "Fine.", actions=[DEED]), deeds=[START])
    words = sole(verdict(ChatTurns(), silent, turn(0, "Start.", "Fine.")))
    assert "did ['start_pomodoro'], and does not say so" in words
    refused: list[Deed] = [("stop_pomodoro", {}, NONE_RUNS)]
    fine = talk(1, "Stop.", answer("Stop.", "Fine.", actions=[REFUSED]), deeds=refused)
    assert verdict(ChatTurns(), fine, turn(0, "Stop.", "Fine.")) == []


def test_two_wishes_in_a_sentence_are_two() -> None:
    """To start what was stopped is another start; to start it twice over is one."""
    stop: Deed = ("stop_pomodoro", {}, {"ok": True, "stopped": 1})
    stopped = {**DEED, "name": "stop_pomodoro", "arguments": {}, "result": {"stopped": 1}}
    again = started({"actions": [DEED, stopped, DEED]}, START, stop, START)
    assert "was done once where request" in sole(verdict(ChatTurns(), *again))
    assert isinstance(SESSION, dict)
    session = {**SESSION, "session_id": "another"}
    other, anew = {**POMODORO_RESULT, "session": session}, {**DEED, "result": {"session": session}}
    two = started({"actions": [DEED, stopped, anew]}, START, stop, (*START[:2], other))
    assert verdict(ChatTurns(), *two) == []
    assert verdict(ChatTurns(), *started({"actions": [DEED, DEED]}, START, START)) == []


def test_nobody_says_for_whom() -> None:
    """Who talks is the one: a tool that takes another is noticed, one that refuses is fine."""
    arguments = {"focus_minutes": 30, "user_id": "somebody"}
    told = started({"actions": [DEED]}, ("start_pomodoro", arguments, POMODORO_RESULT))
    assert "was told for whom, and did it" in sole(verdict(ChatTurns(), *told))
    refused = started({"actions": [REFUSED]}, ("stop_pomodoro", arguments, NONE_RUNS))
    assert verdict(ChatTurns(), *refused) == []


def test_nobody_thinks_twice() -> None:
    """Of one request; of another one with the same key he may."""
    once = thinking(HELLO)
    assert verdict(ChatTurns(), once, turn(0, "Hello.", "Hi.")) == []
    twice = thinking(thinking(HELLO))
    assert "was thought of a second time" in sole(
        verdict(ChatTurns(), twice, turn(0, "Hello.", "Hi."))
    )


def test_what_was_thought_of_before_an_erasure_is_erased() -> None:
    """Though it was answered after that; what may have been thought of later may be there."""
    request, *rest = thinking(talk(1, "Hello.", answer("Hello.", "Hi."), key="x"))
    thinks, *served = rest
    late: Story = [{**event, "at": 9_000} for event in served]
    erased: Story = [{**event, "at": 5_000} for event in erase(5)]
    remembered = memory(10, [("Hello.", "Hi.")])
    said = verdict(ChatTurns(), [request, thinks], erased, late, remembered)
    assert "remembers [Turn(" in " ".join(said)
    assert verdict(ChatTurns(), [request, thinks], erased, late, memory(10, [])) == []
    doubtful = [request], erased, late, remembered, turn(0, "Hello.", "Hi.")
    assert verdict(ChatTurns(), *doubtful) == []


def test_of_what_is_said_at_once_nobody_knows_what_was_first() -> None:
    """Answered in another order than remembered: that may be only of turns that overlap."""
    first = talk(1, "Hello.", answer("Hello.", "Hi."), key="x")
    request, *served = talk(2, "And?", answer("And?", "Well."), key="y")
    stored = [*turn(0, "And?", "Well."), *turn(2, "Hello.", "Hi.")]
    said = verdict(ChatTurns(), first, [request, *served], stored)
    assert "number 0 was Turn(" in sole(said)
    together: Story = [{**request, "at": 0}]
    remembered = memory(3, [("And?", "Well."), ("Hello.", "Hi.")])
    assert verdict(ChatTurns(), together, first, served, remembered, stored) == []


def lasting(asked_at: int, at: int, transcript: str, reply: str) -> Story:
    """A turn that takes some time."""
    (request, *rest) = talk(at, transcript, answer(transcript, reply))
    return [{**request, "at": asked_at}, *rest]


HELLO_SAID, HOW_SAID = ("Hello.", "Hi."), ("How are you?", "Well.")


@pytest.mark.parametrize(
    ("hellos", "order", "kept"),
    [
        (((1, 2), (5, 6)), "hwh", True),
        (((1, 2), (5, 6)), "whh", True),
        (((1, 2), (5, 6)), "hhw", False),
        (((0, 9), (5, 6)), "hwh", True),
        (((0, 9), (5, 6)), "whh", True),
        (((0, 9), (5, 6)), "hhw", False),
        (((4, 9), (5, 6)), "hwh", False),
        (((4, 9), (5, 6)), "whh", True),
        (((0, 9), (1, 6)), "hhw", True),
    ],
)
def test_any_of_those_that_say_the_same_may_be_the_first(
    hellos: tuple[tuple[int, int], tuple[int, int]], order: str, kept: bool
) -> None:
    """One may take so long that what was said later is there before it."""
    said = [lasting(*span, *HELLO_SAID) for span in hellos]
    story = mixed(lasting(1, 3, *HOW_SAID), *said)
    known = [{"h": HELLO_SAID, "w": HOW_SAID}[letter] for letter in order]
    stored = [event for place, each in enumerate(known) for event in turn(2 * place, *each)]
    assert (verdict(ChatTurns(), story, stored) == []) is kept
    looked = verdict(ChatTurns(), story, memory(20, known))
    assert any("remembers" in words for words in looked) is not kept


def test_a_turn_that_is_perhaps_said_again_may_be_all_that_is_left_of_both() -> None:
    """If the one that was answered stands in the summary, and the other was said after the rest."""
    (request,) = said_again()
    again: Story = [{**request, "at": 3}]
    known = [HOW_SAID, HELLO_SAID]
    looked = memory(4, known, summary="They met.")
    assert verdict(ChatTurns(), HELLO, HOW, again, looked, STORED) == []
    assert "and was told" in sole(verdict(ChatTurns(), HELLO, HOW, looked, STORED))
    assert "has no summary" in sole(
        verdict(ChatTurns(), HELLO, HOW, again, memory(4, known), STORED)
    )


def test_what_was_not_said_yet_is_no_older_turn() -> None:
    """Of what is open nobody knows when it ends, but everybody when it began."""
    early, late = said_again(transcript="Boo."), said_again(transcript="Boo.")
    late = [{**late[0], "at": 3}]
    held = [*turn(0, *HELLO_SAID), *turn(2, "Boo.", "Oh."), *turn(4, *HOW_SAID)]
    assert verdict(ChatTurns(), HELLO, early, HOW, held) == []
    assert "number 1 was" in sole(verdict(ChatTurns(), HELLO, HOW, late, held))


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
    reply = answer("Start.", REPLY, actions=[DEED])
    again = talk(2, "Start.", reply, key="a", deeds=[START])
    assert verdict(ChatTurns(), failed, again, turn(0, "Start.", REPLY)) == []
    result = {"ok": True, "session": {**json.loads(json.dumps(SESSION)), "session_id": "another"}}
    other = {**DEED, "result": {"session": result["session"]}}
    twice = talk(
        2,
        "Start.",
        answer("Start.", REPLY, actions=[other]),
        key="a",
        deeds=[("start_pomodoro", {"focus_minutes": 30}, result)],
    )
    words = sole(verdict(ChatTurns(), failed, twice, turn(0, "Start.", REPLY)))
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
        (turn(0, "How are you?", "Well."), "answered 2 turns, and stored are 1: number 0 was"),
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


def said_again(**asked: object) -> Story:
    """Somebody says the same in the same conversation, and never has an answer."""
    wish = {"user_id": USER, "transcript": "Hello.", "conversation_id": TALK, **asked}
    wish = {name: value for name, value in wish.items() if value is not None}
    return exchanged(1, MESSAGE, wish, {}, who="phone/again")[:1]


SAID = ("Hello.", "Hi.")


@pytest.mark.parametrize(
    ("doubts", "copies", "kept"),
    [
        ([said_again()], 2, True),
        ([said_again()], 1, True),
        ([said_again(), said_again()], 2, True),
        ([], 2, False),
        ([said_again()], 3, False),
        ([said_again(transcript="Hullo.")], 2, False),
        ([said_again(conversation_id=OTHER)], 2, False),
        ([said_again(conversation_id=None)], 2, False),
        ([said_again(user_id="bob")], 2, False),
        ([said_again(transcript="Boo."), said_again()], 3, False),
    ],
)
def test_a_turn_that_is_perhaps_said_again_may_be_there_twice(
    doubts: list[Story], copies: int, kept: bool
) -> None:
    """Of the same words and answer as another one; once for each who says it there."""
    held = [event for copy in range(copies) for event in turn(2 * copy, *SAID)]
    story = [HELLO, *doubts]
    assert (verdict(ChatTurns(), *story, held) == []) is kept
    looked = verdict(ChatTurns(), *story, memory(4, [SAID] * copies), held)
    assert any("remembers" in words for words in looked) is not kept


def test_words_that_nobody_has_read_are_one_turn_at_most() -> None:
    """Of two turns that are there twice one is too many."""
    spoken_again = said_again(transcript=None, audio_base64="QUJD")
    held = [*STORED, *turn(4, *SAID)]
    assert verdict(ChatTurns(), HELLO, HOW, spoken_again, held) == []
    held += turn(6, "How are you?", "Well.")
    assert "stored are 4" in sole(verdict(ChatTurns(), HELLO, HOW, spoken_again, held))


HELLO_LATER = talk(3, "Hello.", answer("Hello.", "Hi."), key="a")


@pytest.mark.parametrize("turns", [(HELLO, HOW), (HOW, HELLO_LATER)])
def test_of_two_turns_that_are_the_same_either_may_be_in_doubt(turns: tuple[Story, Story]) -> None:
    """There is something between them, which was said before or after the one that is not."""
    asked = "How are you?", "Well."
    looked = memory(4, [SAID, asked, SAID])
    held = [*turn(0, *SAID), *turn(2, *asked), *turn(4, *SAID)]
    assert verdict(ChatTurns(), *turns, said_again(), looked, held) == []
    assert verdict(ChatTurns(), *turns, looked, held)


def test_what_was_erased_is_neither_remembered_nor_stored() -> None:
    """Nor does its key get an answer any more that could be compared; nor is that stored."""
    again, once_more, new = (
        talk(at, "Hello.", answer("Hello.", reply), key=key)
        for at, reply, key in ((5, "Hi again.", "a"), (6, "Hi, hi.", "a"), (6, "Hi, hi.", "c"))
    )
    stories = [HELLO, HOW, erase(3), memory(4, [])]
    assert verdict(ChatTurns(), *stories) == []
    assert verdict(ChatTurns(), *stories, again, once_more) == []
    assert "stored are 1" in sole(
        verdict(ChatTurns(), *stories, again, turn(4, "Hello.", "Hi again."))
    )
    assert verdict(ChatTurns(), *stories, new, turn(4, "Hello.", "Hi, hi.")) == []
    assert "remembers" in sole(
        verdict(ChatTurns(), HELLO, erase(3), memory(4, [("Hello.", "Hi.")]))
    )
    assert "stored are 2" in sole(verdict(ChatTurns(), *stories, STORED))


def erasing(asked_at: int, at: int, **facts: object) -> Story:
    """The user has all of it forgotten, which takes some time."""
    (request, served, *rest) = erase(at)
    return [{**request, "at": asked_at}, {**served, **facts}, *rest]


def under_way(asked_at: int, at: int) -> Story:
    """A turn that takes some time."""
    (request, *rest) = talk(at, "Hello.", answer("Hello.", "Hi."), key="a")
    return [{**request, "at": asked_at}, *rest]


STAYS = turn(0, "Hello.", "Hi.")


@pytest.mark.parametrize(
    ("turns", "erased", "may_stay", "may_go"),
    [
        (under_way(1, 4), erasing(2, 3), True, True),
        (under_way(2, 3), erasing(1, 4), True, True),
        (under_way(1, 3), erasing(2, 4), True, True),
        (under_way(1, 2), erasing(3, 4), False, True),
        (under_way(3, 4), erasing(1, 2), True, False),
        (under_way(1, 2), erasing(3, 4, status=429), True, False),
        (under_way(1, 2), erasing(3, 4)[:1], True, True),
    ],
)
def test_of_what_was_said_while_it_was_erased_nobody_knows(
    turns: Story, erased: Story, may_stay: bool, may_go: bool
) -> None:
    """It may be gone or not, but only if the two were under way at the same time."""
    story = mixed(turns, erased)
    assert (verdict(ChatTurns(), story, STAYS) == []) is may_stay
    assert (verdict(ChatTurns(), story) == []) is may_go
    remembered, nothing = memory(9, [("Hello.", "Hi.")]), memory(9, [])
    assert any("remembers" in each for each in verdict(ChatTurns(), story, remembered)) != may_stay
    assert any("remembers" in each for each in verdict(ChatTurns(), story, nothing)) != may_go


def test_what_is_answered_anew_after_an_erasure_is_a_new_turn() -> None:
    """It may be there after what was said meanwhile; that may not be there before the first one."""
    anew = talk(6, "Hello.", answer("Hello.", "Hi again."), key="a")
    how = talk(4, "How are you?", answer("How are you?", "Well."))
    held = [*turn(0, *HOW_SAID), *turn(2, "Hello.", "Hi again.")]
    assert verdict(ChatTurns(), HELLO, erasing(2, 3)[:1], how, anew, held) == []
    held = [*turn(0, *HOW_SAID), *turn(2, *HELLO_SAID)]
    assert verdict(ChatTurns(), HELLO, erasing(2, 3)[:1], how, anew, held)


def test_an_erasure_that_never_arrived_has_erased_nothing() -> None:
    """While one that somebody died of may have."""
    request = erasing(3, 4)[0]
    lost = {"at": 4, "kind": "lost", "id": request["id"], "leg": "request", "why": "loss"}
    dropped = {"at": 4, "kind": "dropped", "id": request["id"]}
    assert "stored are 0" in sole(verdict(ChatTurns(), HELLO, [request, lost]))
    assert verdict(ChatTurns(), HELLO, [request, dropped]) == []
    assert verdict(ChatTurns(), HELLO, [request, dropped], STAYS) == []


def test_older_turns_stand_in_the_summary() -> None:
    """Then the newest ones are enough."""
    looked = memory(4, [("How are you?", "Well.")], summary="They met.")
    assert verdict(ChatTurns(), HELLO, HOW, looked, STORED) == []
