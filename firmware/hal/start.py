# How a board starts: counts its boots before anything large is loaded, and becomes a pet, or rests.
# Belongs here: that choice, and where on the flash things are. Does not: either of the two.
#
# Memory is short, most of all memory in one piece. So garbage is collected often while the pet is
# loaded, and all that stays comes to lie together; and what only reads the settings goes before.

import gc
import os
import sys

import machine

from firmware.hal.boots import CAUSES, Boots
from firmware.hal.flash import Flash

# In the folder where a board stands when it starts, its root.
SETTINGS = "settings.json"
KEPT = "kept"
# After so many bytes the garbage is collected: an effort of some milliseconds.
LOADING_BYTES = 4_096
LIVING_BYTES = 16_384
PACKAGE = "firmware.hal"
READERS = ("settings_rules", "pins")
# What MicroPython has and CPython has not.
_collect_after = getattr(gc, "threshold", int)


# Returns never, except by an exception.
def live() -> None:
    _make_folder(KEPT)
    flash = Flash(KEPT)
    boots = Boots(flash, print)
    cause = machine.reset_cause()
    if boots.begin(cause):
        boots.forgive_one()
        _rest(CAUSES.get(cause, ""))
    else:
        _be_a_pet(flash, boots)


def _be_a_pet(flash, boots) -> None:
    _collect_after(LOADING_BYTES)
    settings = _read_settings()
    for name in READERS:
        _let_go_of(name)
    from firmware.hal.esp32 import live  # noqa: PLC0415

    _collect_after(LIVING_BYTES)
    live(settings, flash, boots)


def _read_settings():
    from firmware.hal.settings import read_settings  # noqa: PLC0415

    settings = read_settings(SETTINGS)
    require_chip(settings)
    return settings


def require_chip(settings) -> None:
    from firmware.hal.pins import chip_here  # noqa: PLC0415
    from firmware.hal.settings import SettingsError  # noqa: PLC0415

    if settings.board != chip_here():
        raise SettingsError(f"board: this is an {chip_here()}")
    if not settings.wifi_ssid:
        raise SettingsError("wifi_ssid: is needed on a board")


# Whoever imports the module later gets it anew.
def _let_go_of(name: str) -> None:
    sys.modules.pop(f"{PACKAGE}.{name}", None)
    package = sys.modules[PACKAGE]
    if hasattr(package, name):
        delattr(package, name)


def _rest(cause: str) -> None:
    from firmware.hal.safe_mode import rest  # noqa: PLC0415

    rest(SETTINGS, cause)


def _make_folder(name: str) -> None:
    try:
        os.mkdir(name)
    except OSError:
        pass  # it is there
