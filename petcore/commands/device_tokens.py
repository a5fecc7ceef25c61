"""``petcore device add|list|rotate|revoke`` at work. A token is printed once, alone on standard
output, and never again: the store has its hash only.
"""

from datetime import datetime

from petcore.commands import Exit
from petcore.commands.store_output import legible, table, tell
from petcore.commands.store_running import at_work, existing
from petcore.services.believed import BELIEVED
from petcore.services.platform.collections import Device
from petcore.services.platform.devices import Issued
from petcore.settings import Settings, shown
from petcore.wiring import create_store, file_of, require_kept

_ENDS = f"within {BELIEVED.total_seconds():g} s"
_HEAD = ("name", "user", "firmware", "created (UTC)", "last seen (UTC)")


async def added(settings: Settings, name: str, user: str) -> Exit:
    """Make the device, and the store if there is none: a device may be there before its server.
    Raises ``StartRefused``, also if the name is taken.
    """
    require_kept(settings.store)
    path = file_of(settings.store)
    is_new = path is not None and not path.exists()
    store = create_store(settings.store, settings.mongo_driver)
    async with at_work(settings, store) as services:
        issued = await services.platform.devices.add(name, user)
    _hand_out(issued, f"{name!r} acts for {user!r} ({shown(settings.store)}).")
    if path is not None and is_new:
        tell(f"{path.absolute()} is a new store: only a server on that file knows the device.")
    return Exit.DONE


async def listed(settings: Settings) -> Exit:
    """Print who has a token."""
    async with at_work(settings, existing(settings)) as services:
        devices = await services.platform.devices.all()
    if devices:
        print(table([_HEAD, *map(_row, devices)]))
    else:
        tell(f"no device has a token in {shown(settings.store)}")
    return Exit.DONE


async def rotated(settings: Settings, name: str) -> Exit:
    """Give the device another token. Raises ``StartRefused``, also if there is no such device."""
    async with at_work(settings, existing(settings)) as services:
        issued = await services.platform.devices.rotate(name)
    _hand_out(issued, f"The old token of {name!r} ends {_ENDS}.")
    return Exit.DONE


async def revoked(settings: Settings, name: str) -> Exit:
    """Forget the device. Raises ``StartRefused``, also if there is none."""
    async with at_work(settings, existing(settings)) as services:
        device = await services.platform.devices.revoke(name)
    print(f"{name!r}, which acted for {device['user_id']!r}, is forgotten; its token ends {_ENDS}.")
    return Exit.DONE


def _hand_out(issued: Issued, story: str) -> None:
    print(issued.token)
    tell(f"{story} Its token is shown only now; it is sent as `Authorization: Bearer TOKEN`.")


def _row(device: Device) -> tuple[str, ...]:
    return (
        legible(device["name"]),
        legible(device["user_id"]),
        legible(device["firmware_version"]) or "-",
        _at(device["created_at"]),
        _at(device["last_seen_at"]),
    )


def _at(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}" if instant else "never"
