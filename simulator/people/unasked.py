"""What a student has and does that makes life hard for a server: put together from its parts.

Of what does not go wrong in a world there is nothing here, and nothing is drawn for it.
"""

from simulator.network.client import Client
from simulator.network.link import Network
from simulator.people.errands import World
from simulator.people.faults import PeopleFaults
from simulator.people.mind import Mind
from simulator.people.notebook import Notebook
from simulator.people.owner import Owner
from simulator.people.phone import Phone, SecondPhone
from simulator.people.programs import Programs
from simulator.people.talk import Talk
from simulator.people.water import WaterSchedule
from simulator.people.whims import Whims


def phone_of_student(
    network: Network, user_id: str, token: str | None, owner: Owner | None, faults: PeopleFaults
) -> Phone:
    """The phone, with or without a second one that follows it."""
    second = _second_phone(network, user_id, owner, faults.second_phone)
    return Phone(network, user_id, token, faults.double_clicks, second)


def _second_phone(
    network: Network, user_id: str, owner: Owner | None, permille: int
) -> SecondPhone | None:
    who = f"phone/{user_id}/second"
    if not network.fate.strikes("second phone", who, permille):
        return None
    token = owner.give(f"second phone of {user_id}", user_id) if owner else None
    chance = network.stage.streams.stream(f"second phone/{user_id}")
    return SecondPhone(network.stage, Client(network, who, token), chance)


class Unasked:
    """One student's whims and programs. ``worlds`` says in what kind of world."""

    def __init__(
        self,
        network: Network,
        phone: Phone,
        owner: Owner | None,
        faults: PeopleFaults,
        worlds: frozenset[World],
    ) -> None:
        self._fate, self._faults = network.fate, faults
        self._whims: Whims | None = None
        self._programs: Programs | None = None
        if faults.errands:
            user_id = phone.user_id
            token = owner.give(f"programs of {user_id}", user_id) if owner else None
            notebook = Notebook(user_id, phone.sessions)
            self._programs = Programs(network, notebook, token, worlds)

    def begin(self, mind: Mind, phone: Phone, water: WaterSchedule, talk: Talk | None) -> None:
        """Let it happen from now on."""
        if self._faults.erasures or self._faults.schedule_changes:
            self._whims = Whims(mind, self._fate, phone, water, talk)
            self._whims.begin(self._faults)
        if self._programs is not None:
            self._programs.begin(self._fate, self._faults.errands)

    def follow(self, screen: str) -> None:
        """The pet shows something else."""
        if self._whims is not None:
            self._whims.follow(screen)
