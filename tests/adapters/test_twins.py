"""Clock, entropy and zones: the real thing and its twin pass the same tests."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_, or_
from random import Random
from uuid import UUID

import pytest
from simpy import Environment

from petcore.adapters.clock_scaled import ScaledClock
from petcore.adapters.clock_system import SystemClock
from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.entropy_system import SystemEntropy
from petcore.adapters.zones_tzdata import TzdataZones
from petcore.errors import BadInput
from petcore.ports.clock import Clock
from petcore.ports.entropy import SECRET_BYTES, Entropy
from simulator.kernel.clock import VirtualClock

CLOCKS: list[Clock] = [
    SystemClock(),
    ScaledClock(SystemClock(), 60, SystemClock().now()),
    VirtualClock(Environment(7), datetime(2026, 3, 2, tzinfo=UTC)),
]
ENTROPIES: list[Entropy] = [SystemEntropy(), SeededEntropy(Random(1))]


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_clock_tells_whole_milliseconds_in_utc(clock: Clock) -> None:
    """Aware, in UTC, nothing finer than a millisecond, and not running backwards."""
    first, second = clock.now(), clock.now()
    assert first.utcoffset() == timedelta(0)
    assert first.microsecond % 1000 == 0
    assert first <= second


@pytest.mark.parametrize("entropy", ENTROPIES)
def test_ids_are_uuids_and_differ(entropy: Entropy) -> None:
    """Lower case, hyphenated, version 4, no two alike."""
    ids = [entropy.new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(str(UUID(id)) == id and UUID(id).version == 4 for id in ids)


@pytest.mark.parametrize("entropy", ENTROPIES)
def test_secrets_are_long_and_differ(entropy: Entropy) -> None:
    """So many bytes as the port says, no two secrets alike, every bit both set and not."""
    secrets = [entropy.new_secret() for _ in range(1000)]
    assert len(set(secrets)) == 1000
    assert {len(secret) for secret in secrets} == {SECRET_BYTES}
    numbers = [int.from_bytes(secret) for secret in secrets]
    assert reduce(or_, numbers) == 256**SECRET_BYTES - 1
    assert reduce(and_, numbers) == 0


def test_the_same_stream_gives_the_same_ids() -> None:
    """The twin can be repeated, secrets and all."""
    twins = [SeededEntropy(Random(5)) for _ in range(2)]
    assert twins[0].new_id() == twins[1].new_id()
    assert twins[0].new_secret() == twins[1].new_secret()
    assert twins[0].new_id() == twins[1].new_id()


@pytest.mark.parametrize("name", ["UTC", "America/Vancouver", "Asia/Kathmandu", "Etc/GMT+12"])
def test_zones_of_tzdata_are_known(name: str) -> None:
    """Every zone of the pinned package can be used."""
    assert datetime(2026, 5, 5, tzinfo=TzdataZones().zone(name)).utcoffset() is not None


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "utc", "America", "../../etc/passwd", "/etc/localtime", "localtime"],
)
def test_anything_else_is_no_zone(name: str) -> None:
    """Files, folders and wrong spellings are refused by the name of the field."""
    with pytest.raises(BadInput) as caught:
        TzdataZones().zone(name)
    assert caught.value.details[0].loc == ("timezone",)
