"""``petcore device confirm`` at work: the owner sees what a device says of itself, and decides.

All of that came from a stranger, so it is shown in quotes and cannot move the cursor.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from petcore.commands import Exit
from petcore.commands.store_output import table
from petcore.commands.store_running import at_work, existing
from petcore.errors import StartRefused
from petcore.rules import pairing
from petcore.services.platform.collections import Pairing
from petcore.services.platform.devices import NAME_IS, name_taken, require_labels
from petcore.settings import Settings

_UNSAID = "(it did not say)"


@dataclass(frozen=True, slots=True)
class Choice:
    """The device that shows ``code`` is to act for ``user`` under ``name``."""

    code: str
    user: str
    name: str


async def announced(
    settings: Settings, code: str, user: str | None, name: str | None, chosen: list[Choice]
) -> Exit:
    """Say what is known of the device, and put into ``chosen`` what will be confirmed: what was
    given, or else what the device asked for. Raises ``StartRefused``.
    """
    async with at_work(settings, existing(settings)) as services:
        waiting = await services.platform.pairings.waiting(code)
        taken = {device["name"] for device in await services.platform.devices.all()}
        choice = _chosen(waiting, user, name, taken)
        now = services.clock.now()
    chosen.append(choice)
    print(table([*_known(waiting, now), ("will be named", repr(choice.name))]))
    return Exit.DONE


async def confirmed(settings: Settings, choice: Choice) -> Exit:
    """Confirm it. Raises ``StartRefused``, also if the code or the name has gone meanwhile."""
    async with at_work(settings, existing(settings)) as services:
        await services.platform.pairings.confirm(choice.code, choice.user, choice.name)
    minutes = f"{pairing.EXPIRES.total_seconds() / 60:g}"
    print(
        f"{choice.name!r} acts for {choice.user!r} now. It collects its token by itself, within "
        f"{minutes} minutes."
    )
    return Exit.DONE


def _chosen(waiting: Pairing, user: str | None, name: str | None, taken: Collection[str]) -> Choice:
    user = user or waiting["user_id"]
    if not user:
        raise StartRefused("the device did not say for whom it wants to act; say --user")
    if name is not None and name in taken:
        raise name_taken(name)
    name = name or free_name(_own_name(waiting, user), taken)
    require_labels(name, user)
    return Choice(waiting["user_code"], user, name)


def _own_name(waiting: Pairing, user: str) -> str:
    """What to call it if nobody says; a name that is too long is cut. Raises ``StartRefused``."""
    name = (waiting["device_name"] or f"pet-{user}").strip()[: pairing.NAME_MAX].rstrip()
    if not pairing.is_name(name):
        raise StartRefused(f"{name!r} cannot be a name, it must be {NAME_IS}; say --name")
    return name


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, with a number behind it if another device has it."""
    name, number = wanted[: pairing.NAME_MAX], 1
    while name in taken:
        number += 1
        ending = f"-{number}"
        name = wanted[: pairing.NAME_MAX - len(ending)] + ending
    return name


def _known(waiting: Pairing, now: datetime) -> list[tuple[str, str]]:
    ago_s = max(0, round((now - waiting["created_at"]).total_seconds()))
    return [
        ("code", pairing.shown(waiting["user_code"])),
        ("calls itself", _said(waiting["device_name"])),
        ("firmware", _said(waiting["firmware_version"])),
        ("asked", f"{waiting['created_at']:%Y-%m-%d %H:%M:%S} UTC, {ago_s} s ago"),
        ("wants to act for", _said(waiting["user_id"])),
    ]


def _said(text: str) -> str:
    return repr(text) if text else _UNSAID
