"""Talking with the pet, in virtual time: when it listens, what it shows, what it says when it is
not answered, and that nothing else is lost meanwhile.
"""

from collections.abc import Callable, Iterator

import pytest

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.plan import HOUR
from firmware.hal.virtual.server import VirtualServer
from firmware.logic import talk
from firmware.logic.config import Config
from firmware.logic.pet import Pet
from tests.firmware.talk_server import CONVERSATION, ERROR, HEARD
from tests.firmware.talking_board import UNHEARD, WELL, Step, TalkingBoard

AT = 10_000
HELD_MS = 2_000
LET_GO = AT + HELD_MS
HOLD = [(AT, LET_GO)]
LONG_TEXT = "Of course. I have started a Pomodoro of twenty-five minutes. Put the telephone away."
KEPT_USER = " audrey"


@pytest.fixture
def board_of() -> Iterator[Callable[..., TalkingBoard]]:
    """Make boards; their power is taken away at the end."""
    boards: list[TalkingBoard] = []

    def board_of(*arguments: object, **options: object) -> TalkingBoard:
        make: Callable[..., TalkingBoard] = TalkingBoard
        boards.append(make(*arguments, **options))
        return boards[-1]

    yield board_of
    for board in boards:
        board.kernel.close()


Boards = Callable[..., TalkingBoard]


def near(moment: int, wanted: int) -> bool:
    """Whether a host's look or two are between them."""
    return 0 <= moment - wanted <= 60


def test_a_talk_from_the_touch_to_the_last_word(board_of: Boards) -> None:
    """It listens while the button is held and a moment longer, thinks, says what it has heard, and
    speaks, page by page; then it is as before.
    """
    board = board_of(HOLD)
    board.live(30_000)
    assert [(screen, words) for _, screen, words in board.shown] == [
        ("IDLE", " | "),
        ("TALK", "listening | "),
        ("TALK", "thinking | "),
        ("TALK", f"thinking | {HEARD['transcript']}"),
        ("MESSAGE", " | I am well."),
        ("MESSAGE", " | I am well. And you?"),
        ("IDLE", " | "),
    ]
    moments = [moment for moment, _, _ in board.shown]
    assert moments[1] == AT
    assert near(moments[2], LET_GO + talk.TAIL_MS)
    assert near(moments[3], moments[2] + 400)
    assert near(moments[6], moments[2] + 400 + 600 + 100 + 3_000)
    assert near(board.listened[0][1], LET_GO + talk.TAIL_MS)


def test_what_is_asked(board_of: Boards) -> None:
    """Whose pet it is, how it wants to be spoken to, and a key of its own each time."""
    board = board_of([(AT, LET_GO), (40_000, 42_000)])
    board.live(60_000)
    (path, wish, first), (_, again, second) = board.asked
    assert path == "/api/chat/stream"
    assert wish == {
        "user_id": "audrey",
        "include_audio": True,
        "audio_format": "wav",
    }
    assert again == {**wish, "conversation_id": CONVERSATION}
    assert first.keys() == second.keys() == {"Idempotency-Key"}
    assert first != second
    assert first["Idempotency-Key"].startswith("pet-1-")


def test_a_pet_that_cannot_speak_asks_for_no_sound(board_of: Boards) -> None:
    """Its words are read."""
    board = board_of(HOLD, can_speak=False)
    board.live(30_000)
    assert board.asked[0][1]["include_audio"] is False
    assert " | I am well. And you?" in [words for _, _, words in board.shown]


@pytest.mark.parametrize("held_ms", [0, 20, talk.TAP_MS - 40])
def test_a_tap_says_nothing(board_of: Boards, held_ms: int) -> None:
    """And no failure is told."""
    board = board_of([(AT, AT + held_ms)])
    board.live(30_000)
    assert {screen for _, screen, _ in board.shown[1:-1]} <= {"TALK"}
    assert board.shown[-1][1] == "IDLE"
    assert board.shown[-1][0] <= AT + talk.TAP_MS
    assert [word for _, word in board.ended] == ["stopped"]


def test_nobody_is_heard_for_longer_than_half_a_minute(board_of: Boards) -> None:
    """Then it answers, with the button held."""
    board = board_of([(AT, AT + 120_000)])
    board.live(60_000)
    assert near(board.listened[0][1], AT + talk.LISTEN_MS + talk.TAIL_MS)
    assert board.ended[0][1] == "told"


@pytest.mark.parametrize("kind", ["short", "long", "second"])
@pytest.mark.parametrize("at", [AT + 1_000, LET_GO + 400, LET_GO + 2_000])
def test_any_press_makes_it_stop(board_of: Boards, kind: str, at: int) -> None:
    """While it listens, thinks or speaks; and the press means nothing else."""
    board = board_of(HOLD, presses=[(at, kind)])
    board.live(60_000)
    assert [word for _, word in board.ended] == ["stopped"]
    assert near(board.ended[0][0], at)
    assert board.shown[-1][1] == "IDLE"
    assert near(board.shown[-1][0], at)


def test_who_talks_while_it_speaks_is_heard(board_of: Boards) -> None:
    """It stops, and listens at once."""
    again = LET_GO + 2_000
    board = board_of([(AT, LET_GO), (again, again + 1_000)])
    board.live(60_000)
    assert [word for _, word in board.ended] == ["stopped", "told"]
    assert near(board.listened[1][0], again)
    listening = [moment for moment, _, words in board.shown if words == "listening | "]
    assert near(listening[1], again)


def test_a_long_answer_is_turned_at_the_pace_of_speech(board_of: Boards) -> None:
    """Also when nothing more comes; each page stands for as long as it takes to say it."""
    script: list[Step] = [(100, "heard", HEARD), (100, "text", {"text": LONG_TEXT})]
    board = board_of(HOLD, [([*script, (0, "done", {})], (200, None))])
    board.live(60_000)
    pages = [(moment, words[3:]) for moment, screen, words in board.shown if screen == "MESSAGE"]
    assert " ".join(words for _, words in pages) == LONG_TEXT
    ends = [*[moment for moment, _ in pages[1:]], board.shown[-1][0]]
    for (moment, words), end in zip(pages, ends, strict=True):
        assert near(end, moment + max(talk.PAGE_MS_MIN, len(words) * talk.LETTER_MS))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, {"error": "x", "code": "validation_failed"}), "I heard no words. Say it again?"),
        ((404, {"error": "x", "code": "not_found"}), talk.DUMB),
        ((404, None), talk.UNREACHABLE),
        ((413, {"error": "x"}), talk.TOO_LONG),
        ((429, {"error": "x"}), talk.FAILED),
        ((502, None), talk.UNREACHABLE),
        ((502, ERROR), talk.BY_CODE["language_failed"]),
        ((502, {"error": "x", "code": "hearing_absent"}), talk.BY_CODE["hearing_absent"]),
        ((502, {"error": "x", "code": ["hearing_absent"]}), talk.FAILED),
        ((302, {"login": "here"}), talk.UNREACHABLE),
        (OSError(104, "the answer is cut off"), talk.CUT_OFF),
        (OSError(110, "no answer in time"), talk.CUT_OFF),
        (UNHEARD, talk.UNREACHABLE),
        (OSError(talk.NO_MICROPHONE, "no microphone"), talk.DEAF),
    ],
)
def test_who_is_not_answered_is_told_why(
    board_of: Boards, answer: tuple[int, object] | OSError, words: str
) -> None:
    """In words, for as long as any message stands; then the face is back."""
    board = board_of(HOLD, [((), answer)])
    board.live(60_000)
    assert board.shown[-2][1:] == ("MESSAGE", f" | {words}")
    assert board.shown[-1][1] == "IDLE"
    assert board.shown[-1][0] - board.shown[-2][0] == 10_000


def test_an_answer_that_breaks_off_says_so_behind_its_words(board_of: Boards) -> None:
    """What was said already is read to its end."""
    steps = WELL[:2]
    board = board_of(HOLD, [(steps, OSError(104, "the answer is cut off"))])
    board.live(60_000)
    assert [words for _, screen, words in board.shown if screen == "MESSAGE"] == [
        " | I am well.",
        f" | {talk.CUT_OFF}",
    ]


def test_an_error_within_an_answer_is_told(board_of: Boards) -> None:
    """By its code."""
    board = board_of(HOLD, [([*WELL[:2], (100, "error", ERROR)], (200, None))])
    board.live(60_000)
    assert board.shown[-2][2] == f" | {talk.BY_CODE['language_failed']}"


def test_who_has_had_enough_is_told_no_failure(board_of: Boards) -> None:
    """Pressed while the last words stand, it is as quiet as at any other time."""
    steps = [*WELL[:2], (0, "error", ERROR)]
    board = board_of(HOLD, [(steps, (200, None))], presses=[(LET_GO + 1_800, "short")])
    board.live(60_000)
    assert [screen for _, screen, _ in board.shown[-2:]] == ["MESSAGE", "IDLE"]
    assert board.shown[-2][2] == " | I am well."
    assert near(board.shown[-1][0], LET_GO + 1_800)


def test_garbage_is_logged_and_the_rest_is_told(board_of: Boards) -> None:
    """Whatever stands in an event."""
    wrong: tuple[object, ...] = (None, 5, [], {}, {"text": 5, "transcript": None, "code": []})
    events = ("heard", "text", "action", "error")
    garbage: list[Step] = [(0, event, said) for event in events for said in wrong]
    board = board_of(HOLD, [([*garbage, (0, "text", {"text": "Well."})], (200, None))])
    board.live(60_000)
    assert " | Well." in [words for _, _, words in board.shown]
    assert not [line for line in board.lines if "stumbled" in line]
    assert [line for line in board.lines if "text was garbage: text is not str" in line]
    board.kernel.close()


def test_a_talk_that_never_ends_is_ended(board_of: Boards) -> None:
    """And said so; the watch finds nobody standing still."""
    endless: list[Step] = [(1_000, "text", {"text": ""})] * 10_000
    board = board_of(HOLD, [(endless, (200, None))])
    board.live(500_000)
    assert near(board.ended[0][0], AT + talk.TALK_MS)
    assert board.shown[-2][2] == f" | {talk.TOO_LONG}"
    assert not [line for line in board.lines if "stands still" in line]


def test_a_conversation_is_gone_on_with_until_the_server_forgets_it(board_of: Boards) -> None:
    """Once; a proxy that says 404 makes nobody forget."""
    gone = (404, {"error": "x", "code": "not_found"})
    holds = [(at, at + 1_000) for at in range(AT, AT + 200_000, 40_000)]
    board = board_of(holds, [(WELL, (200, None)), ((), (404, None)), ((), gone), ((), gone)])
    board.live(210_000)
    asked = [wish.get("conversation_id") for _, wish, _ in board.asked]
    assert asked == [None, CONVERSATION, CONVERSATION, None, None]
    told = [words[3:] for _, screen, words in board.shown if screen == "MESSAGE"]
    assert told[2:] == [talk.UNREACHABLE, talk.LOST, talk.DUMB, talk.DUMB]


@pytest.mark.parametrize("wrong", ["", "ü" * 36, "two words", "x" * 257])
def test_a_conversation_that_could_not_be_sent_is_none(board_of: Boards, wrong: str) -> None:
    """What was heard is shown all the same, and the next thing said can be sent."""
    steps: list[Step] = [(400, "heard", {**HEARD, "conversation_id": wrong}), (600, "done", {})]
    board = board_of([(AT, LET_GO), (40_000, 42_000)], [(steps, (200, None))])
    board.live(60_000)
    assert [wish.get("conversation_id") for _, wish, _ in board.asked] == [None, None]
    assert ("TALK", f"thinking | {HEARD['transcript']}") in [shown[1:] for shown in board.shown]


def test_what_the_pet_did_is_asked_about_at_once(board_of: Boards) -> None:
    """A Pomodoro that it has started is seen before the next poll."""
    steps: list[Step] = [(100, "action", {"name": "start_pomodoro"}), (5_000, "done", {})]
    board = board_of(HOLD, [(steps, (200, None))])
    board.live(30_000)
    calls = [
        line.split(" ")[0] for line in board.lines if "pomodoro/active" in line and "call" in line
    ]
    action_at = LET_GO + talk.TAIL_MS + 100
    assert any(near(int(moment), action_at) for moment in calls)


def test_a_reminder_and_a_prompt_come_while_somebody_talks(board_of: Boards) -> None:
    """Polls go on, their tones are heard, and they are shown when the talk is over."""
    server = VirtualServer(HOUR)
    due_ms = server.plan.next_due_ms(0)
    begin = due_ms - 3_000
    steps: list[Step] = [(40_000, "text", {"text": "Well."}), (0, "done", {})]
    board = board_of([(begin, begin + 2_000)], [(steps, (200, None))], server=server)
    board.live(due_ms + 90_000)
    tones = [int(line.split(" ")[0]) for line in board.lines if "tone 880 200" in line]
    ended = board.ended[0][0]
    assert begin < tones[0] < ended
    screens = [(moment, screen) for moment, screen, _ in board.shown if moment >= begin]
    assert [screen for _, screen in screens[:4]] == ["TALK", "TALK", "MESSAGE", "WATER_DROP"]
    assert screens[3][0] >= ended


def test_a_pet_that_is_nobodys_listens_to_nobody(board_of: Boards) -> None:
    """Without a token; its code stays on the screen."""
    board = board_of(HOLD)
    board.live(60_000, pairs=True)
    assert board.asked == []
    assert {screen for _, screen, _ in board.shown} == {"PAIRING"}


def test_a_token_goes_along_and_is_let_go_of_when_it_is_refused(board_of: Boards) -> None:
    """In the server's own words, as everywhere."""
    refused = (401, {"error": "x", "code": "unauthorized"})
    flash = {"token": "pet_secret audrey"}
    board = board_of(HOLD, [((), refused)], flash=flash)
    board.live(60_000, pairs=True)
    assert board.asked[0][2]["Authorization"] == "Bearer pet_secret"
    assert board.asked[0][2]["Firmware-Version"] == "1.0.0"
    assert flash == {**flash, "token": KEPT_USER}
    assert board.shown[-1][1] == "PAIRING"


def test_who_becomes_anothers_says_nothing_more_to_the_first(board_of: Boards) -> None:
    """The exchange ends, and the conversation is not gone on with."""
    board = board_of([(AT, LET_GO), (60_000, 61_000)])
    pet = board.live(LET_GO + 1_000)
    pet.parts.token.user_id = "basil"
    board.kernel.run(90_000)
    assert [word for _, word in board.ended] == ["stopped", "told"]
    assert [wish["user_id"] for _, wish, _ in board.asked] == ["audrey", "basil"]
    assert "conversation_id" not in board.asked[1][1]


def test_a_board_without_a_microphone_knows_nothing_of_it() -> None:
    """No role, no meaning of a press, and a press of a button that is not there has none."""
    lines: list[str] = []
    board = VirtualBoard(VirtualServer(), lines.append, presses=[(1_000, "talk")])
    pet = Pet(board, Config("audrey", "pet-1"))
    board.spawn("pet", pet.run())
    board.kernel.run(5_000)
    board.kernel.close()
    assert pet.talk is None
    assert not [line for line in lines if "spawn talk" in line or "TALK" in line]
    assert [line for line in lines if "talk press on IDLE" in line]
