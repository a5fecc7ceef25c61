"""What is a picture in what cameras send: in any pieces, of any firmware, and nothing else."""

import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.adapters.camera_mjpeg_parts import (
    FRAME_MAX,
    HEAD_MAX,
    Parts,
    Unreadable,
    boundary_of,
)
from simulator.standins.camera import FIRMWARES, Firmware

MIXED = "multipart/x-mixed-replace; "
# What looks like an end, a boundary or a line inside of a picture is none.
JPEGS = [
    b"\xff\xd8\xff\xe0" + inside + b"\xff\xd9"
    for inside in (
        b"",
        b"\r\n\r\n--12345\r\n",
        b"\xff\xd9\r\n\r\n" + bytes(range(256)) * 3,
        b"--framework\r\n\nframes\n--1234567890 ",
        b"\0" * 700 + b"\n",
        b"in a frame\r\nand a -frame\nand 123456789000000000000987654321\r\n",
    )
]
firmwares = st.sampled_from(sorted(FIRMWARES))


def sent(firmware: Firmware, jpegs: list[bytes]) -> bytes:
    """All of it, with the boundary after the last that says that it has ended."""
    parts = b"".join(firmware.part(jpeg, 12.5) for jpeg in jpegs)
    return firmware.before + parts + f"{firmware.line}{firmware.stands}--\r\n".encode()


def taken(told: str, pieces: list[bytes]) -> list[bytes]:
    """What is made of it."""
    parts = Parts(boundary_of(MIXED + told))
    return [picture for piece in pieces for picture in parts.take(piece)]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The same in pieces."""
    ends = sorted({place % (len(data) + 1) for place in places})
    return [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]


@pytest.mark.parametrize("name", FIRMWARES)
@pytest.mark.parametrize("size", [1, 2, 7, 1_000_000])
def test_every_firmware_is_read(name: str, size: int) -> None:
    """Byte by byte, in small pieces, and at once."""
    firmware = FIRMWARES[name]
    data = sent(firmware, JPEGS)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert taken(firmware.told, pieces) == JPEGS


@given(firmwares, st.lists(st.integers(0, 100_000), max_size=12))
def test_any_pieces_make_the_same_pictures(name: str, places: list[int]) -> None:
    """Wherever the network cuts."""
    firmware = FIRMWARES[name]
    assert taken(firmware.told, cut(sent(firmware, JPEGS), places)) == JPEGS


@given(st.data())
def test_anything_may_come(data: st.DataObject) -> None:
    """It is pictures or nothing, in whatever pieces, the same; and the next good one is found."""
    words = [b"--frame\r\n", b"frame", b"--", b"\r\n", b"\n", b"\xff\xd8\xff", b"\xff\xd9", b"\0"]
    words += [b"Content-Length: 9\r\n\r\n", b"content-length:3\n\n", b"X: y\r\n"]
    noise = b"".join(data.draw(st.lists(st.sampled_from(words) | st.binary(max_size=6))))
    good = b"\r\n".join((b"\0" * 16, b"--frame", b"", JPEGS[0], b"--frame", b"", b""))
    whole = taken("boundary=frame", [noise + good * 2])
    places = data.draw(st.lists(st.integers(0, 10_000), max_size=8))
    assert taken("boundary=frame", cut(noise + good * 2, places)) == whole
    assert JPEGS[0] in whole
    assert all(each.startswith(b"\xff\xd8\xff") for each in whole)


@pytest.mark.parametrize(
    ("told", "boundary"),
    [
        ("boundary=frame", b"frame"),
        ("boundary=--frame", b"frame"),
        ('boundary="a frame"', b"a frame"),
        ("charset=x; Boundary = frame ; y=z", b"frame"),
        ("boundary=" + "x" * 256, b"x" * 256),
    ],
)
def test_the_boundary_is_told(told: str, boundary: bytes) -> None:
    """In the ways in which it is."""
    assert boundary_of(MIXED + told) == boundary


@pytest.mark.parametrize(
    "told", ["", "boundary=", "boundary=--", 'boundary=""', "boundary=" + "x" * 257, "frame"]
)
def test_no_boundary_is_told(told: str) -> None:
    """Then nothing can be told apart."""
    with pytest.raises(Unreadable, match="does not tell the boundary"):
        boundary_of(MIXED + told)


HEAD = b"--frame\r\nContent-Type: image/jpeg\r\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (HEAD + b"X: " + b"y" * HEAD_MAX, "head of a picture does not end"),
        (HEAD + b"X: y\r\n" * 2_000 + b"\r\n", "head of a picture does not end"),
        (HEAD + b"Content-Length: %d\r\n\r\n" % (FRAME_MAX + 1), "more than 4 MiB"),
        (HEAD + b"Content-Length: " + b"1" * 5_000 + b"\r\n\r\n", "more than 4 MiB"),
        (HEAD + b"\r\n" + bytes(FRAME_MAX + 100), "more than 4 MiB"),
        (HEAD + b"\r\n" + bytes(FRAME_MAX + 100) + b"\r\n--frame\r\n", "more than 4 MiB"),
    ],
)
@pytest.mark.parametrize("size", [60_000, 8 << 20])
def test_what_grows_without_end_is_refused(data: bytes, why: str, size: int) -> None:
    """Also if its end is there, or its length says so before."""
    with pytest.raises(Unreadable, match=why):
        taken("boundary=frame", [data[at : at + size] for at in range(0, len(data), size)])


def test_a_large_picture_is_one() -> None:
    """Just as large as may be, with and without a length."""
    jpeg = (b"\xff\xd8\xff" + bytes(FRAME_MAX - 5)) + b"\xff\xd9"
    for firmware in (Firmware(), Firmware(has_length=False)):
        assert taken(firmware.told, [sent(firmware, [jpeg])]) == [jpeg]


def test_what_is_before_a_boundary_is_not_kept() -> None:
    """However much it is."""
    parts = Parts(b"frame")
    for _ in range(50):
        assert parts.take(b"\r\n-- nothing " * 2_000) == []
    assert len(parts._held) < 64


@pytest.mark.parametrize(
    "body",
    [b"", b"hello", JPEGS[2][:-1], JPEGS[2][:-2], JPEGS[2][1:], b"\xff\xd8\xff", b"\xff\xd9"],
)
@pytest.mark.parametrize("has_length", [True, False])
def test_what_is_no_whole_picture_is_left_out(body: bytes, has_length: bool) -> None:
    """Those around it are not."""
    firmware = Firmware(has_length=has_length)
    good = [JPEGS[0], JPEGS[1]]
    assert taken(firmware.told, [sent(firmware, [good[0], body, good[1]])]) == good


@pytest.mark.parametrize(
    ("off", "left"),
    [
        (-300, [0, 1, 3, 4, 5]),
        (-2, [0, 1, 3, 4, 5]),
        (-1, [0, 1, 3, 4, 5]),
        (1, [0, 1, 2, 3, 4, 5]),
        (2, [0, 1, 2, 3, 4, 5]),
        (3, [0, 1, 3, 4, 5]),
        (40, [0, 1, 4, 5]),
    ],
)
def test_a_wrong_length_costs_its_neighbours_at_most(off: int, left: list[int]) -> None:
    """What follows is read again. One that counts the end of the line costs nothing."""
    firmware = Firmware()
    parts = [firmware.part(jpeg, 0) for jpeg in JPEGS]
    parts[2] = firmware.part(JPEGS[2], 0, len(JPEGS[2]) + off)
    data = b"".join(parts) + sent(firmware, [])
    assert [JPEGS.index(each) for each in taken(firmware.told, [data])] == left


def calls(told: str, data: bytes) -> int:
    """How many functions it takes to read that."""
    called = 0

    def count(frame: object, event: str, _: object) -> None:
        nonlocal called
        called += event in {"call", "c_call"}

    parts = Parts(boundary_of(MIXED + told))
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        with suppress(Unreadable):
            parts.take(data)
    finally:
        sys.setprofile(before)
    return called


@pytest.mark.parametrize(
    "data", [b"a", b"--a", b"-", b"\n-", b"\n--a\n\n\xff\xd8\xff\xd9", b"--a\n\n"]
)
def test_a_piece_of_a_stream_is_read_with_few_calls(data: bytes) -> None:
    """Whatever looks like a boundary in it, and however small its parts are."""
    assert calls("boundary=a", data * ((64 << 10) // len(data))) < 15_000


def test_parts_that_are_too_small_are_no_stream() -> None:
    """Of pictures."""
    with pytest.raises(Unreadable, match="too many parts that are too small"):
        taken("boundary=a", [b"\n--a\n\n\xff\xd8\xff\xd9" * 600])
    assert len(taken("boundary=a", [b"\n--a\n\n\xff\xd8\xff\xd9"] * 600)) == 599
