"""The link: joined, lost, joined again, for ever; and made anew when nothing good is heard."""

from collections.abc import Callable

import pytest

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.wifi import JOIN_LOOKS, PAUSE_MS, Wifi
from firmware.logic.supervise import forever
from tests.firmware.board.network import STA_IF, WLAN, Air, lay_out

SECOND_MS = 1_000
HOME = {"home": "password"}
# What the radio is told when it joins.
JOINED = ["on", "pm 0", "disconnect", "connect home"]


class Linked:
    """A radio in some air, kept by the pet, in virtual time."""

    def __init__(self, board: VirtualBoard, air: Air, password: str = HOME["home"]) -> None:
        """Start keeping the link."""
        self.board = board
        self.air = lay_out(air)
        self.wifi = Wifi(board, WLAN(STA_IF), "home", password)
        board.spawn("wifi", forever(board, "wifi", self.wifi.turn))

    def live(self, ms: int) -> None:
        """Let time pass."""
        self.board.kernel.run(self.board.kernel.now_ms + ms)


@pytest.fixture
def linked(board_with: Callable[[], VirtualBoard]) -> Callable[..., Linked]:
    """Make radios, each on a board of its own."""
    return lambda *options: Linked(board_with(), *options)


def test_it_joins_and_stays(linked: Callable[..., Linked]) -> None:
    """With the radio wide awake, told once."""
    home = linked(Air(HOME))
    assert home.wifi.strength() == ""
    home.live(600 * SECOND_MS)
    assert home.wifi.strength() == "-61 dBm"
    assert home.air.told == JOINED


def test_a_short_gap_is_the_chips_own_affair(linked: Callable[..., Linked]) -> None:
    """The router starts anew: the chip joins again, and nobody disturbs it."""
    home = linked(Air(HOME))
    home.live(60 * SECOND_MS)
    home.air.access_points.clear()
    home.live(20 * SECOND_MS)
    assert home.wifi.strength() == ""
    home.air.access_points.update(HOME)
    home.live(10 * SECOND_MS)
    assert home.wifi.strength() == "-61 dBm"
    assert home.air.told == JOINED


@pytest.mark.parametrize("away_s", [300, 86_400])
def test_it_never_gives_up(linked: Callable[..., Linked], away_s: int) -> None:
    """However long the access point is away, the pet is back soon after it."""
    home = linked(Air(HOME))
    home.live(60 * SECOND_MS)
    home.air.access_points.clear()
    home.live(away_s * SECOND_MS)
    home.air.access_points.update(HOME)
    home.live(60 * SECOND_MS)
    assert home.wifi.strength() == "-61 dBm"


def test_its_tries_have_pauses(linked: Callable[..., Linked]) -> None:
    """A radio that is switched on and off all the time disturbs others and helps nobody."""
    home = linked(Air())
    home.live(3_600 * SECOND_MS)
    tries = home.air.told.count("on")
    period_s = JOIN_LOOKS + PAUSE_MS // SECOND_MS
    assert 3_600 // (period_s + 2) <= tries <= 3_600 // period_s + 1


def test_a_chip_that_does_not_come_back_is_switched_off_and_on(
    linked: Callable[..., Linked],
) -> None:
    """The access point is there, and the chip does not hear it any more."""
    home = linked(Air(HOME))
    home.live(60 * SECOND_MS)
    home.air.is_deaf = True
    home.live(60 * SECOND_MS)
    assert home.wifi.strength() == "-61 dBm"
    assert home.air.told[4:6] == ["disconnect", "off"]


def test_a_link_that_only_seems_to_be_one_is_made_anew(linked: Callable[..., Linked]) -> None:
    """The radio says that it is connected; who asks for a new link knows better."""
    home = linked(Air(HOME))
    home.live(60 * SECOND_MS)
    assert home.wifi.is_up()
    home.wifi.renew()
    home.live(3 * SECOND_MS)
    assert home.air.told[4:] == ["disconnect", "off", *JOINED]
    home.live(20 * SECOND_MS)
    assert home.wifi.strength() == "-61 dBm"
    assert home.air.told[10:] == []


def test_a_new_link_may_be_asked_for_at_any_moment(linked: Callable[..., Linked]) -> None:
    """Also while it joins, in a pause, or twice: in the end it is up."""
    home = linked(Air(HOME))
    for ms in (1, 400, 600, 1_100, 40_000):
        home.wifi.renew()
        home.live(ms)
    home.air.access_points.clear()
    home.wifi.renew()
    home.live(JOIN_LOOKS * SECOND_MS + 3_000)
    home.wifi.renew()
    home.air.access_points.update(HOME)
    home.live(20 * SECOND_MS)
    assert home.wifi.strength() == "-61 dBm"


def test_a_radio_that_refuses_to_start_is_asked_again(linked: Callable[..., Linked]) -> None:
    """It has no memory or no power; the pet goes on without it."""
    air = Air(HOME)
    air.is_refusing = True
    home = linked(air)
    home.live(60 * SECOND_MS)
    assert home.air.told.count("on") > 5
    air.is_refusing = False
    home.live(20 * SECOND_MS)
    assert home.wifi.strength() == "-61 dBm"


def test_a_radio_that_is_still_at_it_is_told_anew(linked: Callable[..., Linked]) -> None:
    """After a soft reset it goes on with what an earlier life told it."""
    air = Air()
    air.is_on = True
    air.wanted = ("the neighbours", "")
    home = linked(air)
    home.live(60 * SECOND_MS)
    home.air.access_points.update(HOME)
    home.live(60 * SECOND_MS)
    assert home.wifi.strength() == "-61 dBm"


@pytest.mark.parametrize(
    ("air", "password", "words"),
    [
        (Air(), "password", "no access point of this name"),
        (Air(HOME), "passwort", "the password is wrong"),
    ],
)
def test_the_log_says_why_it_does_not_join(
    board_with: Callable[[], VirtualBoard], air: Air, password: str, words: str
) -> None:
    """In words that help whoever listens at the cable, and never with the password."""
    board = board_with()
    home = Linked(board, air, password)
    home.live(120 * SECOND_MS)
    lines: list[str] = getattr(board, "lines", [])
    assert any(words in line for line in lines)
    assert not any(password in line.replace("the password is", "") for line in lines)
