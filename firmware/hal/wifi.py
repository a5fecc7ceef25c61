# The link: joins the Wi-Fi of the settings and joins it again, for ever. Belongs here: the radio.
# Does not: whether the server answers, which alone says that a link is good (logic/watch.py) and
# asks for a new one with renew(); a radio says that it is connected long after it is not.
#
# The chip reconnects by itself. When it has not for a while, its radio is switched off and on,
# which is the strongest medicine there is. A chip that stumbles while it joins has usually too
# little power: the radio draws most in its first moments, so all is quiet before it starts.

TYPE_CHECKING = False
if TYPE_CHECKING:
    import network

LOOK_MS = 1_000
JOIN_LOOKS = 30  # seconds in which it must have joined, the address of the router included
SETTLE_MS = 500  # between two things that the radio is told
PAUSE_MS = 5_000  # between two tries

PM_NONE = 0  # of the module `network`; a radio that dozes answers a tenth of a second later
NO_ADDRESS = "0.0.0.0"  # noqa: S104
REASONS = {
    2: "the password is wrong",
    15: "the password is wrong",
    200: "the access point has gone",
    201: "no access point of this name",
    202: "the password is wrong",
    203: "the access point refuses",
    204: "the password is wrong",
}


class Wifi:
    def __init__(self, hal, wlan: "network.WLAN", ssid: str, password: str) -> None:
        self.hal = hal
        self.wlan = wlan
        self.ssid = ssid
        self.password = password
        self.is_asked = hal.event()  # to begin anew
        self.is_on = False
        self.was_up = False

    # Whatever the radio believes.
    def renew(self) -> None:
        self.is_asked.set()

    # "-61 dBm", or "" without a link.
    def strength(self) -> str:
        try:
            return f"{self.wlan.status('rssi')} dBm" if self.is_up() else ""
        except Exception:  # it may have gone between the two questions
            return ""

    def is_up(self) -> bool:
        return self.wlan.isconnected() and self.wlan.ifconfig()[0] != NO_ADDRESS

    # Keeps a link that is up, joins when it is not.
    async def turn(self) -> None:
        if self.is_asked.is_set():
            await self._switch_off()
        elif self.is_up():
            self._tell_up()
            await self.hal.wait(self.is_asked, LOOK_MS)
        else:
            self._tell_down()
            await self._join()

    # `is_on` says whether it was told all it must know. After a soft reset it may still be at what
    # it was told before, and refuse to begin anew.
    async def _switch_on(self) -> None:
        await self.hal.sleep_ms(SETTLE_MS)
        self.wlan.active(True)
        self.wlan.config(pm=PM_NONE)
        self._stop_reconnecting()
        await self.hal.sleep_ms(SETTLE_MS)
        self.wlan.connect(self.ssid, self.password)
        self.is_on = True

    async def _switch_off(self) -> None:
        self.hal.log("wifi: off and on again")
        self.is_asked.clear()
        self.is_on = self.was_up = False
        self._stop_reconnecting()
        self.wlan.active(False)
        await self.hal.sleep_ms(SETTLE_MS)

    # A radio that is not connected may refuse.
    def _stop_reconnecting(self) -> None:
        try:
            self.wlan.disconnect()
        except Exception as failure:
            self.hal.log(f"wifi: {failure}")

    async def _join(self) -> None:
        if not self.is_on:
            await self._switch_on()
        for _ in range(JOIN_LOOKS):
            if self.is_up() or await self.hal.wait(self.is_asked, LOOK_MS):
                return
        self.hal.log(f"wifi: not joined: {self._reason()}")
        await self._switch_off()
        await self.hal.wait(self.is_asked, PAUSE_MS)

    def _reason(self) -> str:
        status = self.wlan.status()
        return REASONS.get(status, f"status {status}")

    def _tell_up(self) -> None:
        if not self.was_up:
            self.was_up = True
            self.hal.log(f"wifi: joined {self.ssid} as {self.wlan.ifconfig()[0]}")

    def _tell_down(self) -> None:
        if self.was_up:
            self.was_up = False
            self.hal.log("wifi: lost")
