"""The faults of a world: one frozen value. None is the default."""

from typing import Annotated, Literal

from pydantic import Field

from simulator.device.faults import DeviceFaults
from simulator.kernel.values import Value
from simulator.network.faults import NetworkFaults
from simulator.people.faults import PeopleFaults
from simulator.server.faults import ServerFaults, StoreFaults
from simulator.talk.faults import ProviderFaults


class CalendarFaults(Value):
    """Days on which clocks do what programs do not expect."""

    day: Literal["own", "spring", "autumn", "leap_day"] = "own"
    """The scenario's own first day, or the next on which the clocks of its zone go forward, or
    back, or the next 29 February."""
    journey: bool = False
    """Whether the student travels to another zone in the middle of the longest session."""


class Faults(Value):
    """All that goes wrong."""

    as_told: bool = True
    """Whether the network is as bad as the scenario tells, and the pet is unplugged when it says;
    else there is none of it."""
    network: NetworkFaults = NetworkFaults()
    """On the way."""
    server: ServerFaults = ServerFaults()
    """In the server's processes."""
    store: StoreFaults = StoreFaults()
    """In its store."""
    providers: ProviderFaults = ProviderFaults()
    """In what it talks by."""
    device: DeviceFaults = DeviceFaults()
    """In the pets."""
    calendar: CalendarFaults = CalendarFaults()
    """On the wall."""
    people: PeopleFaults = PeopleFaults()
    """In front of it."""
    settle_min: Annotated[int, Field(ge=0, le=1440)] = 0
    """So many minutes follow in which nothing goes wrong, and everything has to settle."""
