"""What a student does about a code on the pet's screen: confirms it, some time after seeing it.

Who has read a code can confirm it while the screen is dark.
"""

from functools import partial

from petcore.errors import PetcoreError
from simulator.kernel.loop import happening
from simulator.people.desk import DARK, PAIRING, Desk, Wish
from simulator.people.mind import Mind
from simulator.people.owner import Owner

_CONFIRM = "confirm the code"
_SECOND_MS = 1_000
_FINDS_COMPUTER_S = (75, 180)


class Codes:
    """One student's, who owns the server. ``where`` tells two pets of one student apart."""

    def __init__(self, mind: Mind, desk: Desk, owner: Owner, where: str = "") -> None:
        self._mind, self._stage, self._desk, self._owner = mind, mind.stage, desk, owner
        self._where = f" in the {where}" if where else ""
        self._chance = mind.chance(f"codes{self._where}")
        self._code = ""
        self._confirmed = 0

    def follow(self, screen: str, title: str) -> None:
        """The pet shows something else: a code has come or gone."""
        code = title if screen == PAIRING else ""
        if screen != DARK and code != self._code:
            self._code = code
            self._desk.forget(_CONFIRM)
            if code:
                after_ms = self._chance.randint(*_FINDS_COMPUTER_S) * _SECOND_MS
                due = self._stage.now + after_ms
                self._desk.want(Wish(_CONFIRM, due, done=partial(self._confirm, code)))

    def _confirm(self, code: str) -> None:
        self._confirmed += 1
        name = f"pet {self._confirmed} of {self._mind.user_id}{self._where}"
        self._stage.live(self._try(code, name))

    async def _try(self, code: str, name: str) -> None:
        try:
            await happening(self._owner.confirm(code, self._mind.user_id, name))
        except PetcoreError as error:
            self._mind.does("fails to confirm the code", why=error.code)
        else:
            self._mind.does("confirms the code")
