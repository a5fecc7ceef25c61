"""Files that are no pictures, or too large ones; and what is drawn on those that are."""

import struct

import cv2
import numpy as np
import pytest

pytest.importorskip("cv2")
pytest.importorskip("skimage")

from petcore.adapters.sight_opencv_drawing import Sign, draw
from petcore.adapters.sight_opencv_looking import Looker
from petcore.adapters.sight_opencv_picture import (
    SCANS_MAX,
    SIDE_MAX,
    decoded,
    reduced,
    size_of,
)
from petcore.adapters.sight_opencv_wire import JPEG_MAX
from petcore.errors import BadFrame
from petcore.ports.camera import Frame
from petcore.ports.sight import Box, Caption
from simulator.face.video import steady
from tests.adapters.sight_faces import coded

JPEG = coded(steady(72).frame(0))


def sized(width: int, height: int) -> bytes:
    """A picture whose head says that it is so large."""
    place = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:place] + struct.pack(">HH", height, width) + JPEG[place + 4 :]


def test_the_head_tells_the_size() -> None:
    """Before anything is decoded, whatever stands before it."""
    assert size_of(JPEG) == (320, 240)
    comment = b"\xff\xfe" + struct.pack(">H", 2_002) + b"\xff\xc0" * 1_000
    assert size_of(JPEG[:2] + comment + b"\xff\xff" + JPEG[2:]) == (320, 240)
    assert size_of(sized(9, 70)) == (9, 70)


def test_no_other_size_is_smuggled_in() -> None:
    """What decoders do not skip is not skipped here: a size within would be theirs."""
    huge = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 60_000, 60_000) + bytes(12)
    for mark in (b"\xff\x00", b"\xff\xd8"):
        smuggled = JPEG[:2] + mark + struct.pack(">H", 2 + len(huge)) + huge + JPEG[2:]
        with pytest.raises(BadFrame):
            size_of(smuggled)


@pytest.mark.parametrize(
    "jpeg",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + b"\xff" * 5_000,
        JPEG[2:],
        JPEG[:700],
        JPEG[: len(JPEG) // 2],
        JPEG[:-20],
        sized(0, 0),
        sized(SIDE_MAX + 1, 8),
        sized(SIDE_MAX, SIDE_MAX),
        sized(65_535, 65_535),
        JPEG + bytes(JPEG_MAX),
        b"\x89PNG\r\n\x1a\n" + bytes(99),
    ],
    ids=range(14),
)
def test_what_is_no_picture_or_too_large_is_refused(jpeg: bytes) -> None:
    """With words of our own, in which nothing of it is repeated."""
    with pytest.raises(BadFrame, match=r"^(the frame is no JPEG|a frame must have)"):
        decoded(jpeg)


def test_size_is_refused_by_the_head_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody begins to decode a bomb."""
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    for jpeg in (sized(40_000, 40_000), JPEG + bytes(JPEG_MAX)):
        with pytest.raises(BadFrame, match="at most"):
            decoded(jpeg)


def scanned(scans: int, between: bytes = b"") -> bytes:
    """A small picture with so many scans in all, the last again and again."""
    picture = np.full((16, 16, 3), 90, np.uint8)
    is_done, coded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_PROGRESSIVE, 1))
    assert is_done
    jpeg = coded.tobytes()
    last = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    return jpeg[:-2] + (between + last) * (scans - jpeg.count(b"\xff\xda")) + jpeg[-2:]


@pytest.mark.parametrize(
    "between",
    [b"", b"\xff", b"\0", b"\0\xff\0", b"\xff\xd3", b"\xff\xfe\0\x04\xff\xd9", b"\xff\xfe\0\x02\0"],
    ids=["nothing", "fill", "byte", "stuffed", "restart", "end in a comment", "comment and byte"],
)
def test_each_scan_costs_a_whole_picture(between: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small it is, and whatever decoders skip before it: too many are not decoded."""
    assert decoded(scanned(SCANS_MAX, between)).shape == (16, 16, 3)
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    with pytest.raises(BadFrame, match="at most 100 scans"):
        decoded(scanned(SCANS_MAX + 1, between))


def test_what_only_looks_like_a_scan_is_none() -> None:
    """In a comment, a picture within that, and behind the end."""
    many = b"\xff\xda" * 300
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(many)) + many
    for jpeg in (
        JPEG[:2] + comment + JPEG[2:],
        JPEG + b"\0\2" + b"\xff\xda\0\2" * 300,
        scanned(12, comment),
    ):
        assert decoded(jpeg).size


def test_what_is_broken_inside_is_survived() -> None:
    """Half of it may be nonsense: it is looked at or refused."""
    looker = Looker()
    chance = np.random.default_rng(5)
    for at_ms in range(40):
        broken = np.frombuffer(JPEG, np.uint8).copy()
        places = chance.integers(2, len(broken), 12)
        broken[places] = chance.integers(0, 256, 12)
        try:
            looker.look(Frame(broken.tobytes(), 200 * at_ms), Caption())
        except BadFrame:
            continue
    assert looker.look(Frame(JPEG, 9_000), Caption()).face is not None


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (4_096, 1), (20, 300)])
def test_a_tiny_picture_has_nobody_on_it(size: tuple[int, int]) -> None:
    """And is given back as large as it came."""
    width, height = size
    picture = coded(np.full((height, width, 3), 90, np.uint8))
    seen = Looker().look(Frame(picture, 0), Caption())
    assert (seen.state, seen.width, seen.height) == ("no_face", width, height)
    assert decoded(seen.picture).shape == (height, width, 3)


def test_without_drawing_the_picture_is_the_frame() -> None:
    """Byte for byte."""
    assert Looker(draws=False).look(Frame(JPEG, 0), Caption()).picture == JPEG
    assert Looker().look(Frame(JPEG, 0), Caption()).picture != JPEG


@pytest.mark.parametrize("size", [(160, 120), (320, 240), (1_920, 1_080)])
@pytest.mark.parametrize("ground", [0, 255])
def test_everything_can_be_read_on_any_ground(size: tuple[int, int], ground: int) -> None:
    """Box, wave and letters are both lighter and darker than what is below them."""
    width, height = size
    box = Box(width // 3, height // 3, width // 4, width // 4)
    wave = [(ago / 10, (-1) ** ago) for ago in range(11)]
    sign = Sign("measured", "72 bpm", box, [(ago, float(high)) for ago, high in wave], Caption(0.5))
    picture = np.full((height, width, 3), ground, np.uint8)
    draw(picture, sign)
    parts = {
        "words": picture[: height // 6, : width // 2],
        "box": picture[height // 3 - 4 : height // 3 + 5, width // 3 : width // 2],
        "wave": picture[round(height * 0.8) :],
    }
    for name, part in parts.items():
        levels = part.max(axis=2)
        assert (levels > 150).any(), name
        assert (levels < 100).any(), name
    assert (picture[height // 2 : round(height * 0.8), : width // 4] == ground).all()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Caption(), Caption(focus_score=0.7)),
        (Caption(0.1, 0.1), Caption(0.1, 0.9)),
        (Caption(), Caption(0.0)),
    ],
)
def test_scores_are_written(before: Caption, after: Caption) -> None:
    """Another score, another picture; one that is not known is not 0."""
    pictures = []
    for caption in (before, after):
        picture = np.full((240, 320, 3), 90, np.uint8)
        draw(picture, Sign("no_face", "no face", None, [], caption))
        pictures.append(picture)
    assert (pictures[0] != pictures[1]).any()


def test_large_pictures_are_made_smaller() -> None:
    """By as much as is said; small ones stay as they are."""
    large = np.zeros((1_080, 1_920, 3), np.uint8)
    small, scale = reduced(large, 640)
    assert small.shape == (360, 640, 3)
    assert scale == pytest.approx(1 / 3)
    assert reduced(small, 640)[0] is small
