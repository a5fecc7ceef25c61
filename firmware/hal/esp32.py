# A host on an ESP32 or ESP32-S3: a panel of 128 x 64 points, two buttons, a buzzer, Wi-Fi; and who
# wants to talk with it adds a microphone, a button and an amplifier.
# Belongs here: which part hangs on which pin, and the order in which they start. Does not: how a
# part works.
#
# The watchdog outlives a stop at the prompt, where nobody feeds it, and cannot be taken away. So
# whoever stops the pet there is given time.

import asyncio
import errno

import machine
import network

from firmware.drawing.display import Display
from firmware.hal.buttons import Buttons
from firmware.hal.buzzer import Buzzer
from firmware.hal.canvas import create_canvas
from firmware.hal.http import Http
from firmware.hal.ssd1306 import DIM, FULL, Ssd1306
from firmware.hal.tasks import AsyncBoard
from firmware.hal.wifi import Wifi
from firmware.logic.pet import Pet
from firmware.logic.scene import IDLE
from firmware.logic.supervise import forever

I2C_HZ = 400_000
ANY_HZ = 1_000  # a PWM must have some frequency before its first tone
# The longest that one step of a task may block is the lookup of a server's name: two servers of
# names, each asked four times, are about 15 s. A number is never looked up.
WATCHDOG_MS = 60_000
PROMPT_MS = 600_000


class Esp32Board(AsyncBoard):
    # The largest pieces of memory come first, while they are to be had in one piece.
    def __init__(self, settings, flash, boots, time_scale: int = 1) -> None:
        super().__init__(time_scale)
        self.settings = settings
        self.flash = flash
        self.boots = boots
        self.server = Http(settings.host, settings.port)
        self.talking = _talking(settings)
        self.panel = Ssd1306(panel_bus(settings.pins), self.sleep_ms)
        self.display = Display(self, create_canvas(self.panel.buffer), self.panel.flush)
        self.buttons = _buttons(self, settings.pins)
        self.buzzer = Buzzer(self, _pwm(settings.pins))
        wlan = network.WLAN(network.STA_IF)
        self.wifi = Wifi(self, wlan, settings.wifi_ssid, settings.wifi_password)
        self.watchdog: machine.WDT | None = None

    def kept(self, name: str) -> str | None:
        return self.flash.kept(name)

    def keep(self, name: str, value: str | None) -> None:
        self.flash.keep(name, value)

    def log(self, line: str) -> None:
        print(line)  # noqa: T201  to whoever listens at the cable

    def tone(self, hz: int, ms: int) -> None:
        self.buzzer.play(hz, ms)

    # What says nothing new is dimmed, which spares the panel.
    def show(self, scene: tuple, known) -> None:
        self.panel.contrast(DIM if scene[0] == IDLE else FULL)
        self.display.show(scene, known)

    def link(self) -> str:
        return self.wifi.strength()

    def address(self) -> str:
        return f"{self.settings.host}:{self.settings.port}"

    def feed(self) -> None:
        if self.watchdog is not None:
            self.watchdog.feed()

    def renew_link(self) -> None:
        self.wifi.renew()

    def mark_good(self) -> None:
        self.boots.end_well()

    async def http(self, method: str, path: str, obj, headers, timeout_ms: int) -> tuple:
        # Without a link even to look a name up would block all tasks.
        if not self.wifi.is_up():
            raise OSError(errno.EHOSTUNREACH, "no wifi")
        return await self.server.exchange(method, path, obj, headers, timeout_ms)

    async def button(self) -> str:
        return await self.buttons.next()

    def can_talk(self) -> bool:
        return self.talking is not None

    def can_speak(self) -> bool:
        return "amp_sd" in self.settings.pins

    def is_talk_held(self) -> bool:
        return self.buttons.is_talk_held()

    async def talk(self, path: str, wish: dict, headers: dict, talker) -> tuple:
        if not self.wifi.is_up():
            raise OSError(errno.EHOSTUNREACH, "no wifi")
        return await self.talking.talk(path, wish, headers, talker)

    # Never returns. The panel comes first, so that it is lit while the radio starts.
    async def run(self) -> None:
        self._spawn("display", self.display)
        self._spawn("buttons", self.buttons)
        self._spawn("buzzer", self.buzzer)
        self._spawn("wifi", self.wifi)
        self.watchdog = machine.WDT(timeout=WATCHDOG_MS)
        await Pet(self, self.settings.config()).run()

    def _spawn(self, name: str, part) -> None:
        self.spawn(name, forever(self, name, part.turn))

    # Somebody wants the prompt.
    def stop(self) -> None:
        self.buzzer.silence()
        if self.watchdog is not None:
            self.watchdog = machine.WDT(timeout=PROMPT_MS)


def panel_bus(pins: dict) -> machine.I2C:
    scl, sda = machine.Pin(pins["scl"]), machine.Pin(pins["sda"])
    return machine.I2C(0, scl=scl, sda=sda, freq=I2C_HZ)


def _buttons(hal, pins: dict) -> Buttons:
    wired = [
        machine.Pin(pins[name], machine.Pin.IN, machine.Pin.PULL_UP)
        for name in ("first_button", "second_button", "talk_button")
        if name in pins
    ]
    trigger = machine.Pin.IRQ_FALLING | machine.Pin.IRQ_RISING
    return Buttons(hal, wired[0], wired[1], trigger, *wired[2:])


# None without a microphone. All that is only for talking is loaded here, with its large pieces of
# memory, or not at all.
def _talking(settings):
    pins = settings.pins
    if "mic_sd" not in pins:
        return None
    import firmware.drawing.talk  # noqa: PLC0415, F401  frame.py will want it
    from firmware.hal.sound import Sound  # noqa: PLC0415
    from firmware.hal.talking import Talking  # noqa: PLC0415

    microphone = Sound(0, pins["mic_sck"], pins["mic_ws"], pins["mic_sd"])
    amplifier = None
    if "amp_sd" in pins:
        amplifier = Sound(1, pins["amp_sck"], pins["amp_ws"], pins["amp_sd"])
    return Talking(settings.host, settings.port, microphone, amplifier)


def _pwm(pins: dict) -> machine.PWM:
    return machine.PWM(machine.Pin(pins["buzzer"]), freq=ANY_HZ, duty_u16=0)


# Never returns, except by an exception.
def live(settings, flash, boots) -> None:
    board = Esp32Board(settings, flash, boots)
    try:
        asyncio.run(board.run())
    finally:
        board.stop()
