"""A pet on real sockets lives through everything that a server can do to it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.firmware.chaos import ChaosServer, chaos, deck
from tests.firmware.desk_pet import DeskPet, in_cpython, in_vm, pet
from tests.serving.process import until

TIME_SCALE = 200
# Each takes a second, the shortest time of an exchange.
SLOW_COPIES = 1
# Bytes. What was heard last differs in length, and so does what is under way just then.
GROWTH_MAX = 4_000
# For each copy of the faults.
PRESSES_MIN = 6
ACK = "/api/water/ack"
WATER = "/api/water/poll"
PRESS = "short press on WATER_DROP"
NO_ROOM = f"no room for {ACK}"
# In no line of a pet that lives well.
TROUBLE = ("stumbled", "emory left", "Error", "dropped", "cannot keep")


def drink(desk: DeskPet, is_over: Callable[[], bool]) -> None:
    """Press the button, until its effect is on the screen; for lack of room it has none."""
    screens = len(desk.told("screen "))
    desk.press()
    until(lambda: len(desk.told("screen ")) > screens or bool(desk.told(NO_ROOM)) or is_over())


@pytest.mark.parametrize(
    ("program", "copies"), [(in_vm, 3), (in_cpython, 1)], ids=["vm", "cpython"]
)
def test_a_pet_goes_on_whatever_the_server_does(
    tmp_path: Path, program: Callable[[], list[str]], copies: int
) -> None:
    """It polls, remembers what was pressed, and delivers all of it under the keys it began with;
    no memory, no socket and no task is lost.
    """
    (tmp_path / "flash").mkdir()
    (tmp_path / "flash" / "token").write_text("pet_secret audrey")
    server = ChaosServer(seed=1)
    with (
        chaos(server),
        pet(program(), tmp_path, server.url, time_scale=TIME_SCALE, pairs=True) as desk,
    ):
        desk.wait_for('["WATER_DROP"')
        free, open_files = desk.free_memory(), desk.open_files()
        server.deck = deck(1, copies, SLOW_COPIES)
        while server.deck:
            until(lambda: desk.screen[0] == "WATER_DROP" or not server.deck)
            drink(desk, lambda: not server.deck)
        polls = server.api.paths[WATER]
        until(lambda: server.api.paths[WATER] > polls + 5)
        pressed = len(desk.told(PRESS)) - len(desk.told(NO_ROOM))
        assert pressed >= copies * PRESSES_MIN
        desk.wait_for(f"delivered: {ACK}", pressed)
        assert len(desk.told(f"delivered: {ACK}")) == len(server.api.keys(ACK)) == pressed
        assert {len(bodies) for bodies in server.api.bodies.values()} == {1}
        until(lambda: desk.open_files() <= open_files)
        assert desk.free_memory() >= free - GROWTH_MAX
        assert [line for line in desk.lines if any(word in line for word in TROUBLE)] == []
        desk.quit()
