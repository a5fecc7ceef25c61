"""A model of MicroPython's module ``network`` on an ESP32: one radio, and what is in the air.

It joins some looks after it was told to, reconnects by itself when its access point comes back, and
can lie as the real one does: say that it is connected while nothing arrives any more. Runs in
CPython and in MicroPython.
"""

STA_IF = 0
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
LOOKS_TO_JOIN = 2


class Air:
    """The access points, name to password, and what the radio was told."""

    def __init__(self, access_points: dict[str, str] | None = None) -> None:
        """With a switched off radio."""
        self.access_points = dict(access_points or {})
        self.told: list[str] = []  # in the order of time
        self.is_refusing = False  # to start: too little power, or no memory left
        self.is_deaf = False  # stays unconnected until its radio was switched off
        self.is_lying = False  # says that it is connected, and nothing arrives; until then, too
        self.is_on = False
        self.wanted: tuple[str, str] | None = None
        self.looks = 0
        self.is_connected = False

    def has_wanted(self) -> bool:
        """Whether it would be let in."""
        return self.wanted is not None and self.access_points.get(self.wanted[0]) == self.wanted[1]

    def carries(self) -> bool:
        """Whether anything arrives."""
        return self.is_connected and self.has_wanted() and not self.is_lying

    def look(self) -> bool:
        """Let a little time pass: it joins, or has lost its access point."""
        if not (self.is_on and self.has_wanted()) or self.is_deaf:
            self.is_connected = False
            self.looks = 0
        elif not self.is_connected:
            self.looks += 1
            self.is_connected = self.looks > LOOKS_TO_JOIN
        return self.is_connected


air = Air()


def lay_out(laid: Air) -> Air:
    """Put this air around the radio."""
    global air  # noqa: PLW0603  a board has one radio
    air = laid
    return laid


class WLAN:
    """The radio."""

    def __init__(self, interface: int) -> None:
        """As a station."""
        self.air = air

    def active(self, is_on: bool) -> None:
        """Switch it on or off. Raises ``OSError`` when it refuses to start."""
        self.air.told.append("on" if is_on else "off")
        if is_on and self.air.is_refusing:
            raise OSError("WiFi Out of Memory")
        self.air.is_on = is_on
        if not is_on:
            self.air.is_deaf = self.air.is_lying = self.air.is_connected = False
            self.air.looks = 0
            self.air.wanted = None

    def config(self, *, pm: int) -> None:
        """Say how it saves power."""
        if not self.air.is_on:
            raise OSError("Wifi Not Started")
        self.air.told.append(f"pm {pm}")

    def connect(self, ssid: str, password: str) -> None:
        """Begin to join. Raises ``OSError`` when it is off or at it already."""
        if not self.air.is_on:
            raise OSError("Wifi Not Started")
        if self.air.wanted is not None:
            raise OSError("Wifi Internal State Error")
        self.air.told.append(f"connect {ssid}")
        self.air.wanted = (ssid, password)

    def disconnect(self) -> None:
        """Leave, and reconnect no more. Raises ``OSError`` when it is off."""
        if not self.air.is_on:
            raise OSError("Wifi Not Started")
        self.air.told.append("disconnect")
        self.air.wanted = None

    def isconnected(self) -> bool:
        """What it believes."""
        return self.air.look()

    def status(self, param: str | None = None) -> int:
        """How far it is, or the strength of what it hears. Raises ``OSError`` without a link."""
        if param == "rssi":
            if not self.air.is_connected:
                raise OSError("Wifi Not Connected")
            return -61
        if self.air.is_connected:
            return STAT_GOT_IP
        if self.air.wanted is None:
            return STAT_IDLE
        if self.air.wanted[0] not in self.air.access_points:
            return STAT_NO_AP_FOUND
        return STAT_CONNECTING if self.air.has_wanted() else STAT_WRONG_PASSWORD

    def ifconfig(self) -> tuple[str, str, str, str]:
        """Its address, mask, router and server of names."""
        address = "192.168.1.77" if self.air.is_connected else "0.0.0.0"  # noqa: S104
        return address, "255.255.255.0", "192.168.1.1", "192.168.1.1"
