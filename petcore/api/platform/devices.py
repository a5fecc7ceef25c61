"""Devices: pairing without a cable, after the OAuth device grant (RFC 8628).

Nobody has a token yet when he asks here, so both are public; the services limit them.
"""

from typing import Annotated, Literal

from pydantic import Field

from petcore.api.operation import Section
from petcore.api.wire import AnsweredUuid, DeviceName, FirmwareVersion, Model, NextPoll, UserId
from petcore.services.idempotency import Answer, Call
from petcore.services.platform import Platform
from petcore.services.platform.pairings import PairingWish

devices = Section[Platform]()

# All that a device may say of itself, were every letter of it escaped.
_BODY_MAX = 4 * 1024


class PairingRequest(Model):
    """What a device says of itself; its owner is shown it and decides."""

    device_name: DeviceName | None = None
    firmware_version: FirmwareVersion | None = None
    user_id: UserId | None = None


class PairingAnswer(Model):
    """``user_code`` is for the screen, ``device_code`` is the device's secret."""

    ok: Literal[True]
    device_code: Annotated[str, Field(min_length=1, max_length=128)]
    user_code: Annotated[str, Field(pattern="^[B-Z]{4}-[B-Z]{4}$")]
    expires_in_s: Annotated[int, Field(ge=1)]
    next_poll_s: NextPoll


class CollectRequest(Model):
    """The secret of a device that pairs."""

    device_code: Annotated[str, Field(min_length=1, max_length=128)]


class CollectAnswer(Model):
    """Nulls while nobody has confirmed the code."""

    ok: Literal[True]
    status: Literal["pending", "paired"]
    user_id: UserId | None
    device_id: AnsweredUuid | None
    token: Annotated[str, Field(min_length=1, max_length=128)] | None
    next_poll_s: NextPoll


@devices.post(
    "/api/devices/pairing",
    request=PairingRequest,
    response=PairingAnswer,
    status=201,
    takes_key=False,
    is_public=True,
    body_max=_BODY_MAX,
)
async def start_pairing(platform: Platform, request: PairingRequest, call: Call) -> Answer:
    """Ask for a code to show."""
    return await platform.pairings.start(PairingWish(**dict(request)), call.address)


@devices.post(
    "/api/devices/pairing/collect",
    request=CollectRequest,
    response=CollectAnswer,
    takes_key=False,
    is_public=True,
    body_max=_BODY_MAX,
)
async def collect_token(platform: Platform, request: CollectRequest, call: Call) -> Answer:
    """Collect the token once the code is confirmed."""
    return await platform.pairings.collect(request.device_code, call.address)
