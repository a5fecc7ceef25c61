"""A device that the kit starts as a program: it presses by lines on its standard input, and sees by
lines on its standard output.

Lines to the device: ``short``, ``long``, ``second``, and ``quit`` in the end. Lines from it:
``screen [NAME, TITLE, DETAIL, OFFLINE]`` in JSON, ``tone HZ MS``; all else is kept as its log.
"""

import asyncio
import contextlib
import json
import re
import shlex
import shutil
import sys
import sysconfig
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from simulator.conformance.clock import Clock
from simulator.conformance.hands import NoDevice
from simulator.conformance.record import Record, Screen
from simulator.conformance.speech import is_text

OURS = "desk"
_HOUSE = Path(__file__).parents[2]
_HEAP = "256k"
_LINE_BYTES_MAX = 65_536
_LOGS_MAX = 2_000
_GRACE_S = 1
_PARTS = 4
_TONE = re.compile("([0-9]{1,9}) ([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Command:
    """The words of a command and the folder that it runs in. Filled in are ``{port}``, ``{scale}``,
    ``{settings}`` (a settings file of our firmware) and ``{flash}`` (an empty folder).
    """

    words: tuple[str, ...]
    folder: Path = field(default_factory=Path.cwd)


def command(text: str) -> Command:
    """The command that was typed; ``desk`` is our own firmware. Raises ``ValueError`` if none."""
    if text == OURS:
        return own()
    words = shlex.split(text)
    if not words:
        raise ValueError("it is empty")
    if shutil.which(words[0]) is None:
        raise ValueError(f"there is no program {words[0]}")
    return Command(tuple(words))


def own(house: Path = _HOUSE) -> Command:
    """Our firmware out of this folder, on the MicroPython VM where there is one."""
    machine = shutil.which("micropython", path=sysconfig.get_path("scripts"))
    runs = (machine, "-X", f"heapsize={_HEAP}") if machine else (sys.executable,)
    rest = ("-m", "firmware.hal.desk", "{settings}", "{flash}", "--time-scale", "{scale}")
    return Command((*runs, *rest), house)


class Child:
    """The device as a child of this process."""

    are_sure = True
    have_eyes = True
    patience_s = 60

    def __init__(self, command: Command, record: Record, clock: Clock, folder: Path) -> None:
        self._command, self._record, self._clock, self._folder = command, record, clock, folder
        self._process: asyncio.subprocess.Process | None = None
        self._listeners: list[asyncio.Task[None]] = []
        self._is_over = False

    async def begin(self, port: int) -> None:
        """Start it. Raises ``NoDevice`` if that cannot be."""
        words = [self._filled(word, port) for word in self._command.words]
        try:
            self._process = await asyncio.create_subprocess_exec(
                *words,
                cwd=self._command.folder,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                limit=_LINE_BYTES_MAX,
            )
        except OSError as error:
            raise NoDevice(f"{words[0]} cannot be started: {error.strerror}") from None
        self._listeners = [asyncio.create_task(self._listen(self._process))]

    def _filled(self, word: str, port: int) -> str:
        settings, flash = self._folder / "settings.json", self._folder / "flash"
        if "{settings}" in word:
            settings.write_text(json.dumps(settings_for(port)), encoding="utf-8")
        flash.mkdir(exist_ok=True)
        filling = {
            "{port}": str(port),
            "{scale}": str(self._clock.scale),
            "{settings}": str(settings),
            "{flash}": str(flash),
        }
        for name, value in filling.items():
            word = word.replace(name, value)
        return word

    async def press(self, kind: str, why: str) -> None:
        """Tell it."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                self._process.stdin.write(f"{kind}\n".encode())
                await self._process.stdin.drain()

    async def look(self, question: str) -> bool | None:
        """Every scene was seen when it came."""
        return None

    async def end(self) -> None:
        """Let it end, and make it if it does not."""
        self._is_over = True
        if self._process is None:
            return
        await self.press("quit", "")
        if self._process.stdin is not None:
            self._process.stdin.close()
        done, _ = await asyncio.wait(self._listeners, timeout=_GRACE_S)
        if not done:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await asyncio.wait(self._listeners)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        async for line in _lines(process.stdout):
            self._hear(line)
        code = await process.wait()
        if not self._is_over:
            self._record.ended = f"the program of the device ended by itself, with {code}"
            self._record.news.set()

    def _hear(self, line: str) -> None:
        kind, _, rest = line.partition(" ")
        at_ms = self._clock.now_ms
        screen = read_screen(at_ms, rest) if kind == "screen" else None
        if screen is not None:
            self._record.note(self._record.screens, screen)
        elif kind == "tone" and (tone := _TONE.fullmatch(rest)) is not None:
            self._record.note(self._record.tones, (at_ms, int(tone[1]), int(tone[2])))
        elif len(self._record.logs) < _LOGS_MAX:
            self._record.logs.append((at_ms, line))


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            continue  # longer than any line of this protocol
        if not line:
            return
        yield line.decode(errors="replace").rstrip()


def read_screen(at_ms: int, text: str) -> Screen | None:
    """The scene in a line ``screen``; None if there is none in it."""
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) != _PARTS or not is_text(parts):
        return None
    name, title, detail, offline = parts
    if not isinstance(name, str) or not isinstance(offline, bool):
        return None
    return Screen(at_ms, name, str(title), detail, offline)


def settings_for(port: int) -> dict[str, object]:
    """The settings file of our firmware for this kit."""
    return {
        "wifi_ssid": "desk",
        "wifi_password": "not needed",
        "server": f"http://127.0.0.1:{port}",
        "device_name": "desk pet",
        "user_id": "audrey",
        "pairs": True,
        "polling": "next",
        "board": "esp32",
    }
