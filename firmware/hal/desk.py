# A pet on a desk computer, in MicroPython and in CPython alike: real sockets and real time, but its
# buttons are lines that it is told, and its screen and buzzer are lines that it tells.
#
#     micropython -X heapsize=224k -m firmware.hal.desk SETTINGS.json FLASH_FOLDER [--time-scale N]
#         [--sounds FOLDER]
#
# It is told `short`, `long`, `second` (a press), `memory` and `quit`; when nobody is left to tell
# it anything, it goes on. With a folder of sounds it can be told `talk NAME` as well, which holds
# the button to talk by for as long as that file of the folder lasts (desk_sounds.py). It tells
#
#     screen SCENE           as JSON: ["WATER_DROP","Drink water","Time to hydrate!",false]
#     tone HERTZ MS
#     log WORDS
#     memory FREE LARGEST    bytes of the heap and of its largest free block; "- -" in CPython
#
# Of its settings it leaves out what belongs to a board: Wi-Fi, pins. Time runs N times as fast for
# it, except that an exchange may always take a second.

import asyncio
import gc
import sys

from firmware.hal.desk_lines import next_line, tell, written
from firmware.hal.flash import Flash
from firmware.hal.http import Http
from firmware.hal.settings import SettingsError, read_settings
from firmware.hal.tasks import AsyncBoard
from firmware.logic.pet import Pet

PRESSES = (b"short", b"long", b"second")
PRESSES_LEN_MAX = 8
HTTP_MS_MIN = 1_000
TALK = b"talk "
SCALE_FLAG = "--time-scale"
SOUNDS_FLAG = "--sounds"
USAGE = f"usage: desk SETTINGS.json FLASH_FOLDER [{SCALE_FLAG} N] [{SOUNDS_FLAG} FOLDER]"
ARGUMENTS = 2
WRONG_USE = 2


class Desk(AsyncBoard):
    # `sounds` is a folder of what it hears and speaks, "" for a pet that cannot.
    def __init__(self, settings, folder: str, time_scale: int = 1, sounds: str = "") -> None:
        super().__init__(time_scale)
        self.settings = settings
        self.flash = Flash(folder)
        self.server = Http(settings.host, settings.port)
        self.talking = self._talking(sounds)
        self.presses: list = []
        self.pressed = asyncio.Event()
        self.has_quit = asyncio.Event()
        self.acts = {b"memory": self.tell_memory, b"quit": self.has_quit.set}

    # Loaded only where it is wanted.
    def _talking(self, sounds: str):
        if not sounds:
            return None
        from firmware.hal.desk_sounds import DeskAmplifier, DeskMicrophone  # noqa: PLC0415
        from firmware.hal.talking import Talking  # noqa: PLC0415

        microphone, amplifier = DeskMicrophone(self, sounds), DeskAmplifier(self, sounds)
        return Talking(self.settings.host, self.settings.port, microphone, amplifier)

    def kept(self, name: str) -> str | None:
        return self.flash.kept(name)

    def keep(self, name: str, value: str | None) -> None:
        self.flash.keep(name, value)

    def log(self, line: str) -> None:
        tell(f"log {line}")

    def tone(self, hz: int, ms: int) -> None:
        tell(f"tone {hz} {ms}")

    def show(self, scene: tuple, known) -> None:
        tell(f"screen {written(scene)}")

    def link(self) -> str:
        return "wired"

    def address(self) -> str:
        return f"{self.settings.host}:{self.settings.port}"

    # Nothing watches a desk computer, and its link is its own affair.
    def feed(self) -> None:
        pass

    def renew_link(self) -> None:
        self.log("the link would be made anew")

    def mark_good(self) -> None:
        self.log("all is well")

    async def http(self, method: str, path: str, obj, headers, timeout_ms: int) -> tuple:
        real_ms = max(self.real_ms(timeout_ms), HTTP_MS_MIN)
        return await self.server.exchange(method, path, obj, headers, real_ms)

    def can_talk(self) -> bool:
        return self.talking is not None

    def can_speak(self) -> bool:
        return True

    def is_talk_held(self) -> bool:
        return self.talking.microphone.is_held

    async def talk(self, path: str, wish: dict, headers: dict, talker) -> tuple:
        return await self.talking.talk(path, wish, headers, talker)

    async def button(self) -> str:
        while not self.presses:
            self.pressed.clear()
            await self.pressed.wait()
        return self.presses.pop(0)

    # What it is told, until nobody is left to tell it anything.
    async def listen(self) -> None:
        while True:
            line = await next_line()
            if line is None:
                return
            if line in PRESSES:
                self._press(str(line, "utf-8"))
            elif self.talking is not None and line[: len(TALK)] == TALK:
                self._hold(str(line[len(TALK) :], "utf-8"))
            elif line in self.acts:
                self.acts[line]()

    def _press(self, kind: str) -> None:
        if len(self.presses) < PRESSES_LEN_MAX:
            self.presses.append(kind)
            self.pressed.set()

    def _hold(self, name: str) -> None:
        if self.talking.microphone.hold(name):
            self._press("talk")
        else:
            self.log(f"there is no {name} to hear")

    def tell_memory(self) -> None:
        gc.collect()
        free = getattr(gc, "mem_free", None)
        tell(f"memory {free()} {largest_block(free())}" if free else "memory - -")

    # Returns when it has quit. Its process ends with it, and closes what it holds open.
    async def run(self) -> None:
        self.spawn("listen", self.listen())
        self.spawn("pet", Pet(self, self.settings.config()).run())
        await self.has_quit.wait()


# By trying, since nothing tells it.
def largest_block(free: int) -> int:
    least = 0
    while free - least > 1:
        middle = (least + free) // 2
        try:
            bytearray(middle)
            least = middle
        except MemoryError:
            free = middle
    return least


# The arguments without a flag, and what stands behind it; None without it, "" if nothing does.
def read_flag(arguments: list, flag: str) -> tuple:
    if flag not in arguments:
        return arguments, None
    at = arguments.index(flag)
    return arguments[:at] + arguments[at + 2 :], "".join(arguments[at + 1 : at + 2])


# The arguments without the flag, and what it says; nothing when that is no number above 0.
def read_scale(arguments: list) -> tuple:
    arguments, scale = read_flag(arguments, SCALE_FLAG)
    if scale is None:
        return arguments, 1
    if not scale.isdigit() or not int(scale):
        return [], 1
    return arguments, int(scale)


def main(arguments: list) -> int:
    arguments, time_scale = read_scale(arguments)
    arguments, sounds = read_flag(arguments, SOUNDS_FLAG)
    if len(arguments) != ARGUMENTS:
        tell(USAGE)
        return WRONG_USE
    path, folder = arguments
    try:
        settings = read_settings(path)
    except SettingsError as failure:
        tell(str(failure))
        return WRONG_USE
    try:
        asyncio.run(Desk(settings, folder, time_scale, sounds or "").run())
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
