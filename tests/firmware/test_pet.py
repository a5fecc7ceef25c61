"""The pet as a whole: presses, encouragement, supervision, the screen, and the host's promises."""

from collections.abc import Callable
from typing import Any

import pytest

from firmware.hal.board import Board
from firmware.hal.virtual.board import TICKS_PERIOD, VirtualBoard, written
from firmware.hal.virtual.server import VirtualServer
from firmware.logic.config import Config
from firmware.logic.encouragement import MESSAGE, Encouragement
from firmware.logic.parts import Parts
from firmware.logic.pet import Pet
from firmware.logic.supervise import PAUSE_MS, forever
from tests.firmware.talking_board import TalkingBoard

# What only a board with a microphone is asked.
TALKING = ("can_speak", "is_talk_held", "talk")


def encouraged(parts: Parts, presses: int = 1) -> Encouragement:
    """Ask for encouragement, so many times at once, and let a minute pass."""
    encouragement = Encouragement(parts)
    for _ in range(presses):
        encouragement.ask()
    parts.hal.spawn("turn", forever(parts.hal, "encouragement", encouragement.turn))
    parts.hal.kernel.run(60_000)
    return encouragement


def test_encouragement_is_said(parts_with: Callable[..., Parts]) -> None:
    """One press, one request, one message."""
    parts = parts_with((200, {"ok": True, "message": "Well done!"}))
    encouraged(parts, presses=3)
    assert parts.known.message is not None
    assert parts.known.message[0] == "Well done!"
    assert [request[1] for request in parts.hal.server.requests] == [MESSAGE]


@pytest.mark.parametrize(
    "failure", [OSError(110, "timed out"), (500, None), (429, None), (200, {"message": 5})]
)
def test_encouragement_is_tried_again_with_its_key(
    parts_with: Callable[..., Parts], failure: object
) -> None:
    """A few tries and then silence, since a late sentence answers nobody."""
    parts = parts_with(failure)
    encouragement = encouraged(parts)
    keys = [key for _, _, _, key in parts.hal.server.requests]
    assert keys == ["pet-1-3c885e88-1"] * 3
    assert 1_000 + 2_000 + 4_000 <= int(parts.hal.lines[-1][:8]) <= 2_000 + 4_000 + 8_000 + 600
    assert parts.known.message is None
    assert not encouragement.wanted.is_set()


def test_refused_encouragement_is_not_tried_again(parts_with: Callable[..., Parts]) -> None:
    """A no is a no."""
    parts = parts_with((404, {"error": "no"}))
    encouraged(parts)
    assert len(parts.hal.server.requests) == 1
    assert parts.hal.lines[-1].endswith("log no encouragement")


def test_a_stumbling_task_goes_on_after_a_pause(
    board_with: Callable[..., Any],
) -> None:
    """Whatever a turn raises is logged, and kills nothing."""
    board = board_with()
    turns: list[int] = []

    async def turn() -> None:
        turns.append(board.kernel.now_ms)
        raise KeyError("field")

    board.spawn("task", forever(board, "task", turn))
    board.kernel.run(2 * PAUSE_MS + 1)
    assert turns == [0, PAUSE_MS, 2 * PAUSE_MS]
    assert board.lines[1] == "00000000 log task stumbled: KeyError field"


def test_a_config_has_the_documented_periods() -> None:
    """Water every 30 seconds, prompts every 20, Pomodoro every 10."""
    config = Config("audrey", "pet-1")
    assert (config.water_poll_s, config.prompt_poll_s, config.pomodoro_poll_s) == (30, 20, 10)
    assert (config.use_next_poll, config.http_timeout_ms) == (False, 8_000)


def pet_on(presses: list[tuple[int, str]]) -> tuple[Pet, list[str]]:
    """Give a running pet, pressed at these moments, and its log."""
    lines: list[str] = []
    board = VirtualBoard(VirtualServer(), lines.append, presses=presses)
    pet = Pet(board, Config("audrey", "pet-1"))
    board.spawn("pet", pet.run())
    return pet, lines


def shown(lines: list[str]) -> list[str]:
    """Give the screens that were shown, in order."""
    return [line.split('"')[1] for line in lines if " show " in line]


def test_a_press_on_a_screen_has_one_meaning() -> None:
    """Start, encouragement over the running session, hush, stop."""
    pet, lines = pet_on([(1_000, "short"), (4_000, "long"), (6_000, "short"), (8_000, "short")])
    pet.hal.kernel.run(10_000)
    pet.hal.kernel.close()
    assert shown(lines) == ["IDLE", "POMODORO_TIMER", "MESSAGE", "POMODORO_TIMER", "IDLE"]
    assert pet.hal.server.sessions[0][1] is not None


@pytest.mark.parametrize(
    ("kind", "acknowledged"), [("short", True), ("long", False), ("second", False)]
)
def test_a_press_answers_the_prompt_on_the_screen(kind: str, acknowledged: bool) -> None:
    """A short press says yes to it, every other one says no."""
    pet, _ = pet_on([])
    pet.parts.known.open(("p", "Break time", "Take a short break."))
    pet.button.press(kind)
    pet.hal.kernel.close()
    bodies = [body for _, body, _, _ in pet.parts.outbox.messages]
    assert bodies == [{"prompt_id": "p", "acknowledged": acknowledged}]


PROMPT = ("p", "Break time", "Take a short break.")
OTHER = ("q", "Break time", "Look out of the window.")


def pet_that_shows(learn: Callable[[Pet], None]) -> Pet:
    """Give a pet that has shown what it learns so; from then on its screen has no turn."""
    pet, _ = pet_on([])
    learn(pet)
    pet.hal.kernel.run(100)
    return pet


def said_by(pet: Pet) -> list[str]:
    """Give what the pet has to say, in order, and end it."""
    pet.hal.kernel.close()
    return [str(message[0]) for message in pet.parts.outbox.messages]


@pytest.mark.parametrize("kind", ["short", "long", "second"])
@pytest.mark.parametrize(
    "learn",
    [
        lambda pet: pet.parts.known.open(PROMPT),
        lambda pet: pet.parts.known.remind(("Drink water", "Time to hydrate!")),
        lambda pet: pet.parts.known.say("Well done!", pet.hal.ticks_ms()),
        lambda pet: pet.parts.known.count_down("s", "focus", 60_000, pet.hal.ticks_ms()),
    ],
    ids=["prompt", "reminder", "message", "Pomodoro"],
)
def test_nobody_answers_what_is_not_on_the_screen_yet(
    learn: Callable[[Pet], None], kind: str
) -> None:
    """A press in the moment in which it is heard means what it would have meant before."""
    pet = pet_that_shows(lambda _: None)
    learn(pet)
    known = pet.parts.known
    heard = (known.prompt, known.reminder, known.message, known.pomodoro)
    pet.button.press(kind)
    assert (known.prompt, known.reminder, known.message, known.pomodoro) == heard
    assert pet.encouragement.wanted.is_set() is (kind == "long")
    assert (known.status is not None) is (kind == "second")
    assert said_by(pet) == (["/api/breaks/pomodoro/start"] if kind == "short" else [])


def test_a_reminder_is_acknowledged_though_a_prompt_is_about_to_be_shown() -> None:
    """It is the one that was seen; the prompt waits."""
    pet = pet_that_shows(lambda pet: pet.parts.known.remind(("Drink water", "Now")))
    pet.parts.known.open(PROMPT)
    pet.button.press("short")
    assert (pet.parts.known.reminder, pet.parts.known.prompt) == (None, PROMPT)
    assert said_by(pet) == ["/api/water/ack"]


def test_who_presses_twice_before_the_screen_follows_has_answered_once() -> None:
    """The second press answers nothing, neither again nor what is shown next."""
    said = []
    for learn in (
        lambda pet: pet.parts.known.open(PROMPT),
        lambda pet: pet.parts.known.remind(("Drink water", "Now")),
        lambda pet: pet.parts.known.count_down("s", "focus", 60_000, pet.hal.ticks_ms()),
    ):
        pet = pet_that_shows(learn)
        pet.button.press("short")
        pet.button.press("short")
        said.append(said_by(pet))
    assert said == [["/api/breaks/prompt/ack"], ["/api/water/ack"], ["/api/breaks/pomodoro/stop"]]


@pytest.mark.parametrize("then", [None, OTHER], ids=["withdrawn", "another"])
@pytest.mark.parametrize("kind", ["short", "long", "second"])
def test_a_prompt_that_is_over_is_not_answered(
    then: tuple[str, str, str] | None, kind: str
) -> None:
    """Nor the one that is to be shown instead."""
    pet = pet_that_shows(lambda pet: pet.parts.known.open(PROMPT))
    pet.parts.known.open(then)
    pet.button.press(kind)
    assert pet.parts.known.prompt == then
    assert said_by(pet) == []


@pytest.mark.parametrize(("kind", "asks"), [("short", False), ("long", True), ("second", True)])
def test_a_pomodoro_that_is_over_is_not_stopped(kind: str, asks: bool) -> None:
    """What else a press asks for there it asks for all the same."""
    pet = pet_that_shows(
        lambda pet: pet.parts.known.count_down("s", "focus", 60_000, pet.hal.ticks_ms())
    )
    pet.parts.known.end_count()
    pet.button.press(kind)
    has_asked = pet.encouragement.wanted.is_set() or pet.parts.known.status is not None
    assert has_asked is asks
    assert said_by(pet) == []


def test_who_wants_to_talk_is_heard_though_what_is_shown_is_over() -> None:
    """That press answers nothing."""
    board = TalkingBoard([])
    pet = Pet(board, Config("audrey", "pet-1"))
    board.spawn("pet", pet.run())
    pet.parts.known.open(PROMPT)
    board.kernel.run(100)
    pet.parts.known.open(None)
    pet.button.press("talk")
    assert pet.talk is not None
    assert pet.talk.wanted.is_set()
    board.kernel.close()


def test_the_screen_lets_go_of_a_message_that_is_over() -> None:
    """Kept, it would come back when the ticks have gone round."""
    pet, _ = pet_on([(1_000, "long")])
    pet.hal.kernel.run(20_000)
    pet.hal.kernel.close()
    assert pet.parts.known.message is None


def test_a_press_without_a_meaning_does_nothing() -> None:
    """A long press does not acknowledge water, nor a press in the past anything."""
    pet, lines = pet_on([(660_000, "long"), (659_000, "short")])
    pet.hal.kernel.run(700_000)
    pet.hal.kernel.close()
    assert shown(lines)[-1] == "WATER_DROP"


def test_a_screen_that_fails_is_drawn_again() -> None:
    """A scene counts as shown only when it was."""
    pet, lines = pet_on([])
    show, failures = pet.hal.show, [OSError(5, "display"), None]

    def stumble(scene: tuple[object, ...], known: object) -> None:
        failure = failures.pop(0)
        if failure:
            raise failure
        show(scene, known)

    pet.hal.show = stumble
    pet.hal.kernel.run(PAUSE_MS + 1)
    pet.hal.kernel.close()
    assert shown(lines) == ["IDLE"]


def test_an_hour_of_one_pomodoro_changes_the_screen_once_a_minute() -> None:
    """The local count and the polled one never fight over the minutes."""
    pet, lines = pet_on([(1_000, "short")])
    pet.hal.kernel.run(180_000)
    pet.hal.kernel.close()
    minutes = [line.split(" | ")[1] for line in lines if "POMODORO_TIMER" in line]
    assert minutes == ["3", "2", "1"]


def test_a_board_with_nothing_on_it_refuses() -> None:
    """A host that forgets a method learns it at the first call."""
    board = Board()
    for call in (
        board.ticks_ms,
        lambda: board.ticks_diff(1, 0),
        board.rand,
        board.boot_id,
        lambda: board.log("line"),
        lambda: board.tone(440, 100),
        lambda: board.spawn("task", None),
        board.event,
        lambda: board.show(("IDLE", "", "", False), None),
        board.link,
        board.address,
        board.feed,
        board.renew_link,
        board.mark_good,
        lambda: board.kept("name"),
        lambda: board.keep("name", None),
        lambda: board.sleep_ms(1).send(None),
        lambda: board.wait(None).send(None),
        lambda: board.http("GET", "/", None, None, 8_000).send(None),
        lambda: board.button().send(None),
        board.can_speak,
        board.is_talk_held,
        lambda: board.talk("/", {}, {}, None).send(None),
    ):
        with pytest.raises(NotImplementedError):
            call()


def test_the_virtual_board_answers_every_method() -> None:
    """Nothing of the interface is left to refuse."""
    promised = {name for name in vars(Board) if not name.startswith("_")}
    assert promised - {"can_talk", *TALKING} <= set(vars(VirtualBoard))


def test_the_virtual_board_cannot_talk(board_with: Callable[..., VirtualBoard]) -> None:
    """So it is asked for nothing of that; a board that can talk answers every method of it."""
    assert board_with().can_talk() is False
    assert {"can_talk", *TALKING} <= set(vars(TalkingBoard))


def test_virtual_ticks_wrap_and_compare(board_with: Callable[..., Any]) -> None:
    """A difference across the wrap is small and has its sign."""
    board = board_with()
    assert board.ticks_diff(5, TICKS_PERIOD - 5) == 10
    assert board.ticks_diff(TICKS_PERIOD - 5, 5) == -10
    before = board.ticks_ms()
    board.kernel.run(3_600_000)
    assert board.ticks_ms() < before
    assert board.ticks_diff(board.ticks_ms(), before) == 3_600_000


def test_a_virtual_wait_tells_the_event_from_the_time_out(
    board_with: Callable[..., Any],
) -> None:
    """False after the time, True at the event, True at once when it is set already."""
    board = board_with()
    event, seen = board.event(), []

    async def wait() -> None:
        seen.append((await board.wait(event, 100), board.kernel.now_ms))
        seen.append((await board.wait(event), board.kernel.now_ms))
        seen.append((await board.wait(event, 100), board.kernel.now_ms))

    async def set_later() -> None:
        await board.sleep_ms(150)
        event.set()

    board.spawn("wait", wait())
    board.spawn("set", set_later())
    board.kernel.run(1_000)
    assert seen == [(False, 100), (True, 150), (True, 150)]
    assert event.waiters == []


def test_the_log_writes_values_with_their_keys_in_order() -> None:
    """MicroPython keeps no order of keys, so the log makes one."""
    assert written({"b": [1, None], "a": "x", "c": True}) == "{a: x, b: [1, null], c: true}"
