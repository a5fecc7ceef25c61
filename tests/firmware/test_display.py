"""The display: which frames it draws, and when."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from firmware.drawing import display, frame
from firmware.drawing.display import AGE_MAX_MS, Display
from firmware.hal.canvas import create_canvas
from firmware.hal.virtual.board import VirtualBoard
from firmware.logic.parts import Parts
from firmware.logic.scene import IDLE, MESSAGE, POMODORO_TIMER, WATER_DROP
from firmware.logic.supervise import PAUSE_MS, forever
from tests.firmware.golden.frames import Count

IDLES = (IDLE, "", "", False)
DRINK = (WATER_DROP, "Drink water", "Time to hydrate!", False)
DAY_MS = 86_400_000

Board = Callable[..., VirtualBoard]


class Panel:
    """A panel that notes when it was flushed, and takes its time for it."""

    def __init__(self, board: VirtualBoard, flush_ms: int = 0) -> None:
        """Let the display of a board run."""
        self.board = board
        self.flush_ms = flush_ms
        self.faults = 0
        self.buffer = bytearray(frame.WIDTH * frame.HEIGHT // 8)
        self.flushed: list[tuple[int, bytes]] = []
        self.display = Display(board, create_canvas(self.buffer), self.flush)
        board.spawn("display", forever(board, "display", self.display.turn))

    async def flush(self) -> None:
        """Take a frame, unless a fault is due."""
        if self.faults:
            self.faults -= 1
            raise OSError(5, "no answer from the panel")
        self.flushed.append((self.board.kernel.now_ms, bytes(self.buffer)))
        if self.flush_ms:
            await self.board.sleep_ms(self.flush_ms)

    @property
    def moments(self) -> list[int]:
        """When frames came."""
        return [at_ms for at_ms, _ in self.flushed]


def drawn(scene: tuple[str, str, str | int, bool], age_ms: int, left_ms: int = 0) -> bytes:
    """What a frame looks like."""
    buffer = bytearray(frame.WIDTH * frame.HEIGHT // 8)
    frame.draw(create_canvas(buffer), scene, Count(left_ms), 0, age_ms)
    return bytes(buffer)


def test_a_display_with_nothing_to_show_draws_nothing(board_with: Board) -> None:
    """It waits for the first scene as long as it takes."""
    panel = Panel(board_with())
    panel.board.kernel.run(DAY_MS)
    assert panel.flushed == []


def test_each_frame_comes_when_the_one_before_has_stood(board_with: Board) -> None:
    """And shows what it is time for."""
    panel = Panel(board_with())
    panel.display.show(IDLES, Count(0))
    panel.board.kernel.run(9_100)
    assert panel.flushed == [(at_ms, drawn(IDLES, at_ms)) for at_ms in (0, 4_500, 4_640, 9_000)]


def test_a_new_scene_is_drawn_at_once_and_begins_at_its_beginning(board_with: Board) -> None:
    """However long the frame before might have stood."""
    panel = Panel(board_with())
    panel.display.show(IDLES, Count(0))
    panel.board.kernel.run(1_000)
    panel.display.show(DRINK, Count(0))
    panel.board.kernel.run(1_150)
    assert panel.flushed[1:] == [(1_000, drawn(DRINK, 0)), (1_100, drawn(DRINK, 100))]


def test_a_scene_that_comes_while_the_panel_is_filled_is_not_lost(board_with: Board) -> None:
    """It is drawn when the panel is ready."""
    panel = Panel(board_with(), flush_ms=25)
    panel.display.show(IDLES, Count(0))
    panel.board.kernel.run(10)
    panel.display.show(DRINK, Count(0))
    panel.board.kernel.run(60)
    assert panel.flushed[1] == (25, drawn(DRINK, 15))


def test_the_time_of_filling_the_panel_is_not_added_to_the_frames(board_with: Board) -> None:
    """Ten frames a second remain ten frames a second."""
    panel = Panel(board_with(), flush_ms=25)
    panel.display.show(DRINK, Count(0))
    panel.board.kernel.run(1_000)
    assert panel.moments == list(range(0, 1_000, 100))


def test_a_panel_slower_than_the_frames_lets_others_live(board_with: Board) -> None:
    """A millisecond at least lies between two of them."""
    panel = Panel(board_with(), flush_ms=130)
    panel.display.show(DRINK, Count(0))
    panel.board.kernel.run(1_000)
    assert panel.moments == list(range(0, 1_000, 131))


def test_a_frame_that_did_not_arrive_is_drawn_anew(board_with: Board) -> None:
    """After the supervisor's pause, as of then."""
    panel = Panel(board_with())
    panel.faults = 1
    panel.display.show((MESSAGE, "", "Hi", False), Count(0))
    panel.board.kernel.run(PAUSE_MS + 1)
    assert panel.flushed == [(PAUSE_MS, drawn((MESSAGE, "", "Hi", False), PAUSE_MS))]


def test_no_moment_is_drawn_twice(board_with: Board) -> None:
    """Not even when a scene comes just when a frame ends."""
    panel = Panel(board_with())
    panel.display.show(IDLES, Count(0))
    panel.board.kernel.run(4_500)
    panel.display.show(DRINK, Count(0))
    panel.board.kernel.run(20_000)
    assert len(set(panel.moments)) == len(panel.moments) > 60


def test_the_count_is_drawn_every_second_and_rests_at_its_end(
    parts_with: Callable[..., Parts],
) -> None:
    """From what the pet knows, at the very millisecond."""
    parts = parts_with()
    assert isinstance(parts.hal, VirtualBoard)
    panel = Panel(parts.hal)
    parts.known.count_down("s1", "focus", 3_500, parts.hal.ticks_ms())
    scene = (POMODORO_TIMER, "focus", 1, False)
    panel.display.show(scene, parts.known)
    panel.board.kernel.run(DAY_MS // 24)
    assert panel.flushed == [
        (at_ms, drawn(scene, at_ms, 3_500 - at_ms)) for at_ms in (0, 500, 1_500, 2_500, 3_500)
    ]


def test_a_scene_may_stay_for_weeks(board_with: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its age neither jumps when the ticks wrap, nor ever grows beyond a board's small numbers."""
    ages: list[int] = []

    def draw(canvas: object, scene: object, known: object, now: int, age_ms: int) -> int:
        ages.append(age_ms)
        return 60_000

    monkeypatch.setattr(display, "draw", draw)
    panel = Panel(board_with())
    panel.display.show(IDLES, Count(0))
    panel.board.kernel.run(20 * DAY_MS)
    assert len(ages) == 20 * DAY_MS // 60_000
    assert max(ages) <= AGE_MAX_MS
    steps = {later - earlier for earlier, later in pairwise(ages)}
    assert steps == {60_000, 60_000 - 3_600_000}
