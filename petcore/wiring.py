"""The only composition root: settings and overrides in, services out. Importing it does nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from petcore.adapters import log_structlog
from petcore.adapters.clock_scaled import ScaledClock
from petcore.adapters.clock_system import SystemClock
from petcore.adapters.entropy_system import SystemEntropy
from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.store_sqlite import SqliteStore
from petcore.adapters.store_sqlite_scrub import scrub
from petcore.adapters.zones_tzdata import TzdataZones
from petcore.errors import StartRefused
from petcore.ports import Ports
from petcore.ports.clock import Clock
from petcore.ports.entropy import Entropy
from petcore.ports.eyes import Eyes
from petcore.ports.faculties import Faculties
from petcore.ports.store import Store
from petcore.rules.limits import Limit
from petcore.seeing import create_eyes
from petcore.services import Services
from petcore.services.collections import BELONGING, COLLECTIONS, IDS, SHAPES
from petcore.services.desktop_pet import (
    Breaks,
    Chat,
    DesktopPet,
    Encouragement,
    HighStressPolicy,
    Metrics,
    Stress,
    Video,
    Water,
)
from petcore.services.desktop_pet.baselines import Baselines
from petcore.services.desktop_pet.broadcasts import Broadcasts
from petcore.services.desktop_pet.prompts import Prompts
from petcore.services.desktop_pet.tools import Tools
from petcore.services.desktop_pet.video import EVERYBODY
from petcore.services.desktop_pet.watches import Watches
from petcore.services.desktop_pet.watching import Watching
from petcore.services.door import Door, Lock
from petcore.services.idempotency import Once
from petcore.services.outbox import Outbox
from petcore.services.platform import Devices, Health, Pairings, Platform
from petcore.services.upkeep.check import Checker
from petcore.settings import STORES, MongoDriver, Settings, is_loopback, shown
from petcore.talking import create_faculties

_MINUTE_MS = 60_000
_MONGODB = ("mongodb://", "mongodb+srv://")


def wire(
    settings: Settings,
    *,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    store: Store | None = None,
    faculties: Faculties | None = None,
    eyes: Eyes | None = None,
    began: datetime | None = None,
) -> Services:
    """The services of a server. What is given replaces the real thing. ``began`` is when time began
    to run faster, if it does; by default it does so now.
    """
    ports = Ports(
        clock=clock or SystemClock(),
        entropy=entropy or SystemEntropy(),
        zones=TzdataZones(),
        store=store or create_store(settings.store, settings.mongo_driver),
    )
    outbox = Outbox(ports.store, COLLECTIONS)
    # Tokens, codes and keys live in real time: the network and its patience know no other, and
    # `petcore device` is another process.
    once = Once(ports.store, outbox, ports.clock, settings.idempotency_kept)
    scaled = _scaled(ports, settings.time_scale, began)
    talks_by, sees_by = faculties or create_faculties(settings), eyes or create_eyes(settings)
    devices = Devices(ports)
    names = {**talks_by.names, "sight": sees_by.sight.name}
    return Services(
        desktop_pet=_desktop_pet(scaled, outbox, once, settings, talks_by, sees_by, ports.clock),
        platform=Platform(Health(ports.store, names), devices, Pairings(ports, outbox)),
        door=Door(
            ports,
            devices,
            lock_of(settings),
            _limit(settings),
            settings.host_names,
            settings.cors_origins,
        ),
        clock=ports.clock,
        store=ports.store,
        faculties=talks_by,
        eyes=sees_by,
        outbox=outbox,
        collections=tuple(COLLECTIONS),
    )


def _desktop_pet(
    ports: Ports,
    outbox: Outbox,
    once: Once,
    settings: Settings,
    faculties: Faculties,
    eyes: Eyes,
    stopwatch: Clock,
) -> DesktopPet:
    """The services of the document, in a person's time; by ``stopwatch`` goes what takes as long
    for everybody.
    """
    policy = _policy(settings)
    prompts = Prompts(ports, policy)
    water = Water(ports, outbox, once)
    watches = Watches(ports, eyes)
    stress = Stress(ports, outbox, once, prompts, policy, watches)
    baselines = Baselines(ports)
    metrics = Metrics(ports, stress, baselines)
    broadcasts = Broadcasts(eyes, ports.clock)
    video = Video(
        ports, outbox, once, broadcasts, baselines, settings.camera_hosts, _webcam_users(settings)
    )
    breaks = Breaks(ports, outbox, once, prompts)
    tools = Tools(once, water, stress, breaks)
    return DesktopPet(
        water=water,
        stress=stress,
        metrics=metrics,
        breaks=breaks,
        encouragement=Encouragement(ports, once, policy),
        chat=Chat(ports, outbox, once, faculties, tools, stopwatch),
        video=video,
        watching=Watching(ports, eyes, watches, video, metrics),
    )


def lock_of(settings: Settings) -> Lock:
    """Whom the door of this server lets in."""
    if settings.door == "by_address":
        return Lock.LOCAL if is_loopback(settings.host) else Lock.LOCKED
    return Lock.OPEN if settings.door == "open" else Lock.LOCKED


def _webcam_users(settings: Settings) -> Sequence[str]:
    """Who may look through the cameras of this machine. Where there are tokens, a token is not
    enough: it is for a pet on another desk as well.
    """
    is_locked = lock_of(settings) is Lock.LOCKED
    return settings.webcam_users or (() if is_locked else (EVERYBODY,))


def configure_logging(settings: Settings, clock: Clock) -> None:
    """Send the log where the settings say."""
    log_structlog.configure_logging(clock, settings.log_level, settings.log_format)


def create_store(uri: str, driver: MongoDriver = "motor", *, as_it_is: bool = False) -> Store:
    """The store that ``uri`` names, one of ``STORES``, through ``driver``. ``as_it_is`` keeps it
    from making anything when it is opened. Raises ``StartRefused``.
    """
    if uri == "memory:":
        return MemoryStore()
    if uri.startswith("sqlite:///") and uri != "sqlite:///":
        path = Path(uri.removeprefix("sqlite:///"))
        return SqliteStore(path, COLLECTIONS, as_it_is=as_it_is)
    if uri.startswith(_MONGODB):
        # Its drivers take longer to import than all the rest; only who needs them waits for them.
        from petcore.adapters.store_mongo import MongoStore  # noqa: PLC0415

        return MongoStore(uri, COLLECTIONS, driver, as_it_is=as_it_is)
    raise StartRefused(f"--store (PETCORE_STORE): {shown(uri)!r} names no store; use {STORES}")


def existing_store(uri: str, driver: MongoDriver = "motor") -> Store:
    """As ``create_store``, for who wants what is kept there: the store is opened as it is, and a
    typing error makes nothing. Raises ``StartRefused`` for ``memory:`` and for a SQLite file that
    is not there.
    """
    require_kept(uri)
    path = file_of(uri)
    if path is not None and not path.exists():
        raise StartRefused(f"there is no store {shown(uri)}: {path.absolute()} does not exist")
    return create_store(uri, driver, as_it_is=True)


def require_kept(uri: str) -> None:
    """Raise ``StartRefused`` if the store is gone with the process that opened it."""
    if uri == "memory:":
        raise StartRefused("memory: keeps nothing between two commands; name another store")


def wire_checker() -> Checker:
    """What holds the documents of a store against the schema map."""
    return Checker(SHAPES, IDS, BELONGING, TzdataZones())


def are_one_store(uri: str, other: str) -> bool:
    """Whether both name the same store, as far as can be told without asking it."""
    return _place(uri) == _place(other)


def scrub_store(uri: str) -> bool:
    """Leave nothing of what was deleted in the store's own files, if it has files here. It must
    be closed; False says that another program keeps it open. Raises ``StoreUnavailable``.
    """
    path = file_of(uri)
    return path is None or scrub(path)


def file_of(uri: str) -> Path | None:
    """Where the store is a file of this machine; None for all others."""
    return Path(uri.removeprefix("sqlite:///")) if uri.startswith("sqlite:///") else None


def _place(uri: str) -> object:
    path = file_of(uri)
    if path is not None:
        return path.resolve()
    if uri.startswith(_MONGODB):
        from petcore.adapters.store_mongo import place  # noqa: PLC0415  as in create_store

        return place(uri)
    return uri


def _scaled(ports: Ports, scale: int, began: datetime | None) -> Ports:
    """The ports of a document, in whose time a person lives."""
    if scale == 1:
        return ports
    clock = ScaledClock(ports.clock, scale, began or ports.clock.now())
    return replace(ports, clock=clock, time_scale=scale)


def _limit(settings: Settings) -> Limit | None:
    per_min = settings.requests_per_min
    return Limit(per_min, _MINUTE_MS) if per_min else None


def _policy(settings: Settings) -> HighStressPolicy:
    return HighStressPolicy(
        threshold=settings.high_stress_threshold,
        held=timedelta(seconds=settings.high_stress_held_s),
        gap=timedelta(seconds=settings.high_stress_gap_s),
        confidence=settings.high_stress_confidence,
        ahead=timedelta(seconds=settings.high_stress_ahead_s),
        cool_down=timedelta(seconds=settings.high_stress_cool_down_s),
    )
