"""The pet's screen as pixels."""

from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image

from simulator.report.panel import HEIGHT, WIDTH, as_uri, render
from simulator.report.story import Scene

SCENES: list[Scene] = [
    ("IDLE", "", "", False),
    ("WATER_DROP", "Drink water", "Time to hydrate!", False),
    ("BREAK_PROMPT", "Break time", "Your stress has stayed high. Take a short break.", False),
    ("POMODORO_TIMER", "focus", 25, False),
    ("POMODORO_TIMER", "break", 4, False),
    ("MESSAGE", "", "Zoë, “bravo” 💧", False),
    ("PAIRING", "BCDF-GHJK", "", False),
    ("STATUS", "Status", "wifi -61 dBm\nserver 192.168.1.10:5000\ntime 14:05", False),
    ("SOMETHING_NEW", "a", "b", False),
]


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_is_a_picture_of_its_own(scene: Scene) -> None:
    """Those of screens that nobody knows, and of letters that the font lacks, too."""
    others = [render(other).tobytes() for other in SCENES if other != scene]
    picture = render(scene)
    assert picture.size == (WIDTH, HEIGHT)
    assert picture.getbbox() is not None
    assert picture.tobytes() not in others


@pytest.mark.parametrize("scene", SCENES)
def test_offline_is_marked_in_the_same_corner_of_every_scene(scene: Scene) -> None:
    """Whatever else is shown."""
    offline = render((*scene[:3], True))
    corner = (WIDTH - 46, HEIGHT - 12, WIDTH, HEIGHT)
    expected = render(("", "", "", True)).crop(corner).tobytes()
    assert offline.crop(corner).tobytes() == expected
    assert offline.tobytes() != render(scene).tobytes()


def test_without_power_nothing_is_lit() -> None:
    """A dark screen is dark."""
    assert render(("", "", "", False)).getbbox() is None


def test_the_page_gets_a_small_png() -> None:
    """Two colours, two pixels for one."""
    kind, _, data = as_uri(SCENES[1]).partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(BytesIO(b64decode(data))) as picture:
        assert (picture.format, picture.size) == ("PNG", (2 * WIDTH, 2 * HEIGHT))
        assert len(picture.convert("RGB").getcolors() or []) == 2
