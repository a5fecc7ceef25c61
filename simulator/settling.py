"""Who lives in a world: students at their desks, each with a pet; an owner and a stranger at a
locked door. Everybody begins to live here, and what the scenario tells happens to them.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from firmware.logic.config import Config
from petcore.adapters.zones_tzdata import TzdataZones
from simulator.device.board import Scene, VirtualBoard
from simulator.device.mishaps import befall, board_of
from simulator.faults.faults import Faults
from simulator.kernel.fate import Fate
from simulator.network.link import Network
from simulator.people.edge_metrics import EdgeOfMetrics
from simulator.people.errands import World
from simulator.people.face import Studio
from simulator.people.kitchen import Kitchen
from simulator.people.owner import Owner
from simulator.people.postings import EdgeOfScores
from simulator.people.student import Student
from simulator.people.talk import Grapevine
from simulator.people.walltime import instant
from simulator.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from simulator.face.cameras import FaceCameras

_HOSTS, _SEED_BITS = 250, 63


class Settlement:
    """All who live by one scenario. ``hours`` is how long what it tells goes on to happen."""

    def __init__(
        self,
        network: Network,
        scenario: Scenario,
        faults: Faults,
        fate: Fate,
        owner: Owner | None,
        grapevine: Grapevine | None,
        cameras: "FaceCameras | None",
        posts_metrics: bool,
    ) -> None:
        self._network, self._stage = network, network.stage
        self._scenario, self._faults, self._fate = scenario, faults, fate
        self._owner, self._grapevine, self._cameras = owner, grapevine, cameras
        self._edge = EdgeOfMetrics if posts_metrics else EdgeOfScores
        self._worlds = _worlds(scenario, cameras is not None, posts_metrics)
        self.boards: list[VirtualBoard] = []

    def settle(self, number: int) -> None:
        """Student and pet number ``number``, from 1."""
        scenario, stage = self._scenario, self._stage
        person = scenario.person.sibling(number, stage.streams.stream(f"person/{number}"))
        student = Student(
            self._network,
            scenario.zone,
            person,
            scenario.timetable,
            scenario.water,
            scenario.habits,
            scenario.signal,
            self._owner,
            self._grapevine,
            edge=self._edge,
            studio=self._studio(number, person.user_id),
            faults=self._faults.people,
            worlds=self._worlds,
        )
        config = _config(scenario, person.user_id)
        board = self._board(f"pet/{person.user_id}", config, student.sees)
        student.sit_down_at(board)
        student.begin()
        self._power(board)
        self._settle_in_kitchen(student.kitchen, person.user_id)

    def _settle_in_kitchen(self, kitchen: Kitchen, user_id: str) -> None:
        """A second pet of the student, if there is one."""
        who = f"pet/{user_id}/kitchen"
        if self._fate.strikes("second pet", who, self._faults.people.second_pet):
            config = _config(self._scenario, user_id, "-kitchen")
            board = self._board(who, config, kitchen.sees)
            kitchen.place(board)
            board.plug_in()

    def _board(self, who: str, config: Config, seen: Callable[[Scene], None]) -> VirtualBoard:
        """A board of whatever kind, on which fate looks from now on."""
        faults, is_locked = self._faults.device, self._scenario.door == "locked"
        board = board_of(self._network, self._fate, faults, who, config, seen, locked=is_locked)
        befall(board, faults, self._fate)
        self.boards.append(board)
        return board

    def have_bad_weather(self) -> None:
        """Let the Wi-Fi go when the scenario says."""
        for cut in self._scenario.network.cuts if self._faults.as_told else ():
            self._daily(cut.at, partial(self._network.cut, cut.minutes))

    def leave(self) -> None:
        """The world is over."""
        for board in self.boards:
            board.close()

    def _studio(self, number: int, user_id: str) -> Studio | None:
        """The camera in front of student ``number``, from 1."""
        cameras = self._cameras
        if cameras is None:
            return None
        url = f"http://10.0.{number // _HOSTS}.{number % _HOSTS}:81/stream"
        seed = self._stage.streams.stream(f"face/{user_id}").getrandbits(_SEED_BITS)
        return Studio(url, lambda vitals: cameras.place(url, vitals, seed))

    def _power(self, board: VirtualBoard) -> None:
        """Plug it in, and out and in again as the scenario says."""
        board.plug_in()
        for unplugged in self._scenario.device.unplugged if self._faults.as_told else ():
            self._daily(unplugged.at, board.unplug)
            self._daily(unplugged.at, board.plug_in, unplugged.minutes)

    def _daily(self, wall: time, do: Callable[[], None], after_min: int = 0) -> None:
        """Do something each day at a time of the clock at home, or so many minutes after it."""
        scenario = self._scenario
        began = midnight(scenario)
        for day in range(scenario.hours // 24 + 2):
            at = _instant(scenario, day, wall) + timedelta(minutes=after_min) - began
            if at < timedelta(hours=scenario.hours):
                self._stage.after(at // timedelta(milliseconds=1), do)


def midnight(scenario: Scenario) -> datetime:
    """When its world begins."""
    return _instant(scenario, 0, time())


def _instant(scenario: Scenario, day: int, wall: time) -> datetime:
    """When the clock on the wall at home shows ``wall`` on day number ``day``, from 0."""
    zone = TzdataZones().zone(scenario.zone)
    return instant(scenario.date + timedelta(days=day), wall, zone)


def _worlds(scenario: Scenario, is_watched: bool, is_measured: bool) -> frozenset[World]:
    """What kind of world this is."""
    kinds: dict[World, bool] = {
        "locked": scenario.door == "locked",
        "watched": is_watched,
        "measured": is_measured,
    }
    return frozenset(kind for kind, is_so in kinds.items() if is_so)


def _config(scenario: Scenario, user_id: str, where: str = "") -> Config:
    device = scenario.device
    return Config(
        user_id,
        f"pet-{user_id}{where}",
        water_poll_s=device.water_poll_s,
        prompt_poll_s=device.prompt_poll_s,
        pomodoro_poll_s=device.pomodoro_poll_s,
        use_next_poll=device.polling == "next",
        pairs=scenario.door == "locked",
    )
