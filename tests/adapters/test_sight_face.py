"""Where a face is, how it moves, whether it is there: on pictures in which that is known."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

pytest.importorskip("cv2")
pytest.importorskip("skimage")

from petcore.adapters.sight_opencv_face import LOST_MS, Area, Finder, Follower
from petcore.adapters.sight_opencv_looking import Looker
from petcore.adapters.sight_opencv_picture import gray
from petcore.adapters.sight_opencv_presence import Presence
from petcore.adapters.sight_opencv_skin import Skin
from petcore.ports.camera import Frame
from petcore.ports.sight import Caption, Seen
from simulator.face.photo import Pixels
from simulator.face.video import FaceVideo, steady
from simulator.face.vital import Vital
from tests.adapters.sight_faces import PULSE, coded, every, filmed, middle, read, watched

MIDDLE = (160, 103)
"""Of the face, in a picture of 320 x 240."""


def there_but(gone_ms: int, back_ms: int) -> FaceVideo:
    """Somebody who goes and comes back."""
    return FaceVideo(
        lambda at_ms: Vital(72, is_there=not gone_ms <= at_ms < back_ms), width=240, height=180
    )


def test_somebody_goes_and_comes_back() -> None:
    """Nobody is seen a second later; whoever comes is measured from the beginning."""
    seen = watched(filmed(there_but(19_000, 24_000), every(41)))
    states = [each.state for each in seen]
    assert states[189] == "measured"
    assert set(states[215:240]) == {"no_face"}
    assert all(each.face is None for each in seen[215:240])
    assert set(states[242:390]) == {"measuring"}
    pulses = [reading.at_ms for reading in read(seen, PULSE)]
    assert not [at_ms for at_ms in pulses if 20_500 < at_ms < 39_000]
    assert pulses[-1] > 39_000
    presence = {each.at_ms: each.value for each in read(seen, "face.presence")}
    assert presence[18_000] == 1
    assert 0.2 < presence[24_000] < 0.75
    assert not [each for each in read(seen, "face.motion") if 21_500 < each.at_ms < 24_000]


def test_where_nobody_is_presence_is_none() -> None:
    """It is told all the same, and nothing else is."""
    seen = watched(filmed(there_but(0, 99_000), every(7)))
    assert [each.value for each in read(seen, "face.presence")] == [0, 0]
    assert {reading.name for each in seen for reading in each.readings} == {"face.presence"}


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture,
        lambda picture: picture[:, ::-1],
        lambda picture: (picture * 0.35).astype(np.uint8),
        lambda picture: cv2.resize(picture, (160, 120)),
        lambda picture: cv2.resize(picture, (960, 720)),
    ],
    ids=["plain", "mirrored", "dim", "small", "large"],
)
def test_the_face_is_where_it_is(change: Callable[[Pixels], Pixels]) -> None:
    """Its box is in pixels of the picture, and as wide as a face."""
    picture = np.ascontiguousarray(change(steady(72).frame(0)))
    seen = Looker().look(Frame(coded(picture), 0), Caption())
    height, width = picture.shape[:2]
    assert (seen.width, seen.height) == (width, height)
    assert seen.face is not None
    assert seen.face.width == pytest.approx(0.28 * width, rel=0.2)
    aside = (seen.face.left + seen.face.width / 2) / width
    down = (seen.face.top + seen.face.height / 2) / height
    assert aside == pytest.approx(MIDDLE[0] / 320, abs=0.04)
    assert down == pytest.approx(MIDDLE[1] / 240, abs=0.05)


def test_in_the_dark_nothing_is_made_up() -> None:
    """Neither a pulse nor, where nothing can be seen, a face."""
    video = steady(72, width=160, height=120)
    dark = watched(
        filmed(video, every(18), retouch=lambda each, _: (each * 0.1).astype(np.uint8)),
    )
    assert not read(dark, PULSE)
    black = watched([Frame(coded(np.zeros((120, 160, 3), np.uint8)), 0)])
    assert black[0].state == "no_face"


def test_what_is_too_dark_or_too_bright_is_no_skin() -> None:
    """Of what is left its colour is the mean: red, green, blue."""
    area = Area(10, 10, 60)
    for level, is_skin in ((15, False), (252, False), (120, True)):
        plain = np.full((90, 90, 3), level, np.uint8)
        assert (Skin().colour(plain, area, is_look=True) is not None) == is_skin
    skin = np.full((90, 90, 3), (110, 140, 190), np.uint8)
    skin[40:, 10:28] = (20, 20, 20)  # a beard
    skin[10:20, 50:60] = (255, 255, 255)  # a lamp
    skin[10:28, 20:34] = (33, 42, 57)  # a shadow
    colour = Skin().colour(skin, area, is_look=True)
    assert colour == pytest.approx((190, 140, 110), abs=3)


@pytest.mark.parametrize("speed", [0.0, 0.15, 0.6])
def test_motion_is_in_faces_a_second(speed: float) -> None:
    """A face that goes to and fro, at 30 frames a second."""
    still = steady(72, noise=0).frame(0)
    looker = Looker(draws=False)
    face_px = 91

    def shifted(at_ms: int) -> bytes:
        way = speed * face_px * abs((at_ms / 1_000 + 0.5) % 1 - 0.5)  # there in half a second
        shift = np.array([[1, 0, way], [0, 1, 0]], np.float64)
        return coded(cv2.warpAffine(still, shift, (320, 240), borderMode=cv2.BORDER_REPLICATE))

    seen = watched((Frame(shifted(at_ms), at_ms) for at_ms in every(4, 30)), looker)
    told = read(seen, "face.motion")
    assert len(told) in {3, 4}
    assert middle(told) == pytest.approx(speed, rel=0.2, abs=0.01)
    assert told[0].value == pytest.approx(speed, rel=0.4, abs=0.01)
    assert all(each.stable and each.confidence > 60 for each in told[1:])


def test_the_box_goes_with_the_face_between_looks() -> None:
    """Half a face aside, of which no look knows."""
    still = steady(72, noise=0).frame(0)
    looker = Looker(looks_every=1_000, draws=False)
    boxes = []
    for number, at_ms in enumerate(every(2)):
        shift = np.array([[1, 0, 2 * number], [0, 1, 0]], np.float64)
        picture = cv2.warpAffine(still, shift, (320, 240), borderMode=cv2.BORDER_REPLICATE)
        boxes.append(looker.look(Frame(coded(picture), at_ms), Caption()).face)
    assert boxes[0] is not None
    assert boxes[-1] is not None
    assert boxes[-1].left - boxes[0].left == pytest.approx(38, abs=4)


def test_a_face_that_leaves_the_picture_is_nobody() -> None:
    """As soon as half of it is out; its box is never empty, and what is seen at the edge is no skin
    of it. Who comes back is found, and measured from the beginning.
    """
    still = steady(72, noise=0).frame(0)
    looker = Looker(looks_every=1_000)
    seen: list[Seen] = []
    while len(seen) < 25 and (not seen or seen[-1].state != "no_face"):
        number = len(seen)
        shift = np.array([[1, 0, 9.0 * number], [0, 1, 0]], np.float64)
        picture = cv2.warpAffine(still, shift, (320, 240), borderMode=cv2.BORDER_REPLICATE)
        seen.append(looker.look(Frame(coded(picture), 100 * number), Caption()))
    boxes = [each.face for each in seen if each.face is not None]
    assert all(box.width > 40 and box.height > 80 for box in boxes)
    assert boxes[-1].left > 200
    assert seen[-1].face is None
    back_ms = 100 * len(seen)
    assert looker.look(Frame(coded(still), back_ms), Caption()).face is not None
    assert looker._one.words(back_ms) == "measuring 0 s"


@pytest.mark.parametrize("step", [(-60, 0), (60, 0), (0, -60), (0, 60)])
def test_a_face_is_in_the_picture_by_its_middle(step: tuple[float, float]) -> None:
    """On each side. Where nobody is, one looks anywhere."""
    picture = np.zeros((100, 100), np.uint8)
    follower = Follower(Finder(), looks_every=9)
    follower.face = Area(30, 30, 40)
    sure = []
    for part in (0.8, 0.1):
        follower.move(picture, *(part * each for each in step))
        sure.append(follower.is_sure)
    assert sure == [True, False]
    assert follower.follow(picture, 0) is False


def test_a_face_that_is_missed_for_a_moment_is_not_lost() -> None:
    """It is looked for in each frame, until it is found or gone."""
    picture = gray(steady(72).frame(0))
    nothing = np.zeros_like(picture)
    follower = Follower(Finder(), looks_every=3)
    assert follower.follow(picture, 0) is True
    assert [follower.follow(picture, 100 * at) for at in (1, 2, 3)] == [None, None, True]
    assert [follower.follow(nothing, 300 + 100 * at) for at in (1, 2, 3, 4)] == [
        None,
        None,
        False,
        False,
    ]
    known = [(follower.face is not None, follower.is_sure)]
    assert follower.follow(picture, 800) is True
    known.append((follower.face is not None, follower.is_sure))
    assert known == [(True, False), (True, True)]
    for at_ms in range(900, 1_200 + LOST_MS + 200, 100):
        follower.follow(nothing, at_ms)
    assert follower.face is None


def test_another_picture_size_begins_anew() -> None:
    """A camera that was set anew: nothing of before fits."""
    looker = Looker(draws=False)
    watched(filmed(steady(72), every(2)), looker)
    frames = [*filmed(steady(72, width=160, height=120), every(1, start_ms=2_000))]
    assert watched(frames, looker) == watched(frames)


def test_presence_counts_time_and_not_looks() -> None:
    """Where nobody is, one looks more often."""
    presence = Presence()
    for at_ms in range(0, 5_001, 1_000):
        presence.look(at_ms, is_found=True)
    for at_ms in range(5_100, 10_001, 100):
        presence.look(at_ms, is_found=False)
    presence.reading(0)
    told = presence.reading(10_000)
    assert told is not None
    assert told.value == pytest.approx(0.5)
    assert told.stable
    assert presence.reading(12_000) is None
