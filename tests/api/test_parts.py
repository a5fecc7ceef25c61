"""Answers without an end: what a viewer sees, when a picture is asked for, and how it ends."""

import asyncio
import json
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

import pytest
from hypercorn.typing import ASGIFramework

from petcore.api.connection import QUIET
from petcore.api.document import Document
from petcore.errors import CameraFailed, SightAbsent, StoreUnavailable
from petcore.services.believed import BELIEVED
from petcore.settings import default_settings
from petcore.wiring import wire
from tests.api.teller import SHOW, Listener, Teller, document
from tests.contracts.lost import LostStore
from tests.contracts.parts import SHOWN_AS, begun_parts, read_parts
from tests.contracts.served import HandClock, ask

PICTURES = (b"\xff\xd8one\xff\xd9", b"\xff\xd8--frame\r\n\xff\xd9", b"\xff\xd8three\xff\xd9")
HEAD = {b"content-type": SHOWN_AS.encode(), **dict(QUIET)}
AWAY = CameraFailed("the stream: refused")


def _app(teller: Teller, deadline_s: float | None = None, door: str = "open") -> ASGIFramework:
    settings = default_settings(store="memory:", door=door, requests_per_min=0)
    return document(teller, wire(settings, clock=HandClock()).door, deadline_s=deadline_s)


async def _shown(*steps: object) -> Listener:
    """A client who has seen it all."""
    teller = Teller(*steps)
    async with Listener(_app(teller), shows=True) as client:
        await client.all()
    assert teller.closed == 1
    return client


async def _some_turns() -> None:
    """Whatever could happen by now has happened."""
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_pictures_are_shown_in_order() -> None:
    """Each with its kind and its length, whatever is in it, in an answer without a length."""
    client = await _shown(*PICTURES)
    assert (client.status, dict(client.headers)) == (200, HEAD)
    assert len(client.headers) == len(HEAD)
    assert tuple(read_parts(client.body)) == PICTURES


@pytest.mark.asyncio
async def test_each_picture_can_be_shown_at_once() -> None:
    """It comes with the boundary that ends it, before there is another."""
    wait = asyncio.Event()
    teller = Teller(PICTURES[0], wait, PICTURES[1], asyncio.Event())
    async with Listener(_app(teller), shows=True) as client:
        assert begun_parts(await client.next()) == ([PICTURES[0]], b"")
        wait.set()
        await client.next()
        assert begun_parts(client.body) == (list(PICTURES[:2]), b"")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (AWAY, 503, "camera_unavailable"),
        (SightAbsent("no cv2"), 503, "sight_absent"),
        (StoreUnavailable("locked"), 503, "store_unavailable"),
        (ZeroDivisionError(), 500, "internal_error"),
        (asyncio.CancelledError(), 500, "internal_error"),
        (TimeoutError(), 500, "internal_error"),
    ],
)
async def test_what_fails_before_the_first_picture_is_an_error(
    error: BaseException, status: int, code: str
) -> None:
    """It is answered as everywhere, with its status and in the shape of the document."""
    client = await _shown(error)
    headers = dict(client.headers)
    assert (client.status, json.loads(client.body)["code"]) == (status, code)
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == b"%d" % len(client.body)
    assert dict(QUIET).items() <= headers.items()


@pytest.mark.asyncio
async def test_no_picture_at_all_is_our_fault() -> None:
    """Nobody is shown that there is nothing."""
    client = await _shown()
    assert (client.status, json.loads(client.body)["code"]) == (500, "internal_error")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("step", "told"),
    [
        (AWAY, "camera_unavailable"),
        (StoreUnavailable("locked"), "store_unavailable: locked"),
        (ZeroDivisionError(), "ZeroDivisionError"),
        (asyncio.CancelledError(), "it was broken off"),
        (None, ""),
    ],
)
async def test_what_fails_later_is_the_end(
    step: object, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer ends as if there were no more pictures, since a viewer could not read an error;
    the log says what it was.
    """
    caplog.set_level("INFO")
    client = await _shown(PICTURES[0], *([step] if step else []))
    assert (client.status, read_parts(client.body)) == (200, [PICTURES[0]])
    assert told in caplog.text
    assert bool(caplog.records) == bool(told)


@pytest.mark.asyncio
@pytest.mark.parametrize("shown", [0, 1, 2, 3])
@pytest.mark.parametrize("hears", [True, False])
async def test_a_viewer_who_leaves_ends_it(shown: int, *, hears: bool) -> None:
    """Before the first picture as well as later, whether or not he has looked: the camera is let go
    of, and nothing is left.
    """
    if shown > 1 and not hears:
        shown = 1  # for who does not look, no second one is asked for
    teller = Teller(*PICTURES[:shown], asyncio.Event(), PICTURES[0])
    before = asyncio.all_tasks()
    async with Listener(_app(teller), shows=True) as client:
        if not hears:
            client.hears.clear()
        await _some_turns()
        assert teller.waits.is_set() == (hears or not shown)
    assert (teller.told, teller.closed) == (shown, 1)
    assert asyncio.all_tasks() == before


@pytest.mark.asyncio
async def test_a_slow_viewer_is_asked_nothing_for() -> None:
    """While a picture waits to be sent, no other is made for him; then the next one comes."""
    teller = Teller(*PICTURES, asyncio.Event())
    async with Listener(_app(teller), shows=True) as client:
        await client.next()
        client.hears.clear()
        await _some_turns()
        assert teller.told == 2
        client.hears.set()
        await client.next()
        await client.next()
    assert begun_parts(client.body) == (list(PICTURES), b"")


@pytest.mark.asyncio
async def test_only_the_first_picture_has_its_time(caplog: pytest.LogCaptureFixture) -> None:
    """Who waits too long for it hears so. After that a camera may take its time."""
    late = Teller(asyncio.Event())
    async with Listener(_app(late, deadline_s=0.01), shows=True) as client:
        await client.all()
    assert (client.status, json.loads(client.body)["code"]) == (503, "store_unavailable")
    assert late.closed == 1
    assert "showIt was not done within 0.01 s" in caplog.text
    wait = asyncio.Event()
    teller = Teller(PICTURES[0], wait, PICTURES[1])
    async with Listener(_app(teller, deadline_s=0.01), shows=True) as client:
        await client.next()
        await asyncio.sleep(0.05)
        wait.set()
        await client.all()
    assert read_parts(client.body) == list(PICTURES[:2])


@pytest.mark.asyncio
async def test_a_head_opens_nothing() -> None:
    """It says what would come, and what is wrong with the request."""
    teller = Teller(*PICTURES)
    app = _app(teller)
    reply = await ask(app, "HEAD", f"{SHOW}?user_id=audrey")
    said = {name.decode(): value.decode() for name, value in HEAD.items()}
    assert (reply.status, reply.headers, reply.body) == (200, said, b"")
    assert (await ask(app, "HEAD", SHOW)).status == 400
    assert teller.calls == []


@pytest.mark.asyncio
async def test_it_is_quarts_to_answer() -> None:
    """Who answers at once never hears that a client has gone."""
    app = _app(Teller())
    assert isinstance(app, Document)
    assert not [key for key in app.at_once if key[1] == SHOW]


@pytest.mark.asyncio
async def test_the_door_comes_first() -> None:
    """Nobody sees what is another's, or anything without a token."""
    services = wire(default_settings(store="memory:", door="locked"), clock=HandClock())
    issued = await services.platform.devices.add("pet", "audrey")
    bearer = ("authorization", f"Bearer {issued.token}")
    teller = Teller(*PICTURES)
    app = document(teller, services.door)
    for user, head, status in (
        ("audrey", (), 401),
        ("mallory", (bearer,), 403),
        ("audrey", (bearer,), 200),
    ):
        for method in ("GET", "HEAD"):
            reply = await ask(app, method, f"{SHOW}?user_id={user}", headers=head)
            assert reply.status == status
    assert [call.user_id for call in teller.calls] == ["audrey"]


@dataclass
class Watched:
    """A stream that audrey watches by a token, a picture each time that the test asks for one."""

    door: str = "locked"
    requests_per_min: int = 0
    store: LostStore = field(default_factory=LostStore)
    clock: HandClock = field(default_factory=HandClock)
    steps: tuple[asyncio.Event, ...] = field(default_factory=lambda: (*map(_event, range(20)),))

    def __post_init__(self) -> None:
        named = {"door": self.door, "requests_per_min": self.requests_per_min}
        self._services = wire(default_settings(**named), clock=self.clock, store=self.store)
        self.devices = self._services.platform.devices
        self.teller = Teller(*(part for step in self.steps for part in (step, PICTURES[0])))
        self.app = document(self.teller, self._services.door)
        self._coming = iter(self.steps)

    async def client(self) -> Listener:
        """Somebody with her token, who has not seen anything yet."""
        issued = await self.devices.add("pet", "audrey")
        return Listener(self.app, shows=True, token=issued.token)

    def show(self, seconds: float = 0) -> None:
        """Have the next picture come, after that time."""
        self.clock.move(timedelta(seconds=seconds))
        next(self._coming).set()


def _event(_: int) -> asyncio.Event:
    return asyncio.Event()


@pytest.mark.asyncio
@pytest.mark.parametrize("door", ["locked", "open", "by_address"])
@pytest.mark.parametrize("does_rotate", [True, False])
async def test_who_watches_sees_no_more_when_his_token_ends(
    door: str, *, does_rotate: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """It is believed for as long as anywhere else, and then the answer ends. That is no news."""
    caplog.set_level("INFO")
    watched = Watched(door)
    async with await watched.client() as client:
        watched.show()
        await client.next()
        await (watched.devices.rotate("pet") if does_rotate else watched.devices.revoke("pet"))
        watched.show(seconds=4.999)
        await client.next()
        watched.show(seconds=0.001)
        await client.all()
    assert read_parts(client.body) == [PICTURES[0]] * 2
    assert watched.teller.closed == 1
    assert not caplog.records


@pytest.mark.asyncio
async def test_a_token_that_ends_before_the_first_picture_shows_none() -> None:
    """However long that took to come; the answer is as if he came only now."""
    watched = Watched()
    async with await watched.client() as client:
        await watched.teller.waits.wait()
        await watched.devices.revoke("pet")
        watched.show(seconds=5)
        await client.all()
    assert (client.status, json.loads(client.body)["code"]) == (401, "unauthorized")
    assert watched.teller.closed == 1


@pytest.mark.asyncio
async def test_to_go_on_watching_costs_nothing() -> None:
    """Neither of what the device may ask, nor a look into the store for each picture."""
    watched = Watched(requests_per_min=1)
    async with await watched.client() as client:
        await watched.teller.waits.wait()
        before = watched.store.asked
        for _ in watched.steps:
            watched.show(seconds=1)
            await client.next()
        await client.all()
    assert read_parts(client.body) == [PICTURES[0]] * len(watched.steps)
    assert watched.store.asked - before == len(watched.steps) // BELIEVED.seconds


@pytest.mark.asyncio
async def test_who_watches_stays_while_the_store_is_away() -> None:
    """It is asked as seldom as otherwise, and he goes when it is back and knows him no more."""
    watched = Watched()
    async with await watched.client() as client:
        watched.show()
        await client.next()
        await watched.devices.revoke("pet")
        watched.store.error, before = StoreUnavailable("locked"), watched.store.asked
        for _ in range(15):
            watched.show(seconds=1)
            await client.next()
        assert watched.store.asked - before == 3
        watched.store.error = None
        watched.show(seconds=5)
        await client.all()
    assert read_parts(client.body) == [PICTURES[0]] * 16


class Stopping(asyncio.Future[None]):
    """What tells that the server stops, and how many wait to hear it."""

    asked = waiting = 0

    def add_done_callback(
        self, fn: Callable[[Self], object], *, context: Context | None = None
    ) -> None:
        """One more."""
        self.asked += 1
        self.waiting += 1
        super().add_done_callback(fn, context=context)

    def remove_done_callback(self, fn: Callable[[Self], object], /) -> int:
        """One less."""
        self.waiting -= 1
        return super().remove_done_callback(fn)


@pytest.mark.asyncio
async def test_it_ends_when_the_server_stops() -> None:
    """A viewer who waits for the next picture sees the end of the answer, not that of the line."""
    stopping = Stopping()
    teller = Teller(PICTURES[0], asyncio.Event())
    async with Listener(_app(teller), shows=True, stopping=stopping) as client:
        await client.next()
        await teller.waits.wait()
        stopping.set_result(None)
        await client.all()
    assert read_parts(client.body) == [PICTURES[0]]
    assert teller.closed == 1


@pytest.mark.asyncio
async def test_what_is_being_sent_when_the_server_stops_is_the_last() -> None:
    """Also for who is slow, and however many there would have been."""
    stopping = Stopping()
    teller = Teller(*PICTURES)
    async with Listener(_app(teller), shows=True, stopping=stopping) as client:
        client.hears.clear()
        await _some_turns()
        stopping.set_result(None)
        await _some_turns()
        client.hears.set()
        await client.all()
    assert read_parts(client.body) == [PICTURES[0]]


@pytest.mark.asyncio
@pytest.mark.parametrize("is_late", [True, False])
async def test_nothing_begins_when_the_server_stops(*, is_late: bool) -> None:
    """Who waits for the first picture, or asks only then, hears that there will be none."""
    stopping = Stopping()
    teller = Teller(asyncio.Event(), PICTURES[0])
    if is_late:
        stopping.set_result(None)
    async with Listener(_app(teller), shows=True, stopping=stopping) as client:
        await _some_turns()
        if not is_late:
            stopping.set_result(None)
        await client.all()
    assert (client.status, json.loads(client.body)["code"]) == (503, "camera_unavailable")
    # What was not begun needs no end.
    assert (teller.told, teller.closed) == (0, not is_late)


@pytest.mark.asyncio
async def test_who_has_left_is_not_told_that_the_server_stops() -> None:
    """However many have been there, nothing of them is kept until then."""
    stopping = Stopping()
    for asked, steps in enumerate((PICTURES, (AWAY,), (asyncio.Event(),)), 1):
        async with Listener(_app(Teller(*steps)), shows=True, stopping=stopping):
            await _some_turns()
        assert (stopping.asked, stopping.waiting) == (asked, 0)
