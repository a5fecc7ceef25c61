"""What belongs to no document: is the server alive, is it ready."""

from typing import Literal

from quart import Quart

from petcore.api.desktop_pet.errors import SHAPE
from petcore.api.document import create_document
from petcore.api.operation import Section
from petcore.api.wire import Model
from petcore.services.health import Health
from petcore.services.idempotency import Answer, Call

platform = Section[Health]()


class Nothing(Model):
    """Nothing needs to be said."""


class Fine(Model):
    """All is well."""

    ok: Literal[True]


@platform.get("/healthz", request=Nothing, response=Fine)
async def get_health(health: Health, request: Nothing, call: Call) -> Answer:
    """Whether the process answers at all."""
    return {"ok": True}


@platform.get("/readyz", request=Nothing, response=Fine)
async def get_readiness(health: Health, request: Nothing, call: Call) -> Answer:
    """Whether the server can do its work: asks the store."""
    await health.check()
    return {"ok": True}


OPERATIONS = tuple(platform.operations)


def create(health: Health) -> Quart:
    """The app of the platform. It words errors as the Desktop Pet does."""
    return create_document("platform", OPERATIONS, SHAPE, health)
