"""How much goes wrong: four answers. ``swarm`` is another one for each seed."""

from collections.abc import Callable, Mapping

from simulator.device.faults import DeviceFaults
from simulator.faults.faults import CalendarFaults, Faults
from simulator.kernel.streams import Chance, Streams
from simulator.kernel.values import Value
from simulator.network.faults import NetworkFaults
from simulator.people.faults import PeopleFaults
from simulator.server.faults import ServerFaults, StoreFaults
from simulator.talk.faults import ProviderFaults

CALM = Faults(as_told=False)
"""Nothing goes wrong, not even what the scenario tells."""

HOME = Faults()
"""What the scenario tells, and nothing else."""

STORM = Faults(
    network=NetworkFaults(
        request_loss=30,
        answer_loss=30,
        tail=15,
        duplication=20,
        reset=10,
        cuts=6,
        half_open=4,
    ),
    server=ServerFaults(workers=3, crashes=24, slow_start=200, rolling=3, clock_steps=2),
    store=StoreFaults(slow=10, lost_answer=5, outages=6, full=2),
    providers=ProviderFaults(
        language=50,
        voice=50,
        hearing=50,
        hangs=20,
        cut=20,
        blank=20,
        strange=30,
        silent=200,
        endless=20,
    ),
    device=DeviceFaults(
        reboots=6,
        brown_out=30,
        full_flash=3,
        drift_ppm=200,
        wraps=True,
        crowds=1,
        shaken=300,
        looks=500,
        diversions=2,
        stuck=2,
        by_document=80,
        older=250,
    ),
    people=PeopleFaults(
        double_clicks=100,
        second_pet=250,
        second_phone=250,
        erasures=2,
        schedule_changes=2,
        turns=24,
        errands=60,
    ),
    settle_min=60,
)
"""All at once, and then an hour in which everything has to settle. The calendar is a world's own
matter: see ``swarm`` and the plan of a sweep."""

_MOST = 1000
_LIMITS = {"workers": (2, 5)}
"""The least and the most of what is no frequency."""

_DAYS = ("own", "own", "spring", "autumn", "leap_day")


def swarm(seed: int) -> Faults:
    """Faults drawn from ``seed``: each is there or not, and if it is, up to twice as frequent as in
    a storm. What is spared in one world leaves room for what hides behind it.
    """
    chance = Streams(seed).stream("swarm")
    parts = {name: _some(chance, part) for name, part in STORM if isinstance(part, Value)}
    day = chance.choice(_DAYS)
    journey = chance.randrange(4) == 0
    calendar = CalendarFaults.model_validate({"day": day, "journey": journey})
    return STORM.model_copy(update={**parts, "calendar": calendar})


def _some(chance: Chance, part: Value) -> Value:
    """Of all faults of one room none, or some."""
    is_spared = chance.randrange(4) == 0
    usual = {name: field.default for name, field in type(part).model_fields.items()}
    drawn = {
        name: usual[name] if chance.randrange(2) or is_spared else _strength(chance, name, value)
        for name, value in part
    }
    return part.model_copy(update=drawn)


def _strength(chance: Chance, name: str, value: object) -> object:
    """Another strength of a fault; what is no strength, such as a span, stays as it is."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    least, most = _LIMITS.get(name, (1, _MOST))
    return min(chance.randint(least, max(least, 2 * value)), most)


_PRESETS: Mapping[str, Callable[[int], Faults]] = {
    "calm": lambda _: CALM,
    "home": lambda _: HOME,
    "storm": lambda _: STORM,
    "swarm": swarm,
}

NAMES = tuple(_PRESETS)
"""What the presets are called."""

ROOMS = tuple(name for name, part in HOME if isinstance(part, Value))
"""Where things go wrong."""


def preset(text: str, seed: int) -> Faults:
    """The faults of a world with this seed: ``text`` is one of ``NAMES``, or one with rooms behind
    a colon, such as ``storm:network,store``, for what goes wrong there alone. Raises
    ``ValueError``.
    """
    name, colon, rooms = text.partition(":")
    wanted = rooms.split(",") if colon else ROOMS
    if name not in _PRESETS:
        raise ValueError(f"{name!r} is none of {', '.join(NAMES)}")
    if unknown := [room for room in wanted if room not in ROOMS]:
        raise ValueError(f"{unknown[0]!r} is no room of faults; there are {', '.join(ROOMS)}")
    faults = _PRESETS[name](seed)
    return faults.model_copy(update={room: getattr(HOME, room) for room in {*ROOMS} - {*wanted}})
