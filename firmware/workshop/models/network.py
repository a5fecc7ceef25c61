"""The chip's ``network``: a radio in a house with one Wi-Fi, whose name and password are the two
lines of ``/body/wifi``.
"""

BODY = "/body/"
STA_IF = 0
STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010
STAT_WRONG_PASSWORD, STAT_NO_AP_FOUND = 202, 201
# How often it is asked before it has joined.
JOINS_AFTER = 2


class WLAN:
    """The radio as a station."""

    def __init__(self, interface: int = STA_IF) -> None:
        self.is_active = False
        self.state = STAT_IDLE
        self.asked = 0

    def active(self, is_active: bool | None = None) -> bool:
        """Switch it on or off."""
        if is_active is not None:
            self.is_active = is_active
            self.state = STAT_IDLE
        return self.is_active

    def config(self, **settings: object) -> None:
        """Take what has no meaning here."""

    def connect(self, ssid: str, password: str) -> None:
        """Begin to join. Raises ``OSError`` while it is off."""
        if not self.is_active:
            raise OSError(0x3002, "WiFi Not Started")
        self.asked = 0
        self.state = self._tried(ssid, password)

    def _tried(self, ssid: str, password: str) -> int:
        with open(BODY + "wifi", encoding="utf-8") as file:  # noqa: PTH123
            known = file.read().split("\n")
        if ssid != known[0]:
            return STAT_NO_AP_FOUND
        return STAT_CONNECTING if password == known[1] else STAT_WRONG_PASSWORD

    def disconnect(self) -> None:
        """Leave."""
        self.state = STAT_IDLE

    def isconnected(self) -> bool:
        """Whether it has joined."""
        if self.state == STAT_CONNECTING:
            self.asked += 1
            if self.asked > JOINS_AFTER:
                self.state = STAT_GOT_IP
        return self.state == STAT_GOT_IP

    def ifconfig(self) -> tuple[str, str, str, str]:
        """Its address, the network's mask, and the router twice."""
        if not self.isconnected():
            return ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")  # noqa: S104
        return ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")

    def status(self, what: str | None = None) -> int:
        """How it stands; of ``rssi``, how strong in dBm."""
        return -61 if what == "rssi" else self.state
