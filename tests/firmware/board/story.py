"""Half an hour of the whole board, told as a trace that is the same on every interpreter.

micropython -X heapsize=320k -m tests.firmware.board.story
"""

from tests.firmware.board.machine import Bench
from tests.firmware.board.network import Air
from tests.firmware.board.whole import FIRST_BUTTON, SECOND_BUTTON, Memory, WholeBoard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

HOME = {"home": "password"}
MINUTE_MS = 60_000


def tell(write: "Callable[[str], object]") -> None:
    """Live through it: joined, reminded, unplugged, cut off, lied to."""
    board = WholeBoard(Bench(), Air(HOME), Memory(), write)
    board.live(2 * MINUTE_MS)
    board.press(SECOND_BUTTON, 300)
    board.live(8 * MINUTE_MS + 30_000)
    board.press(FIRST_BUTTON, 150)
    board.live(5_000)
    board.bench.panel.is_plugged = False
    board.press(FIRST_BUTTON, 900)
    board.live(20_000)
    board.bench.panel.lose_power()
    board.bench.panel.is_plugged = True
    board.live(20_000)
    board.air.access_points.clear()
    board.live(2 * MINUTE_MS)
    board.air.access_points.update(HOME)
    board.live(2 * MINUTE_MS)
    board.air.is_lying = True
    board.live(8 * MINUTE_MS)
    board.note(f"told the radio {board.air.told}")
    board.note(f"played {board.bench.played}")
    board.note(f"watchdog {board.bench.watchdog_ms} fed {board.bench.fed}")
    board.note(f"asked {len(board.asked)} frames {board.frames}")
    board.kernel.close()


if __name__ == "__main__":
    tell(print)
