"""Promises of how a device asks and what it decides, on records written by hand."""

import pytest

from simulator.conformance import record as of
from simulator.conformance import story
from simulator.conformance.record import FINE, LOST, Request
from tests.simulator.conformance.told import (
    BROKEN,
    KEPT,
    UNTESTED,
    judged,
    polls,
    press,
    record,
    request,
    screen,
    span,
)

PROMPT_ID = "5e1f0000-0000-4000-8000-000000000001"
SESSION_ID = "5e1f0000-0000-4000-8000-000000000002"


def test_nothing_asked_is_nothing_tested() -> None:
    """No promise is kept by a device that never came."""
    told = record()
    for promise in ("asks by the contract", "polls in time", "backs off", "is there in the end"):
        assert judged(promise, told).verdict is UNTESTED


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (request(1, of.WATER_POLL, asked={}), "user_id"),
        (request(1, of.WATER_POLL, key="has a space"), "idempotency-key"),
        (request(1, of.PROMPT_ACK, asked={"prompt_id": "7", "acknowledged": True}), "prompt_id"),
        (request(1, "GET /api/water/pol"), "is not in the contract"),
        (Request(0, 0, "calm", "?", {}, {}, FINE, fault="begins no request"), "begins no request"),
    ],
)
def test_what_the_contract_does_not_know_is_broken(asked: Request, words: str) -> None:
    """By its path, its query, its headers, its body, its bytes."""
    found = judged("asks by the contract", record(request(0, of.WATER_POLL), asked))
    assert found.verdict is BROKEN
    assert len(found.evidence) == 1
    assert words in found.evidence[0]


@pytest.mark.parametrize(
    ("at_s", "end_s", "verdict", "words"),
    [
        ((0, 10, 20, 30), 35, KEPT, "when it was told to"),
        ((0, 12, 24, 36), 40, KEPT, "when it was told to"),
        ((0, 30, 60, 90), 100, KEPT, "at its own period, at most 30.0 s"),
        ((0, 10, 20, 95), 100, BROKEN, "0:20 water: silent for 75.0 s"),
        ((0, 10, 20), 100, BROKEN, "0:20 water: silent for 80.0 s"),
    ],
)
def test_a_poll_comes_in_time(
    at_s: tuple[float, ...], end_s: int, verdict: object, words: str
) -> None:
    """As told, or at a period of its own; the last silence counts as far as it was seen."""
    told = record(*polls("calm", *at_s), treatments=(span(FINE, 0, end_s),))
    found = judged("polls in time", told)
    assert found.verdict is verdict
    assert words in found.evidence[0]


def test_what_happens_in_an_outage_is_not_late() -> None:
    """Nor while a token ends."""
    outage = (span(FINE, 0, 12), span(of.CLOSED, 12, 200), span(FINE, 200, 215))
    told = record(*polls("calm", 0, 10, 205), treatments=outage)
    assert judged("polls in time", told).verdict is KEPT
    ends = (span(story.TOKEN_ENDS, 12, 200),)
    told = record(*polls("calm", 0, 10, 205), treatments=(span(FINE, 0, 215),), acts=ends)
    assert judged("polls in time", told).verdict is KEPT


def test_a_slow_machine_judges_nobody() -> None:
    """What was late while it was late is untested, and says so; an older lag excuses nothing."""
    late = polls("calm", 0, 10, 20, 95)
    told = record(*late, treatments=(span(FINE, 0, 100),), lags=((50_000, 500),))
    found = judged("polls in time", told)
    assert found.verdict is UNTESTED
    assert "too slow" in found.evidence[0]
    told = record(*late, treatments=(span(FINE, 0, 100),), lags=((5_000, 500), (50_000, 90)))
    assert judged("polls in time", told).verdict is BROKEN


def test_haste_is_seen_and_a_second_look_is_not() -> None:
    """A poll that follows a press may come at once; a loop may not."""
    looks = (0, 10, 10.1, 20, 20.1, 30, 40, 50, 60)
    assert judged("never hurries", record(*polls("calm", *looks))).verdict is KEPT
    loop = [0.2 * step for step in range(20)]
    assert judged("never hurries", record(*polls("calm", *loop))).verdict is BROKEN


PAIRED = {"status": "paired", "token": "pet_1", "user_id": "audrey"}


def pairing(*bearing: str) -> list[Request]:
    """Give a pairing at 1 s, then a poll with each of these tokens ; "" is none."""
    head = [
        request(0, of.PAIRING, answer={"user_code": "BCDF-GHJK"}, status=201),
        request(1, of.COLLECT, answer=PAIRED),
    ]
    return head + [
        request(10 * place, of.WATER_POLL, headers={"authorization": token} if token else {})
        for place, token in enumerate(bearing, 1)
    ]


@pytest.mark.parametrize(
    ("bearing", "verdict"),
    [
        (("Bearer pet_1", "Bearer pet_1"), KEPT),
        (("Bearer pet_1", ""), BROKEN),
        (("Bearer pet_1", "Bearer pet_2"), BROKEN),
    ],
)
def test_a_token_is_borne(bearing: tuple[str, ...], verdict: object) -> None:
    """From then on, and no other."""
    shown = screen(0.5, "PAIRING", "BCDF-GHJK")
    assert judged("proves who it is", record(*pairing(*bearing), shown)).verdict is verdict


def test_a_code_is_shown_and_its_token_collected() -> None:
    """A code that nobody can read is of no use; who asks for none is not tested."""
    assert judged("proves who it is", record(*pairing("Bearer pet_1"))).verdict is BROKEN
    assert judged("proves who it is", record(*pairing()[:1])).verdict is BROKEN
    assert judged("proves who it is", record(*polls("calm", 1))).verdict is UNTESTED


def reminders(first: list[Request], second: list[Request]) -> list[Request]:
    """Give both acts of reminders, with these acknowledgements."""
    due = {"remind_now": True}
    return [
        request(1, of.WATER_POLL, story.REMINDER, answer=due),
        *first,
        request(61, of.WATER_POLL, story.LOST_REMINDER, answer=due),
        *second,
    ]


def ack(at_s: float, act: str, key: str | None, treatment: str = FINE) -> Request:
    """Give an acknowledgement of a reminder."""
    return request(at_s, of.WATER_ACK, act, key=key, treatment=treatment, answer={"ok": True})


LOST_ACK, AGAIN = ack(5, story.REMINDER, "a", LOST), ack(7, story.REMINDER, "a")
SECOND_ACK = ack(65, story.LOST_REMINDER, "b")


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([LOST_ACK, AGAIN], [SECOND_ACK], ""),
        ([ack(5, story.REMINDER, None, LOST), ack(7, story.REMINDER, None)], [SECOND_ACK], "no I"),
        ([LOST_ACK, ack(7, story.REMINDER, "c")], [SECOND_ACK], "several keys: a, c"),
        ([LOST_ACK], [SECOND_ACK], "not repeated"),
        ([LOST_ACK, AGAIN, ack(9, story.REMINDER, "a")], [SECOND_ACK], "had been answered"),
        ([LOST_ACK, AGAIN], [ack(65, story.LOST_REMINDER, "a")], "two acknowledgements"),
        ([], [SECOND_ACK], "not told"),
    ],
)
def test_a_reminder_is_acknowledged_once(
    first: list[Request], second: list[Request], words: str
) -> None:
    """With one key of its own, repeated until it is answered."""
    found = judged("acknowledges once", record(*reminders(first, second)))
    assert found.verdict is (BROKEN if words else KEPT)
    assert words in found.evidence[0]


def test_who_does_not_press_breaks_nothing() -> None:
    """A person may have looked away."""
    told = record(*reminders([], [SECOND_ACK]), hands=False)
    assert judged("acknowledges once", told).verdict is UNTESTED


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [(("a", "a"), KEPT), (("a", "b"), BROKEN), ((None, None), BROKEN), (("a",), UNTESTED)],
)
def test_a_lost_poll_is_repeated(keys: tuple[str | None, ...], verdict: object) -> None:
    """Under its key."""
    ways = (LOST, FINE)
    asked = [
        request(place, of.WATER_POLL, story.LOST_REMINDER, key=key, treatment=way)
        for place, (key, way) in enumerate(zip(keys, ways, strict=False))
    ]
    assert judged("repeats a lost poll", record(*asked)).verdict is verdict


def prompt(act: str, *acks: tuple[float, bool, str | None, str]) -> list[Request]:
    """Give a prompt that is told at second 1, and its answers."""
    shows = {"show_prompt": True, "prompt_id": PROMPT_ID + act}
    return [
        request(1, of.PROMPT_POLL, act, answer=shows),
        *(
            request(
                at_s,
                of.PROMPT_ACK,
                act,
                key=key,
                treatment=way,
                asked={"prompt_id": PROMPT_ID + act, "acknowledged": said},
            )
            for at_s, said, key, way in acks
        ),
    ]


ACCEPTED = ((2.0, True, "a", LOST), (4.0, True, "a", FINE))
DISMISSED = ((2.0, False, None, LOST), (4.0, False, None, FINE))


@pytest.mark.parametrize(
    ("accepted", "dismissed", "verdict"),
    [
        (ACCEPTED, DISMISSED, KEPT),
        (ACCEPTED, (), UNTESTED),
        ((), DISMISSED, BROKEN),
        (ACCEPTED[:1], DISMISSED, BROKEN),
        ((ACCEPTED[0], (4.0, True, "b", FINE)), DISMISSED, BROKEN),
        ((ACCEPTED[0], (4.0, False, "a", FINE)), DISMISSED, BROKEN),
        (ACCEPTED, ACCEPTED, BROKEN),
        ((*ACCEPTED, (6.0, True, "a", FINE)), DISMISSED, BROKEN),
    ],
)
def test_a_prompt_is_answered_once(
    accepted: tuple[tuple[float, bool, str | None, str], ...],
    dismissed: tuple[tuple[float, bool, str | None, str], ...],
    verdict: object,
) -> None:
    """As the person did. It needs no key, since its id says enough; with one, it keeps to it."""
    told = record(
        *prompt(story.PROMPT, *accepted),
        *prompt(story.DISMISSED_PROMPT, *dismissed),
    )
    assert judged("answers prompts once", told).verdict is verdict


def test_a_withdrawn_prompt_is_left_alone() -> None:
    """Whatever is pressed then."""
    pressed = press(9, story.WITHDRAWN_PROMPT, "long")
    told = prompt(story.WITHDRAWN_PROMPT)
    assert judged("leaves withdrawn prompts", record(*told, pressed)).verdict is KEPT
    assert judged("leaves withdrawn prompts", record(*told)).verdict is UNTESTED
    told = prompt(story.WITHDRAWN_PROMPT, (10.0, False, None, FINE))
    assert judged("leaves withdrawn prompts", record(*told, pressed)).verdict is BROKEN


START = request(
    1,
    of.START,
    story.OWN_POMODORO,
    key="a",
    status=201,
    answer={"session": {"session_id": SESSION_ID}},
)


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        ([START, request(5, of.STOP, story.OWN_POMODORO, asked={"session_id": SESSION_ID})], KEPT),
        ([START, request(5, of.STOP, story.OWN_POMODORO, asked={"session_id": PROMPT_ID})], BROKEN),
        ([START], UNTESTED),
        ([], UNTESTED),
        ([START, request(2, of.START, story.OWN_POMODORO, key="b", status=201)], BROKEN),
        ([request(1, of.START, story.OWN_POMODORO, status=201)], BROKEN),
    ],
)
def test_a_press_starts_one_pomodoro(asked: list[Request], verdict: object) -> None:
    """And another one stops that one."""
    assert judged("runs Pomodoros", record(*asked)).verdict is verdict


def test_encouragement_is_shown() -> None:
    """If a long press asks for it at all."""
    kind = request(9, of.ENCOURAGEMENT, story.WITHDRAWN_PROMPT, answer={"message": "Go on."})
    assert judged("asks for encouragement", record()).verdict is UNTESTED
    assert judged("asks for encouragement", record(kind)).verdict is BROKEN
    shown = screen(9.5, "MESSAGE", "", "Go on.")
    assert judged("asks for encouragement", record(kind, shown)).verdict is KEPT
    assert judged("asks for encouragement", record(kind, eyes=False)).verdict is KEPT
