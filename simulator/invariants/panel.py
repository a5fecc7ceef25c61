"""All judges of a world. This is the only place that knows them all."""

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants import Judge
from simulator.invariants.acknowledged_writes import AcknowledgedWrites
from simulator.invariants.as_pressed import AsPressed
from simulator.invariants.asks_in_time import AsksInTime
from simulator.invariants.break_prompts import BreakPrompts
from simulator.invariants.chat_isolation import ChatIsolation
from simulator.invariants.chat_streams import ChatStreams
from simulator.invariants.chat_turns import ChatTurns
from simulator.invariants.contract_kept import ContractKept
from simulator.invariants.done_as_asked import DoneAsAsked
from simulator.invariants.even_scores import EvenScores
from simulator.invariants.every_request_answered import EveryRequestAnswered
from simulator.invariants.no_server_error import NoServerError
from simulator.invariants.nothing_for_strangers import NothingForStrangers
from simulator.invariants.pomodoro_oracle import PomodoroOracle
from simulator.invariants.reminder_on_screen import ReminderOnScreen
from simulator.invariants.reports import Reports
from simulator.invariants.screen_tells_truth import ScreenTellsTruth
from simulator.invariants.server_time import ServerTime
from simulator.invariants.settled import Settled
from simulator.invariants.true_pulse import TruePulse
from simulator.invariants.water_promises import WaterPromises


def judges_of(
    door: str,
    is_talkative: bool = False,
    is_watched: bool = False,
    heals: bool = False,
    has_programs: bool = False,
) -> tuple[Judge, ...]:
    """A fresh one of each who has something to judge in a world where the server's door is "open"
    or "locked", students talk to their pets or do not, the server watches them or does not, what
    goes wrong comes to an end or does not, and students have programs that run errands or none, in
    the order in which they are named to people.
    """
    everywhere: tuple[Judge, ...] = (
        WaterPromises(TzdataZones()),
        ReminderOnScreen(),
        PomodoroOracle(TzdataZones()),
        BreakPrompts(TzdataZones()),
        Reports(TzdataZones()),
        DoneAsAsked(),
        AcknowledgedWrites(),
        ScreenTellsTruth(TzdataZones()),
        AsPressed(),
        AsksInTime(),
        ContractKept(),
        EveryRequestAnswered(),
        NoServerError(),
        ServerTime(TzdataZones()),
    )
    of_strangers = (NothingForStrangers(),) if door == "locked" else ()
    of_talk = (ChatIsolation(), ChatTurns(), ChatStreams()) if is_talkative else ()
    of_camera = (TruePulse(),) if is_watched else ()
    of_healing = (Settled(TzdataZones()),) if heals else ()
    of_programs = (EvenScores(),) if has_programs else ()
    return (*everywhere, *of_strangers, *of_talk, *of_camera, *of_healing, *of_programs)
