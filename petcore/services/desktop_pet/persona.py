"""Who the pet is (P15, P16)."""

from dataclasses import dataclass

from petcore.errors import NotFound
from petcore.ports import Ports
from petcore.services.desktop_pet.collections import PET_PERSONAS, id_of, shown
from petcore.services.desktop_pet.shapes import PetPersona
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan
from petcore.services.outbox import Outbox, Write

_SHOWN = ("user_id", "pet_name", "system_prompt", "gemini_model", "voice_id")


@dataclass(frozen=True, slots=True)
class PersonaWish:
    """Who the pet is to be; None leaves it to the pet."""

    user_id: str
    pet_name: str
    system_prompt: str | None
    gemini_model: str | None
    voice_id: str | None


class Personas:
    """The personas of all users' pets."""

    def __init__(self, ports: Ports, outbox: Outbox, once: Once) -> None:
        self._ports = ports
        self._outbox = outbox
        self._once = once

    async def save(self, wish: PersonaWish, call: Call) -> Answer:
        """P15: store who the pet is; what was stored before is replaced."""
        id = _key(wish.user_id)

        async def find() -> tuple[str, PetPersona | None]:
            return wish.user_id, await self._outbox.load(PET_PERSONAS, id)

        async def decide(stored: PetPersona | None) -> Decision:
            persona = PetPersona(
                _id=id,
                version=0,
                outbox=[],
                outbox_len=0,
                user_id=wish.user_id,
                pet_name=wish.pet_name,
                system_prompt=wish.system_prompt,
                gemini_model=wish.gemini_model,
                voice_id=wish.voice_id,
                created_at=stored["created_at"] if stored else self._ports.clock.now(),
            )
            write = Write(PET_PERSONAS, persona, stored["version"] if stored else 0)
            return Decision({"ok": True, "persona": shown(persona, _SHOWN)}, write)

        return await self._once.run(call, Plan(id, find, decide))

    async def get(self, user_id: str) -> Answer:
        """P16: who the pet is. Raises ``NotFound``."""
        persona = await self.find(user_id)
        if persona is None:
            raise NotFound("user_id: no persona is stored")
        return shown(persona, _SHOWN)

    async def find(self, user_id: str) -> PetPersona | None:
        """The persona as it is stored, None if there is none."""
        return await self._ports.store.get(PET_PERSONAS, _key(user_id))


def _key(user_id: str) -> str:
    return id_of(PET_PERSONAS, user_id=user_id)
