"""Pulse and breathing from pictures: right if they are told, and not told if there are none."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("cv2")
pytest.importorskip("skimage")

from petcore.adapters.sight_opencv_breathing import Breathing
from petcore.adapters.sight_opencv_looking import Looker
from petcore.adapters.sight_opencv_pulse import WINDOW_MIN_S, Pulse, pos
from petcore.adapters.sight_opencv_trace import Gate, Rates, Trace, peak
from petcore.adapters.sight_opencv_wave import Wave
from petcore.ports.sight import Reading
from simulator.face.photo import Pixels
from simulator.face.video import FaceVideo, steady
from tests.adapters.sight_faces import FPS, PULSE, every, filmed, middle, read, watched

LONG_ENOUGH_S = WINDOW_MIN_S + 4
SKIN = (190.0, 140.0, 120.0)


def small(bpm: float, seed: int = 1, amp: float = 0.006) -> FaceVideo:
    """Somebody, on few pixels."""
    return steady(bpm, width=240, height=180, seed=seed, amp=amp)


@pytest.mark.parametrize("bpm", [52, 78, 104, 140])
def test_the_pulse_is_right_within_three_beats(bpm: float) -> None:
    """At 10 frames a second, coded badly; and it is told once a second, stable at last."""
    seen = watched(filmed(small(bpm, seed=round(bpm)), every(LONG_ENOUGH_S), quality=50))
    told = read(seen, PULSE)
    assert 2 <= len(told) <= 5
    assert all(abs(reading.value - bpm) < 3 for reading in told)
    assert told[0].at_ms >= 15_000
    assert not told[0].stable
    assert told[-1].stable
    assert all(reading.confidence >= 50 for reading in told)
    assert seen[-1].state == "measured"
    assert {each.state for each in seen[: round(WINDOW_MIN_S * FPS)]} == {"measuring"}


def nodding(picture: Pixels, at_ms: int) -> object:
    """The light of all colours alike comes and goes 84 times a minute, much more than a pulse."""
    light = 1 + 0.03 * math.sin(2 * math.pi * 1.4 * at_ms / 1_000)
    return (picture * light).round().clip(0, 255).astype(np.uint8)


def test_a_nod_is_no_pulse() -> None:
    """Neither where there is one nor where there is none."""
    frames = filmed(small(62), every(LONG_ENOUGH_S, 15), retouch=nodding)
    told = read(watched(frames), PULSE)
    assert told
    assert all(abs(reading.value - 62) < 3 for reading in told)
    frames = filmed(small(62, amp=0), every(LONG_ENOUGH_S, 15), retouch=nodding)
    assert not read(watched(frames), PULSE)


def test_a_photograph_has_no_pulse_and_no_breath() -> None:
    """It moves, and its light changes; its motion and presence are told all the same."""
    seen = watched(filmed(small(72, seed=3, amp=0), every(40)))
    assert not read(seen, PULSE)
    assert not read(seen, "breathing.rate")
    assert {each.state for each in seen} == {"measuring"}
    assert len(read(seen, "face.motion")) in range(36, 41)
    assert middle(read(seen, "face.presence")) == 1


def test_frames_that_come_unevenly_do_no_harm() -> None:
    """Many at first and then few, each of them twice in the same millisecond."""
    chance = np.random.default_rng(4)
    steps = [*chance.integers(40, 81, 120).tolist(), *chance.integers(100, 171, 90).tolist()]
    instants = np.cumsum(steps).tolist()
    frames = [*filmed(small(88), instants)]
    told = read(watched(each for frame in frames for each in (frame, frame)), PULSE)
    assert told
    assert abs(middle(told) - 88) < 3


def test_a_gap_and_a_step_back_begin_anew() -> None:
    """The window is filled again before anything is said."""
    looker, video = Looker(draws=False), small(72)
    frames = [*filmed(video, every(LONG_ENOUGH_S))]
    assert watched(frames, looker)[-1].state == "measured"
    again = watched(frames, looker)
    later = watched(filmed(video, every(16, start_ms=frames[-1].at_ms + 1_200)), looker)
    assert again[0].face is not None
    assert again[-1].state == "measured"
    for seen in (again, later):
        assert {each.state for each in seen[: round(WINDOW_MIN_S * FPS)]} == {"measuring"}


def test_breathing_is_told_where_head_and_skin_agree() -> None:
    """Within two breaths a minute, after half a minute."""
    seen = watched(filmed(steady(72, 17, width=320, height=240, seed=1), every(38)))
    told = read(seen, "breathing.rate")
    assert told
    assert told[0].at_ms >= 30_000
    assert all(abs(reading.value - 17) < 2 for reading in told)


def colours(bpm: float, amp: float = 0.005, fps: float = 20) -> Iterator[tuple[int, float]]:
    """Instants, and how strong the pulse is then."""
    for at_ms in every(24, fps):
        yield at_ms, amp * math.sin(2 * math.pi * bpm / 60 * at_ms / 1_000)


def measured(
    bpm: float, fps: float = 20, *, blood: tuple[float, float, float] = (0.3, 1.0, 0.38)
) -> list[Reading]:
    """What is told of colours without a picture around them."""
    pulse = Pulse()
    told = []
    for at_ms, beat in colours(bpm, fps=fps):
        red, green, blue = (
            part * (1 + share * beat) for part, share in zip(SKIN, blood, strict=True)
        )
        pulse.take(at_ms, (red, green, blue))
        told.append(pulse.reading(at_ms))
    return [reading for reading in told if reading is not None]


@pytest.mark.parametrize("bpm", [45, 60, 75, 120, 170])
def test_clean_colours_give_the_rate(bpm: float) -> None:
    """Within half a beat, and it is sure of it."""
    told = measured(bpm)
    assert all(abs(reading.value - bpm) < 0.5 for reading in told)
    assert told[-1].confidence == 100


def test_what_is_no_pulse_of_a_person_is_not_told() -> None:
    """Too slow, too fast, too few frames to tell, light alone, and nothing at all."""
    assert not measured(20)
    assert not measured(215)
    assert not measured(75, fps=5)
    assert not measured(75, blood=(1.0, 1.0, 1.0))
    assert not measured(75, blood=(0.0, 0.0, 0.0))


def test_two_windows_must_agree() -> None:
    """A pulse that jumps is not believed until it stays."""
    rates = Rates("cardio.pulse_rate", Gate(2, agree=5, sure=50, sure_per_db=5))
    assert rates.confirmed(0, 70, 9) is None
    assert rates.confirmed(1_000, 90, 9) is None
    told = rates.confirmed(2_000, 91, 4)
    rates.begin()
    assert rates.confirmed(1_000, 90, 9) is None
    assert rates.confirmed(2_000, 91, 4) == told
    assert told == Reading("cardio.pulse_rate", 91, stable=False, confidence=60, at_ms=2_000)
    for at_ms in range(3_000, 8_000, 1_000):
        told = rates.confirmed(at_ms, 91, 40)
    assert told == Reading("cardio.pulse_rate", 91, stable=True, confidence=100, at_ms=7_000)
    rates.begin()
    assert rates.confirmed(8_000, 91, 9) is None


def test_what_was_told_is_known_for_a_while() -> None:
    """Then it is measured anew."""
    pulse = Pulse()
    told = []
    for at_ms, beat in colours(75):
        pulse.take(at_ms, (SKIN[0], SKIN[1] * (1 + beat), SKIN[2]))
        told.append(pulse.reading(at_ms))
    last = [reading for reading in told if reading is not None][-1]
    pulse._rates.begin()
    assert pulse.reading(last.at_ms + 2_000) is None
    assert pulse.bpm(last.at_ms + 3_000) == last.value
    assert pulse.bpm(last.at_ms + 3_001) is None


def test_a_rhythm_of_something_else_is_no_peak() -> None:
    """What is within the bounds belongs to it."""
    seconds = np.arange(400) / 20
    slow = np.sin(2 * np.pi * 0.4 * seconds)
    fast = np.sin(2 * np.pi * 3.5 * seconds)
    within = 0.5 * np.sin(2 * np.pi * 1.2 * seconds)
    for even in (slow + within, fast + within, np.zeros(400)):
        assert peak(even, 20, (0.7, 3), (0.4, 4)) is None
    found = peak(np.sin(2 * np.pi * 1.2 * seconds), 20, (0.7, 3), (0.4, 4))
    assert found is not None
    assert found.hz == pytest.approx(1.2, abs=0.005)
    assert found.snr_db > 15


def test_light_that_changes_all_colours_alike_has_no_wave() -> None:
    """By the arithmetic itself."""
    light = 1 + 0.1 * np.sin(np.arange(200) / 3)
    assert np.abs(pos(np.outer(SKIN, light), 20)).max() < 1e-9


def test_nothing_grows_with_time() -> None:
    """Hours of frames, however many a second."""
    trace, wave = Trace(20_000, 700), Wave()
    for at_ms in range(0, 60_000, 5):
        trace.add(at_ms, 1.0)
    for at_ms in range(0, 10_000, 4):
        wave.take(at_ms, SKIN)
    assert len(trace._rows) <= 2_001
    assert trace.span_s <= 20
    assert len(wave.points(10_000)) <= 801
    assert len(wave._colours) <= 161
    breathing = Breathing()
    for at_ms in range(0, 120_000, 100):
        breathing.take(at_ms, SKIN)
        assert breathing.reading(at_ms) is None
    assert len(breathing._skins._rows) <= 401
