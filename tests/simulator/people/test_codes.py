"""What a student does about a code on the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import pytest

from petcore.errors import NotFound
from simulator.kernel.stage import Stage
from simulator.people.codes import Codes
from simulator.people.desk import DARK, IDLE, PAIRING, Desk
from simulator.people.mind import Mind
from simulator.people.owner import Owner
from simulator.signals.person import Person
from simulator.signals.truth import Activity
from tests.simulator.stages import Scene, scene

MINUTE_MS = 60_000


@dataclass
class Pairings:
    """Writes down what is confirmed; refuses what is not ``known``."""

    stage: Stage
    known: str = "BCDF-GHJK"
    confirmed: list[tuple[int, str, str, str]] = field(default_factory=list)

    async def confirm(self, text: str, user_id: str, name: str) -> object:
        """Somebody types a code."""
        self.confirmed.append((self.stage.now, text, user_id, name))
        if text != self.known:
            raise NotFound("no device shows this code now")
        return None


class NoDevices:
    """Nobody is given a token here."""

    async def add(self, name: str, user_id: str) -> "NoDevices":
        """Refuse."""
        raise NotImplementedError

    async def rotate(self, name: str) -> "NoDevices":
        """Refuse."""
        raise NotImplementedError

    async def revoke(self, name: str) -> object:
        """Refuse."""
        raise NotImplementedError

    @property
    def device(self) -> Mapping[str, object]:
        """None."""
        raise NotImplementedError

    @property
    def token(self) -> str:
        """None."""
        raise NotImplementedError


def sees(empty: Scene, *screens: tuple[int, str, str], awake: bool = True) -> Pairings:
    """A student sees these screens with these titles in these minutes; half an hour passes."""
    stage = empty.stage
    mind = Mind(stage, Person())
    if awake:
        mind.turn_to(Activity.AWAKE)
    pairings = Pairings(stage)
    codes = Codes(mind, Desk(mind), Owner(stage, NoDevices(), pairings))
    for minute, screen, title in screens:
        stage.after(minute * MINUTE_MS, partial(codes.follow, screen, title))
    stage.loop.run_for(30 * MINUTE_MS)
    return pairings


def test_a_code_is_confirmed_some_minutes_after_it_is_seen() -> None:
    """Once, for the student."""
    with scene() as empty:
        pairings = sees(
            empty, (1, PAIRING, ""), (2, PAIRING, "BCDF-GHJK"), (2, PAIRING, "BCDF-GHJK")
        )
        ((at, *what),) = pairings.confirmed
        assert what == ["BCDF-GHJK", "audrey", "pet 1 of audrey"]
        assert 75_000 <= at - 2 * MINUTE_MS <= 180_000
        assert [event["does"] for event in empty.events("student")] == ["confirms the code"]


@pytest.mark.parametrize(("then", "confirms"), [(DARK, True), (IDLE, False)])
def test_a_code_that_was_read_is_confirmed_in_the_dark(then: str, confirms: bool) -> None:
    """But one that the pet does not need any more is not."""
    with scene() as empty:
        pairings = sees(empty, (2, PAIRING, "BCDF-GHJK"), (3, then, ""))
        assert bool(pairings.confirmed) is confirms


def test_only_the_newest_code_is_confirmed() -> None:
    """An older one is worth nothing."""
    with scene() as empty:
        pairings = sees(empty, (2, PAIRING, "KJHG-FDCB"), (3, PAIRING, "BCDF-GHJK"))
        assert [code for _, code, _, _ in pairings.confirmed] == ["BCDF-GHJK"]


def test_a_code_that_has_expired_is_said() -> None:
    """And the next one gets another name, as the first may be taken."""
    with scene() as empty:
        pairings = sees(empty, (1, PAIRING, "KJHG-FDCB"), (9, PAIRING, "BCDF-GHJK"))
        names = [name for _, _, _, name in pairings.confirmed]
        assert names == ["pet 1 of audrey", "pet 2 of audrey"]
        does = [(event["does"], event.get("why")) for event in empty.events("student")]
        assert does == [("fails to confirm the code", "not_found"), ("confirms the code", None)]


def test_who_sleeps_confirms_nothing() -> None:
    """The pet must wait until morning."""
    with scene() as empty:
        assert not sees(empty, (2, PAIRING, "BCDF-GHJK"), awake=False).confirmed
