"""Frames: how every screen looks, and what holds for any scene at any moment."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from firmware.drawing import text
from firmware.drawing.frame import HEIGHT, STAND_MIN_MS, WIDTH, draw
from firmware.drawing.status import _rows
from firmware.hal.canvas import create_canvas
from firmware.logic import scene as scenes
from tests.firmware.golden.frames import CASES, Count, frame

GOLDEN = Path(__file__).parent / "golden" / "frames.txt"
BYTES = WIDTH * HEIGHT // 8
BILLION = 10**9
SCREENS = sorted(value for name, value in vars(scenes).items() if name == value and name.isupper())

Scene = tuple[str, str, str | int, bool]


@st.composite
def scenes_of_any_kind(draw_from: st.DrawFn) -> Scene:
    """Draw a scene as the logic composes them, with any texts in it."""
    words = st.text(max_size=80) | st.text("aim W\n.", max_size=700)
    screen = draw_from(st.sampled_from(SCREENS))
    detail: str | int = draw_from(words)
    if screen == scenes.POMODORO_TIMER:
        detail = draw_from(st.integers(0, 1000))
    return screen, draw_from(words), detail, draw_from(st.booleans())


LEFT_MS = st.integers(0, BILLION) | st.integers(0, 200_000)
AGES_MS = st.integers(0, BILLION) | st.integers(0, 40_000)


def frame_at(scene: Scene, left_ms: int, age_ms: int) -> bytes:
    """Give the bytes of a frame."""
    buffer = bytearray(BYTES)
    draw(create_canvas(buffer), scene, Count(left_ms), 0, age_ms)
    return bytes(buffer)


def golden() -> dict[str, str]:
    """Give what is kept, by name and age."""
    kept = GOLDEN.read_text(encoding="utf-8").split("\n\n")
    return {part.partition("\n")[0]: f"{part}\n\n" for part in kept if part}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_the_screen_looks_as_it_did(case: tuple[str, Scene, int, tuple[int, ...]]) -> None:
    """A change that is wanted is written anew, see golden/frames.py, and seen in the diff."""
    name, scene, left_ms, ages = case
    kept = golden()
    for age_ms in ages:
        assert frame(name, scene, left_ms, age_ms) == kept.get(f"{name}, {age_ms} ms")


def test_every_screen_of_the_logic_is_among_them_online_and_offline() -> None:
    """Nobody adds a screen that was never looked at."""
    looked_at = {(scene[0], scene[3]) for _, scene, _, _ in CASES}
    assert looked_at == {(screen, offline) for screen in SCREENS for offline in (False, True)}
    assert len(golden()) == sum(len(ages) for _, _, _, ages in CASES)


@settings(max_examples=150, deadline=None)
@given(scenes_of_any_kind(), LEFT_MS, AGES_MS)
def test_any_scene_is_drawn_and_stands_for_a_while(scene: Scene, left_ms: int, age_ms: int) -> None:
    """Whatever is said, at whatever moment; the bytes around the panel's are not touched."""
    memory = bytearray(b"\xa5" * (BYTES + 256))
    canvas = create_canvas(memoryview(memory)[128 : 128 + BYTES])
    stand = draw(canvas, scene, Count(left_ms), 0, age_ms)
    assert stand is None or 20 <= stand <= 60_000
    assert memory[:128] == memory[-128:] == b"\xa5" * 128


@settings(max_examples=100, deadline=None)
@given(scenes_of_any_kind(), LEFT_MS, AGES_MS, st.integers(0, 1 << 30), scenes_of_any_kind())
def test_a_frame_depends_on_nothing_else(
    scene: Scene, left_ms: int, age_ms: int, now: int, before: Scene
) -> None:
    """Not on the ticks, nor on what was drawn before, on this canvas or on another one."""
    first = frame_at(scene, left_ms, age_ms)
    frame_at(before, left_ms, age_ms)
    buffer = bytearray(b"\xff" * BYTES)
    draw(create_canvas(buffer), scene, Count(left_ms), now, age_ms)
    assert buffer == first


@settings(max_examples=150, deadline=None)
@given(scenes_of_any_kind(), LEFT_MS, AGES_MS, st.integers(0, BILLION))
@example((scenes.MESSAGE, "", "0", False), 0, 0, 55)
def test_nothing_changes_while_a_frame_stands(
    scene: Scene, left_ms: int, age_ms: int, later: int
) -> None:
    """Who draws only when told to has missed nothing."""
    buffer = bytearray(BYTES)
    stand = draw(create_canvas(buffer), scene, Count(left_ms), 0, age_ms)
    assume(stand != STAND_MIN_MS)
    passed = later if stand is None else later % stand
    if scene[0] == scenes.POMODORO_TIMER:
        left_ms = max(0, left_ms - passed)
    assert frame_at(scene, left_ms, age_ms + passed) == buffer


@pytest.mark.parametrize(("screen", "title"), [(scenes.PAIRING, ""), *((s, "t") for s in SCREENS)])
@pytest.mark.parametrize("offline", [False, True])
def test_five_minutes_of_any_screen_is_few_frames(screen: str, title: str, offline: bool) -> None:
    """What moves comes to rest; then a frame stands for a second or more on average."""
    canvas = create_canvas(bytearray(BYTES))
    age_ms, frames = 600_000, 0
    while age_ms < 900_000:
        scene = (screen, title, "text " * 60, offline)
        stand = draw(canvas, scene, Count(2_000_000 - age_ms), 0, age_ms)
        age_ms += stand or 900_000
        frames += 1
    assert frames <= (350 if screen == scenes.POMODORO_TIMER else 300)


@pytest.mark.parametrize("screen", SCREENS)
def test_offline_shows_in_the_same_corner_of_every_screen(screen: str) -> None:
    """One sign, one place."""
    online, offline = (
        frame_at((screen, "t", "t", offline), 90_000, 8_000)[115:128] for offline in (False, True)
    )
    sign = frame_at((scenes.IDLE, "", "", True), 0, 8_000)[115:128]
    assert offline == sign
    assert online != sign
    assert any(sign)


@pytest.mark.parametrize(
    ("left_ms", "digits_of_ms"),
    [(1, 1_000), (1_000, 1_000), (1_001, 2_000), (59_999, 60_000), (BILLION, 99 * 60_000 + 59_000)],
)
def test_the_count_shows_begun_seconds(left_ms: int, digits_of_ms: int) -> None:
    """0:00 is shown when the time is over, not before; more than 99:59 does not fit."""
    scene = (scenes.POMODORO_TIMER, "focus", 1, False)
    count = slice(2 * WIDTH, 5 * WIDTH)
    assert _digits(frame_at(scene, left_ms, 0)) == _digits(frame_at(scene, digits_of_ms, 0))
    assert frame_at(scene, left_ms, 0)[count] != frame_at(scene, 0, 0)[count]


def _digits(shown: bytes) -> list[bytes]:
    return [shown[page * WIDTH : page * WIDTH + 84] for page in (2, 3, 4)]


@pytest.mark.parametrize("code", [*range(0xC0, 0x180), *range(0x218, 0x21C)])
def test_a_latin_letter_loses_its_mark_and_nothing_else(code: int) -> None:
    """Where Unicode knows the letter beneath, it is that one."""
    bare = unicodedata.normalize("NFD", chr(code))[0]
    folded = text.fold(chr(code))
    assert folded.isascii()
    assert text.BOX not in folded
    if bare.isascii():
        assert folded == bare


@pytest.mark.parametrize(
    ("said", "folded"),
    [
        ("Stra\u00dfe", "Strasse"),
        ("\u00c6on \u0153uvre", "AEon oeuvre"),
        ("\u201eSo\u201c \u2013 \u2018so\u2019\u2026", "\"So\" - 'so'..."),
        ("a\u00a0b\tc\r\nd", "a b c \nd"),
        ("e\u0301 a\u200bb \u2764\ufe0f", "e ab \x7f"),
        ("\u65e5\u672c", "\x7f\x7f"),
        ("5 \u20ac", "5 EUR"),
    ],
)
def test_what_the_font_lacks_is_said_with_what_it_has(said: str, folded: str) -> None:
    """Letters without marks, plain quotes and dashes, a box for the rest."""
    assert text.fold(said) == folded


@pytest.mark.parametrize("char", [chr(code) for code in range(33, 127)])
def test_a_letter_is_as_wide_as_it_is_drawn(char: str) -> None:
    """It begins in the first column, and a free one follows it."""
    buffer = bytearray(BYTES)
    text.write(create_canvas(buffer), char, 0, 0)
    columns = [at for at in range(WIDTH) if buffer[at]]
    assert columns[0] == 0
    assert columns[-1] == text.width_of(char) - 2


@given(st.text("aiW .\n\u00e4", max_size=120), st.integers(20, 128), st.integers(1, 12))
def test_lines_fit_and_lose_nothing_but_what_is_cut(said: str, width: int, most: int) -> None:
    """They are no wider than asked, no more than asked; without dots, all letters are there."""
    lines = text.lines_of(said, width, most)
    assert len(lines) <= most
    assert all(text.width_of(line) - 1 <= width for line in lines)
    letters = text.fold(said).replace(" ", "").replace("\n", "")
    told = "".join(lines).replace(" ", "")
    if told != letters:
        assert told.endswith("...")
        assert letters.startswith(told[:-3])


def test_words_are_broken_only_where_they_are_too_long() -> None:
    """At spaces first; at breaks of the text always."""
    assert text.lines_of("one two three\nfour", 60, 9) == ["one two", "three", "four"]
    assert text.lines_of("a Wolkenkratzer b", 60, 9) == ["a", "Wolkenkr", "atzer b"]
    assert text.lines_of("one two three four", 60, 2) == ["one two", "three..."]


def test_a_long_text_turns_its_pages() -> None:
    """Every three seconds the next one, and after the last the first."""
    lines = [str(number) for number in range(7)]
    pages = [text.page_of(lines, 3, age_ms)[0] for age_ms in (0, 2_999, 3_000, 6_000, 9_000)]
    assert pages == [lines[:3], lines[:3], lines[3:6], lines[6:], lines[:3]]
    assert text.page_of(lines, 3, 4_000)[1:] == (3, 2_000)
    assert text.page_of(lines[:3], 3, 4_000) == (lines[:3], 1, None)


def test_a_port_is_never_cut_in_two() -> None:
    """Half of it would be another one."""
    rows = _rows("server 192.168.100.100:50000\nversion 1.0.0")
    assert rows == [
        ("server", ""),
        ("", "192.168.100.100"),
        ("", ":50000"),
        ("version", "1.0.0"),
    ]
