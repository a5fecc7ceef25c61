# How a board starts: counts its boots before anything large is loaded, and becomes a pet, or rests.
# Belongs here: that choice, and where on the flash things are. Does not: either of the two.

import os

import machine

from firmware.hal.boots import CAUSES, Boots
from firmware.hal.flash import Flash

# In the folder where a board stands when it starts, its root.
SETTINGS = "settings.json"
KEPT = "kept"


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
    from firmware.hal.esp32 import live  # noqa: PLC0415

    live(SETTINGS, flash, boots)


def _rest(cause: str) -> None:
    from firmware.hal.safe_mode import rest  # noqa: PLC0415

    rest(SETTINGS, cause)


def _make_folder(name: str) -> None:
    try:
        os.mkdir(name)
    except OSError:
        pass  # it is there
