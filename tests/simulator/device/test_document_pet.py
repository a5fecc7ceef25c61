"""A pet that knows the API document alone lives by what stands there."""

from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from firmware.logic.config import Config
from simulator.device.board import Scene, VirtualBoard
from simulator.device.document_pet import BY_DOCUMENT, DocumentBoard
from simulator.kernel.trace import Event
from simulator.network.link import Network
from simulator.network.weather import FAIR
from tests.simulator.stages import scene

PAYLOAD = {"title": "Drink", "message": "Now"}
REST = {"title": "Rest", "message": "A while"}
DROP: Scene = ("WATER_DROP", "Drink", "Now", False)
BREAK: Scene = ("BREAK_PROMPT", "Rest", "A while", False)
IDLE: Scene = ("IDLE", "", "", False)


class Server:
    """Answers as the document says; ``reminds``, ``prompt_id`` and ``phase`` are what it has to
    say, ``status`` is what it says of what was pressed.
    """

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.headers: set[bytes] = set()
        self.reminds = False
        self.prompt_id: str | None = None
        self.phase = "focus"
        self.status = 200

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        assert scope["type"] == "http"
        event = await receive()
        assert event["type"] == "http.request"
        self.headers.update(name for name, _ in scope["headers"])
        status, answer = self._answer(scope["method"], scope["path"], event["body"].decode())
        await send({"type": "http.response.start", "status": status, "headers": []})
        body = orjson.dumps(answer)
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _answer(self, method: str, path: str, body: str) -> tuple[int, object]:
        if method == "POST":
            self.heard.append(f"{path} {body}")
            return self.status, {"ok": True, "session": {"session_id": "s1"}}
        if path == "/api/water/poll":
            reminds, self.reminds = self.reminds, False
            return 200, {"remind_now": reminds, "payload": PAYLOAD if reminds else None}
        if path == "/api/breaks/prompt/poll":
            is_open = self.prompt_id is not None
            told = {"show_prompt": is_open, "prompt_id": self.prompt_id}
            return 200, {**told, "payload": REST if is_open else None}
        if self.phase == "gone":
            return 404, {"error": "no such session"}
        return 200, {"session_id": "s1", "phase": self.phase, "seconds_remaining": 1_450}


class Desk:
    """Such a pet, and who looks at it."""

    def __init__(self, server: Server, board: VirtualBoard, shown: list[Scene]) -> None:
        self.server, self.board, self.shown = server, board, shown

    def run(self, seconds: int) -> Scene:
        """Let time pass; what is shown then."""
        self.board.stage.loop.run_for(seconds * 1000)
        return self.shown[-1]

    def press(self, kind: str = "short") -> Scene:
        """Press a button; what is shown a second later."""
        self.board.press(kind)
        return self.run(1)


@contextmanager
def desk() -> Iterator[Desk]:
    """One with power."""
    with scene() as empty:
        server, shown = Server(), list[Scene]()
        config = Config("au drey", "pet-audrey", use_next_poll=True, pairs=True)
        board = DocumentBoard(Network(server, empty.stage, FAIR), "pet", config, shown.append)
        board.plug_in()
        yield Desk(server, board, shown)
        board.close()
        boots: list[Event] = empty.events("boot")
        assert {event["version"] for event in boots} == {BY_DOCUMENT}
        assert not server.headers & {b"idempotency-key", b"authorization", b"firmware-version"}


def test_it_shows_a_reminder_until_somebody_has_drunk() -> None:
    """And says so once."""
    with desk() as it:
        assert it.run(1) == IDLE
        it.server.reminds = True
        assert it.run(31) == DROP
        assert it.press("long") == DROP
        assert it.press() == IDLE
        assert it.run(600) == IDLE
        assert it.server.heard == ['/api/water/ack {"user_id":"au drey"}']


def test_a_prompt_is_more_urgent_and_does_not_come_back() -> None:
    """Though the server still tells of it."""
    with desk() as it:
        it.server.reminds, it.server.prompt_id = True, "p1"
        assert it.run(31) == BREAK
        assert it.press("second") == DROP
        assert it.run(60) == DROP
        it.server.prompt_id = "p2"
        assert it.run(21) == BREAK
        assert it.press() == DROP
        assert it.server.heard == [
            '/api/breaks/prompt/ack {"prompt_id":"p1","acknowledged":false}',
            '/api/breaks/prompt/ack {"prompt_id":"p2","acknowledged":true}',
        ]


def test_it_starts_a_pomodoro_follows_it_and_stops_it() -> None:
    """By the session that the answer names."""
    with desk() as it:
        it.run(1)
        assert it.press() == ("POMODORO_TIMER", "focus", 25, False)
        it.server.phase = "break"
        assert it.run(11)[:2] == ("POMODORO_TIMER", "break")
        assert it.press() == IDLE
        assert it.run(60) == IDLE
        assert it.server.heard == [
            '/api/breaks/pomodoro/start {"user_id":"au drey"}',
            '/api/breaks/pomodoro/stop {"session_id":"s1"}',
        ]


def test_a_pomodoro_that_is_over_is_gone() -> None:
    """Whether it ran out or nobody knows it."""
    for phase in ("completed", "gone"):
        with desk() as it:
            it.run(1)
            assert it.press()[0] == "POMODORO_TIMER"
            it.server.phase = phase
            assert it.run(11) == IDLE


def test_what_fails_is_said_three_times() -> None:
    """Each time the same, and then no more."""
    with desk() as it:
        it.server.status, it.server.reminds = 503, True
        it.run(1)
        assert it.press() == IDLE
        it.run(600)
        assert it.server.heard == ['/api/water/ack {"user_id":"au drey"}'] * 3


def test_it_forgets_all_with_its_power() -> None:
    """A prompt that was answered in vain is open again."""
    with desk() as it:
        it.server.prompt_id = "p1"
        it.run(1)
        assert it.press() == IDLE
        it.board.fail_power(1_000)
        assert it.run(2) == BREAK


def test_what_is_shown_counts_down_without_the_server() -> None:
    """Minutes go on when no answer comes."""
    with desk() as it:
        it.run(1)
        it.press()
        it.board.network.cut(20)
        assert it.run(600) == ("POMODORO_TIMER", "focus", 15, False)
