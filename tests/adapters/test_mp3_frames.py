"""MP3 as frames alone: what is taken away, and what is not."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.adapters.mp3_frames import SILENCE, bare_frames
from tests.adapters.voice_conformance import samples_in, soundfile

ID3 = b"ID3\x04\x00\x00\x00\x00\x01\x02" + bytes(130)
ID3_WITH_FOOTER = b"ID3\x04\x00\x10\x00\x00\x00\x05" + bytes(5) + b"3DI\x04\x00\x10\x00\x00\x00\x05"
ID3_V1 = b"TAG" + bytes(125)
INFO = (SILENCE[:13] + b"Info").ljust(len(SILENCE), b"\0")
XING = (SILENCE[:13] + b"Xing").ljust(len(SILENCE), b"\0")
VBRI = (SILENCE[:36] + b"VBRI").ljust(len(SILENCE), b"\0")
PADDED = bytes((0xFF, 0xF3, 0x42, 0xC4)).ljust(105, b"\0")
MPEG_1 = bytes((0xFF, 0xFB, 0x90, 0x64)).ljust(417, b"\0")
MPEG_2_5 = bytes((0xFF, 0xE3, 0x18, 0xC4)).ljust(72, b"\0")


def test_silence_is_silent() -> None:
    """And as long as a frame is."""
    sound, _ = soundfile.read(BytesIO(SILENCE * 10))
    assert samples_in(SILENCE * 10) == 10 * 576
    assert not sound.any()


@pytest.mark.parametrize("before", [b"", ID3, ID3_WITH_FOOTER, INFO, ID3 + INFO, ID3 + XING, VBRI])
@pytest.mark.parametrize("after", [b"", ID3_V1, SILENCE[:-1], bytes(50), b"\xff\xf3", SILENCE[:3]])
@pytest.mark.parametrize("frame", [SILENCE, PADDED, MPEG_1, MPEG_2_5])
def test_what_is_no_frame_is_taken_away(before: bytes, frame: bytes, after: bytes) -> None:
    """Tags before and behind, the head that counts the frames, and the beginning of a last frame;
    the frames remain as they are.
    """
    assert bare_frames(before + frame * 3 + after) == frame * 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"ID3",
        ID3,
        INFO,
        ID3 + INFO,
        SILENCE[:-1],
        b"<html>",
        bytes(500),
        b"\xff" * 500,
        bytes((0xFF, 0xF3, 0x02, 0xC4)) + bytes(500),
        bytes((0xFF, 0xF3, 0xF0, 0xC4)) + bytes(500),
        bytes((0xFF, 0xF3, 0x4C, 0xC4)) + bytes(500),
        bytes((0xFF, 0xEB, 0x40, 0xC4)) + bytes(500),
        bytes((0xFF, 0xF5, 0x40, 0xC4)) + bytes(500),
    ],
)
def test_what_has_no_frame_is_refused(data: bytes) -> None:
    """No sync, no whole frame, or a head with a bit rate, a sample rate, a version or a layer that
    there is not.
    """
    with pytest.raises(ValueError, match="no frame"):
        bare_frames(data)


@given(st.binary(max_size=300), st.integers(1, 4), st.binary(max_size=300))
def test_whatever_comes(before: bytes, count: int, after: bytes) -> None:
    """Frames that it begins with are found, and nothing else happens to any bytes."""
    assert bare_frames(SILENCE * count + after).startswith(SILENCE * count)
    try:
        found = bare_frames(before + after)
    except ValueError:
        return
    assert found in before + after


def test_files_of_an_encoder_become_one() -> None:
    """Put one after the other as a service sends them, all is lost but the first."""
    sound = [(place * 37 % 2001 - 1000) / 4000 for place in range(22_050)]
    file = BytesIO()
    soundfile.write(
        file, sound, 22_050, format="MP3", bitrate_mode="CONSTANT", compression_level=0.8
    )
    frames = file.getvalue()
    alone = samples_in(frames)
    head = frames[:4] + bytes(9) + b"Info\0\0\0\1" + (alone // 576).to_bytes(4)
    sent = ID3 + head.ljust(130, b"\0") + frames
    assert samples_in(sent * 3) <= alone
    assert samples_in(bare_frames(sent) * 3) == 3 * alone
