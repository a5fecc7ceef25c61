"""What was not done is forgiven if something failed, and only whom it kept from it."""

import pytest

from simulator.invariants.chat_turns import ChatTurns
from simulator.kernel.trace import Event
from tests.simulator.invariants.story import USER, Object, Story, sole, verdict
from tests.simulator.invariants.talk_story import (
    BOB,
    DEED,
    FAILED,
    HELLO,
    HOW,
    REPLY,
    START,
    STORED,
    answer,
    memory,
    mixed,
    spoken,
    talk,
    told,
    turn,
)

UNAVAILABLE = {"ok": False, "error": "No.", "code": "store_unavailable", "details": []}
LOST = {"fault": "lost answer of the store", "who": "replace", "number": 1}


def with_event(story: Story, kind: str, **facts: object) -> Story:
    """The story of an exchange, in the middle of which something happens."""
    request, *rest = story
    return [request, {"at": request["at"], "kind": kind, **facts}, *rest]


def test_a_store_that_failed_is_an_excuse() -> None:
    """Only if it did, and only for who says so."""
    said = talk(2, "How are you?", UNAVAILABLE, key="b", status=503)
    assert verdict(ChatTurns(), HELLO, with_event(said, "fault", **LOST), HOW, STORED) == []
    assert "although nothing has failed" in sole(verdict(ChatTurns(), HELLO, said, HOW, STORED))
    other = talk(2, "How are you?", FAILED, key="b", status=502)
    assert "although nothing has failed" in sole(
        verdict(ChatTurns(), HELLO, with_event(other, "fault", **LOST), HOW, STORED)
    )


@pytest.mark.parametrize("what", ["language", "hearing"])
def test_who_takes_long_may_be_given_up_or_waited_for(what: str) -> None:
    """Both are as they should be; a voice that takes long costs no more than the sound."""
    failed = talk(2, "How are you?", FAILED, key="b", status=502)
    (request, *_) = failed
    late = with_event(failed, "late", id=request["id"], what=what)
    assert verdict(ChatTurns(), HELLO, late, HOW, STORED) == []
    waited = with_event(HELLO, "late", id=HELLO[0]["id"], what=what)
    assert verdict(ChatTurns(), waited, HOW, STORED) == []
    mute = with_event(failed, "late", id=request["id"], what="voice")
    assert "although nothing has failed" in sole(verdict(ChatTurns(), HELLO, mute, HOW, STORED))


@pytest.mark.parametrize(
    ("who", "late_at", "at", "code", "is_fine"),
    [
        (USER, 60_000, 110_000, "language_failed", True),
        (USER, 60_000, 110_000, "hearing_failed", True),
        (USER, 10_000, 110_000, "language_failed", True),
        (USER, 60_000, 109_999, "language_failed", False),
        (USER, 9_999, 110_000, "language_failed", False),
        (USER, 60_000, 110_000, "store_unavailable", False),
        (BOB, 60_000, 110_000, "language_failed", False),
    ],
)
def test_who_waits_for_an_earlier_turn_may_have_no_time_left(
    who: str, late_at: int, at: int, code: str, is_fine: bool
) -> None:
    """Of the same user, if something took long in it and all the time of a turn is over."""
    (asked, *rest) = talk(at, "Well?", {**FAILED, "code": code}, status=502)
    (begun, *_) = talk(late_at, "Hello.", {}, user_id=who)
    late = {"at": late_at, "kind": "late", "id": begun["id"], "what": "voice"}
    complaints = verdict(ChatTurns(), mixed([{**asked, "at": 60_000}], [begun, late], rest))
    assert complaints == [] if is_fine else "nothing has failed" in sole(complaints)


@pytest.mark.parametrize("what", ["language", "hearing", "voice"])
def test_who_takes_long_may_leave_no_time_for_the_sound(what: str) -> None:
    """Then there is a warning in its place."""
    for warnings, complaints in ((["mute"], 0), ([], 1)):
        story, held = spoken([], warnings=warnings)
        late = with_event(story, "late", id=story[0]["id"], what=what)
        assert len(verdict(ChatTurns(), late, held)) == complaints


def test_what_was_said_to_a_server_that_died_may_be_stored_once() -> None:
    """In its own words, and until it is answered after all."""
    (request, *_) = talk(2, "How are you?", {}, key="b")
    died: Story = [request, {"at": 2, "kind": "dropped", "id": request["id"], "why": "crash"}]
    boo = [*turn(0, "Hello.", "Hi."), *turn(2, "Boo.", "Oh.")]
    assert verdict(ChatTurns(), HELLO, died, STORED) == []
    assert verdict(ChatTurns(), HELLO, died, turn(0, "Hello.", "Hi.")) == []
    assert "stored are 2" in sole(verdict(ChatTurns(), HELLO, died, boo))
    twice = [*STORED, *turn(4, "How are you?", "Well.")]
    assert "stored are 3" in sole(verdict(ChatTurns(), HELLO, died, twice))
    assert verdict(ChatTurns(), HELLO, died, HOW, STORED) == []
    assert "stored are 3" in sole(verdict(ChatTurns(), HELLO, died, HOW, twice))
    known = memory(4, [("Hello.", "Hi."), ("How are you?", "Well.")])
    assert verdict(ChatTurns(), HELLO, died, known, STORED) == []
    assert "and was told" in sole(verdict(ChatTurns(), HELLO, known, turn(0, "Hello.", "Hi.")))


def test_the_answer_may_be_that_of_an_earlier_request() -> None:
    """It was kept, and tells of what was done then; whoever asked again did more in vain."""
    refused = ("set_water_schedule", {"interval_min": 5}, {"ok": False, "error": "no"})
    first = talk(1, "Start.", UNAVAILABLE, key="a", status=503, deeds=[START])
    kept = answer("Start.", REPLY, actions=[DEED])
    second = talk(2, "Start.", kept, key="a", deeds=[START, refused])
    stories = [with_event(first, "fault", **LOST), second, turn(0, "Start.", REPLY)]
    assert verdict(ChatTurns(), *stories) == []


@pytest.mark.parametrize("answered", [{}, {"actions": [DEED]}])
def test_the_answer_may_be_that_of_a_request_still_worked_on(answered: Object) -> None:
    """Asked again too soon, both are at work: the language that fails one does not fail the other,
    and it may use nothing for one of them.
    """
    kept = answer("Start.", REPLY, **answered)
    one = talk(1, "Start.", kept, key="a", deeds=[START] if answered else [])
    other = talk(1, "Start.", kept, key="a", deeds=[START], failures=["language"])
    held = turn(0, "Start.", REPLY)
    assert verdict(ChatTurns(), one[:1], other, one[1:], held) == []
    assert verdict(ChatTurns(), other, held)
    assert verdict(ChatTurns(), gone(one), other, held)


def test_the_answer_is_not_that_of_a_request_that_was_told_that_it_failed() -> None:
    """Unless the store failed: then the answer may be there."""
    kept, held = answer("Start.", REPLY), turn(0, "Start.", REPLY)
    again = talk(3, "Start.", kept, key="a", deeds=[START])
    away = talk(1, "Start.", UNAVAILABLE, key="a", status=503)
    assert verdict(ChatTurns(), with_event(away, "fault", **LOST), again, held) == []
    failed = talk(1, "Start.", FAILED, key="a", status=502, failures=["language"])
    assert "tells of []" in sole(verdict(ChatTurns(), failed, again, held))


def gone(story: Story) -> Story:
    """The same, but its request gets lost on its way."""
    asked = story[0]
    lost: Event = {**asked, "kind": "lost", "leg": "request", "why": "loss"}
    return [asked, lost]


def test_a_stream_that_another_process_answers_is_broken_off() -> None:
    """If the same was said twice at a time; the answer is that of the other process."""
    error = {"ok": False, "error": "No.", "code": "wrong_state", "details": []}
    events: list[tuple[str, Object]] = [("heard", {"transcript": "Hello."}), ("error", error)]
    broken = told(2, "Hello.", events, key="a")
    whole = told(1, "Hello.", [("done", answer("Hello.", "Hi."))], key="a")
    (request, *rest) = whole
    held = turn(0, "Hello.", "Hi.")
    assert verdict(ChatTurns(), [request], broken, rest, held) == []
    alone = told(2, "Hello.", events, key="b")
    assert "nothing has failed" in sole(verdict(ChatTurns(), whole, alone, held))
