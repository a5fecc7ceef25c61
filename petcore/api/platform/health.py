"""Is the server alive, is it ready. Whoever watches over it needs no token to ask."""

from typing import Literal

from petcore.api.operation import Section
from petcore.api.wire import Model
from petcore.services.idempotency import Answer, Call
from petcore.services.platform import Platform

health = Section[Platform]()


class Nothing(Model):
    """Nothing needs to be said."""


class Fine(Model):
    """All is well."""

    ok: Literal[True]


class Ready(Model):
    """All is well, and this is what the pet writes, speaks, hears and sees by."""

    ok: Literal[True]
    language: str
    voice: str
    hearing: str
    sight: str


@health.get("/healthz", request=Nothing, response=Fine, is_public=True)
async def get_health(platform: Platform, request: Nothing, call: Call) -> Answer:
    """Whether the process answers at all."""
    return {"ok": True}


@health.get("/readyz", request=Nothing, response=Ready, is_public=True)
async def get_readiness(platform: Platform, request: Nothing, call: Call) -> Answer:
    """Whether the server can do its work: asks the store."""
    await platform.health.check()
    return {"ok": True, **platform.health.faculties}
