"""A scenario: all that is known of a world before it begins, but for its seed.

Each table of the file is a value of the room it belongs to; here they are put together.
"""

from datetime import date as Date  # noqa: N812 -- the field has the file's word
from typing import Annotated, Literal

from pydantic import Field

from simulator.device.options import DeviceOptions
from simulator.kernel.values import Value
from simulator.network.weather import Weather
from simulator.people.habits import Habits, Timetable, WaterWish, ZoneName
from simulator.signals.person import Camera, Person

FIRST_DATE, LAST_DATE = Date(2000, 1, 2), Date(2099, 12, 30)
"""What the API accepts as the date of a sample, with room for any zone."""


class Scenario(Value):
    """The story of a day, or of several."""

    title: Annotated[str, Field(min_length=1, max_length=100)]
    """What to call it."""
    story: Annotated[str, Field(max_length=500)] = ""
    """What happens, in a sentence or two."""
    date: Annotated[Date, Field(ge=FIRST_DATE, le=LAST_DATE)]
    """The first day. The world begins at its midnight in ``zone``."""
    zone: ZoneName
    """The time zone of the student's home."""
    hours: Annotated[int, Field(ge=1, le=8784)] = 24
    """How long the world lasts."""
    person: Person = Person()
    """Who the student is, in body."""
    timetable: Timetable
    """What the student's days look like."""
    habits: Habits = Habits()
    """How the student reacts to the pet."""
    water: WaterWish
    """How the student wants to be reminded to drink."""
    signal: Camera = Camera()
    """How good the webcam's metrics are."""
    network: Weather = Weather()
    """How bad the network is."""
    door: Literal["open", "locked"] = "open"
    """Whether the server wants tokens. At a locked one pets pair first, and somebody tries to get
    in all day; it grants 120 requests a minute to each device, and to each address without one."""
    device: DeviceOptions = DeviceOptions()
    """How the pet is set up."""
