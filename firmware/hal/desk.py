# A pet on a desk computer, in MicroPython and in CPython alike: real sockets and real time, but its
# buttons are lines that it is told, and its screen and buzzer are lines that it tells.
#
#     micropython -X heapsize=224k -m firmware.hal.desk SETTINGS.json FLASH_FOLDER [--time-scale N]
#
# It is told `short`, `long`, `second` (a press), `memory` and `quit`; when nobody is left to tell
# it anything, it goes on. It tells
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
SCALE_FLAG = "--time-scale"
USAGE = f"usage: desk SETTINGS.json FLASH_FOLDER [{SCALE_FLAG} N]"
ARGUMENTS = 2
WRONG_USE = 2


class Desk(AsyncBoard):
    def __init__(self, settings, folder: str, time_scale: int = 1) -> None:
        super().__init__(time_scale)
        self.settings = settings
        self.flash = Flash(folder)
        self.server = Http(settings.host, settings.port)
        self.presses: list = []
        self.pressed = asyncio.Event()
        self.has_quit = asyncio.Event()
        self.acts = {b"memory": self.tell_memory, b"quit": self.has_quit.set}

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
            if line in PRESSES and len(self.presses) < PRESSES_LEN_MAX:
                self.presses.append(str(line, "utf-8"))
                self.pressed.set()
            elif line in self.acts:
                self.acts[line]()

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


# The arguments without the flag, and what it says; nothing when that is no number above 0.
def read_scale(arguments: list) -> tuple:
    if SCALE_FLAG not in arguments:
        return arguments, 1
    at = arguments.index(SCALE_FLAG)
    scale = "".join(arguments[at + 1 : at + 2])
    if not scale.isdigit() or not int(scale):
        return [], 1
    return arguments[:at] + arguments[at + 2 :], int(scale)


def main(arguments: list) -> int:
    arguments, time_scale = read_scale(arguments)
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
        asyncio.run(Desk(settings, folder, time_scale).run())
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
