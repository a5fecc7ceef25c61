"""The face that is made up beats as it is told to, and is found where it should be."""

from importlib.resources import files

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.face.photo import scene
from simulator.face.video import FaceVideo, steady
from simulator.face.vital import Vital, Vitals

FPS, SECONDS = 10, 20
FACE = (slice(70, 175), slice(115, 205))
"""Rows and columns of the face at 320 times 240."""


def colours(video: FaceVideo, seconds: int = SECONDS) -> NDArray[np.float64]:
    """Blue, green and red of the face, on average, picture by picture, as a camera sends them."""
    every_ms = 1000 // FPS
    taken = [sent(video, at_ms)[FACE] for at_ms in range(0, seconds * 1000, every_ms)]
    return np.array([face.reshape(-1, 3).mean(axis=0) for face in taken])


def sent(video: FaceVideo, at_ms: int) -> NDArray[np.uint8]:
    """A picture after it was coded and decoded."""
    picture = cv2.imdecode(np.frombuffer(video.jpeg(at_ms), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def strength(signal: NDArray[np.float64], per_min: float) -> float:
    """How much of a signal swings so many times a minute, give or take three, of what swings 40 to
    180 times.
    """
    smooth = np.convolve(signal, np.ones(FPS) / FPS, mode="same")
    swing = (signal - smooth)[FPS:-FPS]
    power = np.abs(np.fft.rfft(swing * np.hanning(swing.size), 4096)) ** 2
    rate = np.fft.rfftfreq(4096, 1 / FPS) * 60
    heard = (rate > 40) & (rate < 180)
    near = np.abs(rate - per_min) < 3
    return float(power[heard & near].sum() / power[heard].sum())


def finder() -> cv2.CascadeClassifier:
    """What finds faces."""
    place = files("cv2") / "data" / "haarcascade_frontalface_default.xml"
    return cv2.CascadeClassifier(str(place))


def boxes(picture: NDArray[np.uint8]) -> list[list[int]]:
    """All faces that are found, as left, top, width and height."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return [list(box) for box in finder().detectMultiScale(grey, 1.2, 5, minSize=(40, 40))]


@pytest.mark.parametrize("bpm", [55.0, 72.0, 110.0])
def test_the_green_of_the_face_beats_as_fast_as_the_heart(bpm: float) -> None:
    """And not as fast as it does not."""
    seen = colours(steady(bpm))
    assert strength(seen[:, 1], bpm) > 0.5
    assert strength(seen[:, 1], bpm + 13) < 0.2


def test_a_photograph_has_no_pulse() -> None:
    """With an amplitude of 0 nothing stands out where the heart would beat."""
    assert strength(colours(steady(72.0, amp=0.0))[:, 1], 72.0) < 0.3


def test_only_skin_beats() -> None:
    """Eyes, hair, clothes and the wall do not; and green beats most."""
    whole = scene(320, 240)
    rows, columns = np.nonzero(whole.skin.sum(axis=2) > 1)
    margin = whole.margin
    assert rows.min() - margin > 55
    assert rows.max() - margin < 185
    assert columns.min() - margin > 105
    assert columns.max() - margin < 215
    assert 4_000 < rows.size < 10_000
    shares = whole.skin / np.maximum(whole.somebody, 1)
    eye = shares[margin + 85 : margin + 93, margin + 135 : margin + 144, 1]
    assert eye.min() < 0.6
    share = shares[rows, columns].mean(axis=0)
    assert share / share[1] == pytest.approx([0.38, 1.0, 0.30], abs=0.01)


def test_the_heart_changes_when_it_is_told_to() -> None:
    """Half a minute of one pulse, half a minute of another."""
    video = FaceVideo(lambda at_ms: Vital(60.0 if at_ms < 30_000 else 96.0))
    green = colours(video, 60)[:, 1]
    assert strength(green[:300], 60) > 0.5
    assert strength(green[330:], 96) > 0.5


def test_breathing_moves_the_head() -> None:
    """As often as it is told to, even if the head keeps still otherwise."""
    video = FaceVideo(lambda _: Vital(70.0, 18.0, motion=0.0), noise=0.0, amp=0.0)
    tops = []
    for at_ms in range(0, 60_000, 500):
        picture = video.frame(at_ms).astype(np.float64)
        # The edge between forehead and hair: a step whose place shows in the mean of a strip.
        tops.append(picture[60:100, 140:180].mean())
    swing = np.array(tops) - np.convolve(np.pad(tops, 8, mode="edge"), np.ones(17) / 17, "valid")
    power = np.abs(np.fft.rfft(swing * np.hanning(swing.size), 1024)) ** 2
    rate = np.fft.rfftfreq(1024, 0.5) * 60
    heard = (rate > 6) & (rate < 40)
    assert abs(rate[heard][power[heard].argmax()] - 18.0) < 2.0


@pytest.mark.parametrize(("width", "height"), [(320, 240), (640, 480), (400, 300)])
def test_one_face_is_found_nearly_a_third_as_wide(width: int, height: int) -> None:
    """At the sizes of cameras."""
    picture = steady(width=width, height=height).frame(0)
    assert picture.shape == (height, width, 3)
    (found,) = boxes(cv2.resize(picture, (320, 240)).astype(np.uint8))
    assert 320 / 4 < found[2] < 320 / 3


def test_nobody_is_there_when_nobody_is() -> None:
    """The same room, without a face; and back again."""
    video = FaceVideo(lambda at_ms: Vital(70.0, is_there=not 1000 <= at_ms < 2000))
    found = [len(boxes(video.frame(at_ms))) for at_ms in (0, 1000, 1999, 2000)]
    assert found == [1, 0, 0, 1]


def test_the_same_seed_gives_the_same_pictures() -> None:
    """And another seed others."""
    one, same, other = (steady(seed=seed) for seed in (1, 1, 2))
    for at_ms in (0, 100, 250):
        picture = one.jpeg(at_ms)
        assert picture == same.jpeg(at_ms)
        assert picture != other.jpeg(at_ms)


def test_time_does_not_go_back() -> None:
    """A body's does not; the same instant twice is allowed."""
    video = steady()
    video.frame(100)
    video.frame(100)
    with pytest.raises(ValueError, match="99 ms is before 100 ms"):
        video.frame(99)


def test_noise_is_as_strong_as_it_is_told_to_be() -> None:
    """Between two pictures of a wall that nothing moves on."""
    nobody: Vitals = lambda _: Vital(70.0, is_there=False)  # noqa: E731 -- it has a type so
    video = FaceVideo(nobody, noise=3.0)
    one, other = (video.frame(0)[:100, :200].astype(np.float64) for _ in range(2))
    assert np.std(one - other) == pytest.approx(3.0 * 2**0.5, rel=0.1)


def test_a_head_stays_in_the_picture() -> None:
    """For an hour, also that of somebody restless: where it strays is bounded."""
    video = FaceVideo(lambda _: Vital(70.0, motion=2.0), noise=0.0)
    lefts = [boxes(video.frame(at_ms))[0][0] for at_ms in range(0, 3_600_000, 120_000)]
    assert max(lefts) - min(lefts) < 25
