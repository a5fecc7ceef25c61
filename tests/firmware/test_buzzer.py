"""The buzzer: one tone after the other, and silence afterwards."""

from collections.abc import Callable

import pytest

from firmware.hal.buzzer import GAP_MS, LOUD, SILENT, TONES_MAX, Buzzer
from firmware.hal.virtual.board import VirtualBoard
from firmware.logic.supervise import forever
from tests.firmware.board.machine import PWM, Bench, Pin, lay_out


class Buzzing:
    """A buzzer in virtual time."""

    def __init__(self, board: VirtualBoard) -> None:
        """Silent."""
        self.board = board
        self.bench = lay_out(Bench())
        self.buzzer = Buzzer(board, PWM(Pin(25), freq=1_000, duty_u16=0))
        self.bench.played.clear()
        board.spawn("buzzer", forever(board, "buzzer", self.buzzer.turn))


@pytest.fixture
def buzzing(board_with: Callable[[], VirtualBoard]) -> Buzzing:
    """A buzzer on a board of its own."""
    return Buzzing(board_with())


def test_tones_follow_each_other(buzzing: Buzzing) -> None:
    """Each for its time, with a gap that makes them two."""
    buzzing.buzzer.play(880, 200)
    buzzing.buzzer.play(784, 100)
    assert buzzing.bench.played == []  # whoever asks for a tone goes on at once
    buzzing.board.kernel.run(199)
    assert buzzing.bench.played == [(880, LOUD)]
    buzzing.board.kernel.run(200 + GAP_MS)
    assert buzzing.bench.played == [(880, LOUD), (880, SILENT)]
    buzzing.board.kernel.run(200 + GAP_MS + 99)
    assert buzzing.bench.played[2:] == [(784, LOUD)]
    buzzing.board.kernel.run(1_000)
    assert buzzing.bench.played[3:] == [(784, SILENT)]


def test_more_than_a_few_tones_are_left_out(buzzing: Buzzing) -> None:
    """They would go on long after their reason."""
    for hz in range(400, 400 + 2 * TONES_MAX):
        buzzing.buzzer.play(hz, 100)
    buzzing.board.kernel.run(10_000)
    assert [hz for hz, duty in buzzing.bench.played if duty == LOUD] == [
        400 + number for number in range(TONES_MAX)
    ]


def test_a_tone_that_no_pin_can_make_leaves_it_silent(buzzing: Buzzing) -> None:
    """And the next one is played."""
    buzzing.buzzer.play(0, 100)
    buzzing.buzzer.play(880, 100)
    buzzing.board.kernel.run(10_000)
    assert buzzing.bench.played == [(1_000, SILENT), (880, LOUD), (880, SILENT)]


def test_it_is_silenced_at_once(buzzing: Buzzing) -> None:
    """Whatever it was playing and had to play."""
    buzzing.buzzer.play(880, 5_000)
    buzzing.buzzer.play(784, 5_000)
    buzzing.board.kernel.run(1_000)
    buzzing.buzzer.silence()
    assert buzzing.bench.played[-1] == (880, SILENT)
    buzzing.board.kernel.run(20_000)
    assert not [hz for hz, _ in buzzing.bench.played if hz == 784]
