# The settings of one pet: the file settings.json that its maker writes. Belongs here: what is known
# of one pet when it has been read. Does not: what may stand in it (settings_rules.py, which a board
# has no room for afterwards), nor what the logic makes of it (logic/config.py).

import json

from firmware.logic.config import Config

POLLING = ("next", "fixed")


# Its text begins with the name of what is wrong. It is no OSError: nothing is tried again.
class SettingsError(Exception):
    pass


def read_settings(path: str) -> "Settings":
    # MicroPython chains no exceptions: it is raised where none is being handled.
    try:
        with open(path, encoding="utf-8") as file:
            return Settings(json.load(file))
    except OSError as failure:
        trouble = f"{path}: cannot be read ({failure})"
    except ValueError as failure:
        trouble = f"{path}: is no JSON ({failure})"
    raise SettingsError(trouble)


class Settings:
    # `given` is what the file says.
    def __init__(self, given: dict) -> None:
        from firmware.hal.settings_rules import checked  # noqa: PLC0415  needed only here

        values = checked(given)
        self.wifi_ssid: str = values["wifi_ssid"]
        self.wifi_password: str = values["wifi_password"]
        self.host: str = values["host"]
        self.port: int = values["port"]
        self.device_name: str = values["device_name"]
        self.user_id: str = values["user_id"]
        self.pairs: bool = values["pairs"]
        self.polling: str = values["polling"]
        self.board: str = values["board"]
        self.pins: dict = values["pins"]
        self.camera_url: str = values["camera_url"]

    def config(self) -> Config:
        return Config(
            self.user_id,
            self.device_name,
            pairs=self.pairs,
            use_next_poll=self.polling == "next",
            camera_url=self.camera_url,
        )
