"""The outbox: at least once, oldest first, one key for each message."""

from collections.abc import Callable

import pytest

from firmware.logic.outbox import LEN_MAX
from firmware.logic.parts import Parts
from firmware.logic.supervise import forever

CUT = OSError(111, "connection refused")

NO = {"ok": False, "error": "no"}


def run(parts: Parts, until_ms: int = 600_000) -> list[tuple[str, str]]:
    """Let the outbox work and give the (path, key) of every try."""
    hal = parts.hal
    hal.spawn("outbox", forever(hal, "outbox", parts.outbox.turn))
    hal.kernel.run(until_ms)
    return [(path, key) for _, path, _, key in hal.server.requests]


def test_messages_leave_oldest_first_with_a_key_each(parts_with: Callable[..., Parts]) -> None:
    """What was put first is delivered first, and no two messages share a key."""
    parts = parts_with((200, {"ok": True}))
    parts.outbox.put("/a", {"n": 1})
    parts.outbox.put("/b", {"n": 2})
    assert run(parts) == [("/a", "pet-1-3c885e88-1"), ("/b", "pet-1-3c885e88-2")]
    assert parts.hal.server.requests[0][:3] == ("POST", "/a", {"n": 1})


@pytest.mark.parametrize("failure", [CUT, (500, None), (503, {}), (408, None), (429, None)])
def test_a_failed_try_is_repeated_with_its_key(
    parts_with: Callable[..., Parts], failure: object
) -> None:
    """Neither a cut nor a busy server loses a message or lets a later one pass."""
    parts = parts_with(failure, failure, (200, {}))
    parts.outbox.put("/a", {})
    parts.outbox.put("/b", {})
    tries = run(parts)
    assert [path for path, _ in tries] == ["/a", "/a", "/a", "/b"]
    assert len({key for _, key in tries}) == 2


def test_a_delivery_ends_the_backing_off(parts_with: Callable[..., Parts]) -> None:
    """The next message's first failure waits as briefly as the first ever."""
    parts = parts_with(CUT, CUT, CUT, (200, {}), CUT, (200, {}))
    parts.outbox.put("/a", {})
    parts.outbox.put("/b", {})
    run(parts)
    moments = [int(line[:8]) for line in parts.hal.lines if " call POST /b" in line]
    assert 1_000 <= moments[1] - moments[0] <= 2_200


@pytest.mark.parametrize("status", [400, 404, 409, 410, 422])
def test_a_refused_message_is_dropped_and_logged(
    parts_with: Callable[..., Parts], status: int
) -> None:
    """A clear no is not asked again, and the log says what was lost."""
    parts = parts_with((status, NO), (200, {}))
    parts.outbox.put("/a", {})
    parts.outbox.put("/b", {})
    assert [path for path, _ in run(parts)] == ["/a", "/b"]
    drops = [line for line in parts.hal.lines if "dropped" in line]
    assert [drop[9:] for drop in drops] == [f"log dropped after {status}: /a pet-1-3c885e88-1"]


@pytest.mark.parametrize("answer", [None, {}, {"detail": "Not Found"}, []])
def test_who_is_not_the_server_drops_nothing(
    parts_with: Callable[..., Parts], answer: object
) -> None:
    """A proxy whose server is away says 404 of everything; the message arrives after it."""
    parts = parts_with((404, answer), (200, {}))
    parts.outbox.put("/a", {})
    assert [path for path, _ in run(parts)] == ["/a", "/a"]
    assert not [line for line in parts.hal.lines if "dropped" in line]


def test_a_message_put_later_wakes_the_outbox(parts_with: Callable[..., Parts]) -> None:
    """An outbox that sleeps because it is empty delivers at once."""
    parts = parts_with((200, {}))
    run(parts, 1_000)
    parts.outbox.put("/a", {})
    parts.hal.kernel.run(1_200)
    assert parts.hal.server.requests
    assert not parts.outbox.holds("/a")


def test_a_full_outbox_refuses_the_newest(parts_with: Callable[..., Parts]) -> None:
    """What was accepted is kept; the caller learns that there is no room."""
    parts = parts_with(CUT)
    accepted = [parts.outbox.put(f"/{number}", {}) for number in range(LEN_MAX + 1)]
    assert accepted == [True] * LEN_MAX + [False]
    assert parts.outbox.holds("/0")
    assert not parts.outbox.holds(f"/{LEN_MAX}")
    assert parts.hal.lines[-1] == f"00000000 log no room for /{LEN_MAX}"


@pytest.mark.parametrize("status", [200, 404])
def test_the_end_of_a_message_sets_its_event(parts_with: Callable[..., Parts], status: int) -> None:
    """Delivered or dropped, whoever waits for the end is woken."""
    parts = parts_with((status, NO))
    settled = parts.hal.event()
    parts.outbox.put("/a", {}, settled)
    assert not settled.is_set()
    run(parts)
    assert settled.is_set()
