"""The buttons: contacts that bounce become presses, each of them once."""

from collections.abc import Callable

import pytest

from firmware.hal.buttons import BOUNCE_MS, LONG_MS, LOOK_MS, PRESSES_MAX, Buttons, Contact
from firmware.hal.tasks import ticks_diff
from firmware.hal.virtual.board import VirtualBoard
from firmware.logic.supervise import forever
from tests.firmware.board.machine import Bench, Pin, lay_out

FIRST, SECOND = 32, 33
BOTH_WAYS = Pin.IRQ_FALLING | Pin.IRQ_RISING
WRAP = 1 << 30
Moves = list[tuple[int, int]]


def bouncing(at_ms: int, level: int, for_ms: int) -> Moves:
    """A contact that comes to a level and bounces for that long before it stays."""
    moves = [(at_ms + ms, level if ms % 2 == 0 else 1 - level) for ms in range(for_ms)]
    return [*moves, (at_ms + for_ms, level)]


def press(at_ms: int, held_ms: int, bounce_ms: int = 0) -> Moves:
    """A contact that is closed and opened again."""
    return bouncing(at_ms, 0, bounce_ms) + bouncing(at_ms + held_ms, 1, bounce_ms)


class Pressed:
    """Two buttons in virtual time, and what somebody who always listens heard of them."""

    def __init__(self, board: VirtualBoard, *, held: int | None = None) -> None:
        """With the button of the pin ``held`` held down from before the start."""
        self.board = board
        self.bench = lay_out(Bench())
        if held is not None:
            self.bench.set_level(held, 0)
        pins = [Pin(number, Pin.IN, Pin.PULL_UP) for number in (FIRST, SECOND)]
        self.buttons = Buttons(board, pins[0], pins[1], BOTH_WAYS)
        self.heard: list[tuple[int, str]] = []
        self.board.spawn("buttons", forever(board, "buttons", self.buttons.turn))

    def listen(self) -> None:
        """Hear every press from now on."""
        self.board.spawn("listen", self._listen())

    async def _listen(self) -> None:
        while True:
            kind = await self.buttons.next()
            self.heard.append((self.board.kernel.now_ms, kind))

    def move(self, pin: int, moves: Moves) -> None:
        """Bring a pin to each level at its time."""
        self.board.spawn("person", self._move(pin, moves))

    async def _move(self, pin: int, moves: Moves) -> None:
        for at_ms, level in moves:
            await self.board.sleep_ms(at_ms - self.board.kernel.now_ms)
            self.bench.set_level(pin, level)

    def heard_of(self, pin: int, moves: Moves) -> list[str]:
        """Make these moves, wait until all is quiet, and give the presses that were heard."""
        self.listen()
        self.move(pin, moves)
        self.board.kernel.run(moves[-1][0] + 2_000)
        return [kind for _, kind in self.heard]


@pytest.fixture
def pressed(board_with: Callable[[], VirtualBoard]) -> Callable[..., Pressed]:
    """Make buttons, each pair on a board of its own."""
    return lambda **options: Pressed(board_with(), **options)


# How long it is held, how long it bounces, and what that is. One that bounces has no sharp end.
PRESSES = [
    *[
        (held_ms, bounce_ms, "short")
        for held_ms in (60, 200, 560)
        for bounce_ms in (0, 1, 2, 5, 20)
    ],
    *[(held_ms, bounce_ms, "long") for held_ms in (640, 5_000) for bounce_ms in (0, 1, 2, 5, 20)],
    *[(LONG_MS - 1, 0, "short"), (LONG_MS, 0, "long"), (LONG_MS + 1, 0, "long")],
]


@pytest.mark.parametrize(("held_ms", "bounce_ms", "kind"), PRESSES)
@pytest.mark.parametrize("at_ms", [1_000, 1_007, 1_014])
def test_a_press_is_one_press(
    pressed: Callable[..., Pressed], held_ms: int, kind: str, bounce_ms: int, at_ms: int
) -> None:
    """However the contact bounces, and wherever between two looks it begins."""
    assert pressed().heard_of(FIRST, press(at_ms, held_ms, bounce_ms)) == [kind]


@pytest.mark.parametrize("bounce_ms", [0, 5, 20])
@pytest.mark.parametrize("held_ms", [60, 5_000])
def test_the_second_button_is_heard_at_its_touch(
    pressed: Callable[..., Pressed], held_ms: int, bounce_ms: int
) -> None:
    """However long it is held."""
    both = pressed()
    assert both.heard_of(SECOND, press(1_000, held_ms, bounce_ms)) == ["second"]
    assert both.heard[0][0] <= 1_000 + bounce_ms + BOUNCE_MS + 2 * LOOK_MS


def test_long_is_told_while_it_is_still_held(pressed: Callable[..., Pressed]) -> None:
    """At its time, so that a person feels when it is enough."""
    both = pressed()
    both.heard_of(FIRST, press(1_000, 10_000))
    assert 1_000 + LONG_MS <= both.heard[0][0] <= 1_000 + LONG_MS + LOOK_MS


@pytest.mark.parametrize(
    ("moves", "kinds"),
    [
        (press(1_000, 1), []),  # a spark in the cable
        (press(1_000, BOUNCE_MS - LOOK_MS), []),
        (bouncing(1_000, 1, 15), []),  # somebody knocks on the table
        (press(1_000, 100, 10) + press(1_200, 100, 10), ["short", "short"]),
        (press(1_000, 700, 10) + press(1_900, 100, 10), ["long", "short"]),
        # It opens for a moment while it is held.
        ([(1_000, 0), (1_300, 1), (1_305, 0), (2_000, 1)], ["long"]),
        ([(1_000, 0), (1_200, 1), (1_205, 0), (1_400, 1)], ["short"]),
    ],
)
def test_what_is_a_press_and_what_is_not(
    pressed: Callable[..., Pressed], moves: Moves, kinds: list[str]
) -> None:
    """Sparks are none, and a bad contact makes no two of one."""
    assert pressed().heard_of(FIRST, moves) == kinds


@pytest.mark.parametrize("pin", [FIRST, SECOND])
def test_who_is_held_at_the_start_means_nothing(pressed: Callable[..., Pressed], pin: int) -> None:
    """Until it was let go of: then it is a button as any other."""
    kinds = {FIRST: "short", SECOND: "second"}
    moves = [(3_000, 1), *press(4_000, 100, 5)]
    assert pressed(held=pin).heard_of(pin, moves) == [kinds[pin]]


def test_the_buttons_do_not_disturb_each_other(pressed: Callable[..., Pressed]) -> None:
    """Both at once are a press of each."""
    both = pressed()
    both.move(SECOND, press(1_050, 100, 10))
    assert both.heard_of(FIRST, press(1_000, 200, 10)) == ["second", "short"]


def told_by(contact: Contact, looks: list[tuple[int, bool, int | None]]) -> list[str]:
    """Look at (moment, whether it is down) after the interrupt has noted a move at a moment."""
    told = []
    for now, is_down, noted_at in looks:
        if noted_at is not None:
            contact.note(noted_at)
        told.append(contact.look(is_down, now))
    return [kind for kind in told if kind]


@pytest.mark.parametrize(
    ("looks", "kinds"),
    [
        # Pressed and let go while the lookup of a name held everybody up.
        ([(0, False, None), (4_000, False, 2_000)], ["short"]),
        # Nothing was noted, so nothing was pressed.
        ([(0, False, None), (4_000, False, None)], []),
        # A spark while looks are on time.
        ([(0, False, None), (15, False, 8), (30, False, None)], []),
        # Still held after it: timed from its touch.
        ([(0, False, None), (4_000, True, 3_990), (4_020, True, None), (4_589, True, None)], []),
        (
            [(0, False, None), (4_000, True, 3_990), (4_020, True, None), (4_590, True, None)],
            ["long"],
        ),
        ([(0, False, None), (4_000, True, 1_000), (4_015, True, None)], ["long"]),
        # Held before, let go during it.
        (
            [(0, True, 0), (30, True, None), (4_000, False, 300), (4_030, False, None)],
            ["short"],
        ),
        # The ticks wrap meanwhile.
        (
            [
                (WRAP - 20, False, None),
                (WRAP - 5, True, WRAP - 10),
                (25, True, None),
                (589, True, None),
                (590, True, None),
            ],
            ["long"],
        ),
    ],
)
def test_a_press_while_all_tasks_were_held_up_is_not_lost(
    looks: list[tuple[int, bool, int | None]], kinds: list[str]
) -> None:
    """The interrupt has noted when the contact moved."""
    contact = Contact(ticks_diff, is_down=False, held="long", released="short")
    assert told_by(contact, [(now % WRAP, down, noted) for now, down, noted in looks]) == kinds


def test_a_touch_while_all_tasks_were_held_up_is_not_lost() -> None:
    """Of the second button, too."""
    contact = Contact(ticks_diff, is_down=False, touched="second")
    assert told_by(contact, [(0, False, None), (4_000, False, 2_000)]) == ["second"]


def test_a_few_presses_wait_for_who_listens_late(pressed: Callable[..., Pressed]) -> None:
    """And the rest is impatience."""
    both = pressed()
    both.move(FIRST, [move for at in range(1_000, 9_000, 500) for move in press(at, 100)])
    both.board.kernel.run(10_000)
    both.listen()
    both.board.kernel.run(11_000)
    assert [kind for _, kind in both.heard] == ["short"] * PRESSES_MAX
