"""A pet such as somebody writes who has read the API document and nothing else.

It knows neither keys nor ``next_poll_s`` nor pairing, keeps nothing in its flash, and does not
remind by itself. It polls at fixed periods, shows the most urgent of what it was told, and says
what was pressed up to three times. What the document allows to be lost may be lost here: a reminder
whose answer does not arrive is not told again, and a press may be heard of twice or never.
"""

from collections.abc import Callable, Mapping
from copy import copy
from typing import cast
from urllib.parse import quote

from firmware.logic.config import Config
from firmware.logic.scene import BREAK_PROMPT, IDLE, POMODORO_TIMER, WATER_DROP
from simulator.device.board import Scene, VirtualBoard
from simulator.device.running import Life
from simulator.kernel.trace import Json
from simulator.network.link import Network

BY_DOCUMENT = "by-document"
"""What such a pet calls its version."""

_GOOD = 2
_HUNDRED = 100
_GONE = (404, 410)
_TRIES, _PAUSE_MS = 3, 5_000
_MINUTE_MS = 60_000
_TONES = {WATER_DROP: (880, 200), BREAK_PROMPT: (660, 400), POMODORO_TIMER: (523, 300)}


class DocumentPet:
    """One life of it, on a board."""

    def __init__(self, board: VirtualBoard, config: Config) -> None:
        self._board, self._config = board, config
        self._user = quote(config.user_id, safe="")
        self._shown: tuple[str, str, str | int] | None = None
        self._reminder: tuple[str, str] | None = None
        self._prompt: tuple[str, str, str] | None = None
        self._timer: tuple[str, str, int, int] | None = None
        """Session, phase, milliseconds left, and when that was so."""
        self._over: set[str] = set()
        self._session_id: str | None = None

    async def run(self) -> None:
        """Never returns."""
        config = self._config
        self._show()
        self._board.spawn("prompt", self._for_ever(self._poll_prompt, config.prompt_poll_s))
        self._board.spawn("pomodoro", self._for_ever(self._poll_pomodoro, config.pomodoro_poll_s))
        self._board.spawn("button", self._press_by_press())
        await self._for_ever(self._poll_water, config.water_poll_s)

    async def _for_ever(self, poll: Callable[[], Life], period_s: int) -> None:
        while True:
            await poll()
            self._show()
            await self._board.sleep_ms(period_s * 1000)

    async def _poll_water(self) -> None:
        _, answer = await self._ask("GET", f"/api/water/poll?user_id={self._user}")
        if answer.get("remind_now") is True:
            self._reminder = _texts(answer)

    async def _poll_prompt(self) -> None:
        status, answer = await self._ask("GET", f"/api/breaks/prompt/poll?user_id={self._user}")
        if not _is_good(status):
            return
        prompt_id = str(answer.get("prompt_id"))
        is_open = answer.get("show_prompt") is True and prompt_id not in self._over
        self._prompt = (prompt_id, *_texts(answer)) if is_open else None

    async def _poll_pomodoro(self) -> None:
        session_id = self._session_id
        if session_id is None:
            return
        path = f"/api/breaks/pomodoro/status?session_id={quote(session_id, safe='')}"
        status, answer = await self._ask("GET", path)
        if session_id != self._session_id:
            return
        if status in _GONE or answer.get("phase") == "completed":
            self._session_id = self._timer = None
        elif _is_good(status):
            left_ms = int(str(answer["seconds_remaining"])) * 1000
            self._timer = (session_id, str(answer["phase"]), left_ms, self._board.ticks_ms())

    async def _press_by_press(self) -> None:
        while True:
            kind = await self._board.button()
            screen = self._scene()[0]
            if screen == BREAK_PROMPT:
                self._answer_prompt(accepts=kind == "short")
            elif kind == "short" and screen == WATER_DROP:
                self._reminder = None
                self._say("/api/water/ack", {"user_id": self._config.user_id})
            elif kind == "short" and screen == POMODORO_TIMER:
                self._stop()
            elif kind == "short" and self._session_id is None:
                self._board.spawn("start", self._start())
            self._show()

    def _answer_prompt(self, *, accepts: bool) -> None:
        prompt_id = self._prompt[0] if self._prompt is not None else ""
        self._over.add(prompt_id)
        self._prompt = None
        self._say("/api/breaks/prompt/ack", {"prompt_id": prompt_id, "acknowledged": accepts})

    def _stop(self) -> None:
        session_id, self._session_id, self._timer = self._session_id, None, None
        self._say("/api/breaks/pomodoro/stop", {"session_id": session_id})

    async def _start(self) -> None:
        answer = await self._insist("/api/breaks/pomodoro/start", {"user_id": self._config.user_id})
        session = answer.get("session")
        if isinstance(session, dict) and self._session_id is None:
            self._session_id = str(session["session_id"])
            await self._poll_pomodoro()
            self._show()

    def _say(self, path: str, body: dict[str, object]) -> None:
        self._board.spawn("say", self._deliver(path, body))

    async def _deliver(self, path: str, body: dict[str, object]) -> None:
        await self._insist(path, body)

    async def _insist(self, path: str, body: dict[str, object]) -> Json:
        """The answer, or nothing after some tries in vain."""
        for _ in range(_TRIES):
            status, answer = await self._ask("POST", path, body)
            if status // _HUNDRED in (_GOOD, _GOOD + 2):
                return answer
            await self._board.sleep_ms(_PAUSE_MS)
        self._board.log(f"gave up {path}")
        return {}

    async def _ask(
        self, method: str, path: str, body: dict[str, object] | None = None
    ) -> tuple[int, Json]:
        """Status and answer; 0 and nothing if there was none."""
        try:
            status, answer = await self._board.http(
                method, path, body, None, self._config.http_timeout_ms
            )
        except OSError:
            return 0, {}
        return status, answer if isinstance(answer, dict) else {}

    def _scene(self) -> tuple[str, str, str | int]:
        if self._prompt is not None:
            return (BREAK_PROMPT, *self._prompt[1:])
        if self._reminder is not None:
            return (WATER_DROP, *self._reminder)
        if self._timer is not None:
            _, phase, left_ms, at = self._timer
            passed_ms = self._board.ticks_diff(self._board.ticks_ms(), at)
            return POMODORO_TIMER, phase, -(-max(0, left_ms - passed_ms) // _MINUTE_MS)
        return IDLE, "", ""

    def _show(self) -> None:
        scene = self._scene()
        if scene == self._shown:
            return
        is_new = self._shown is None or scene[:2] != self._shown[:2]
        self._shown = scene
        self._board.show((*scene, False), None)
        if is_new and scene[0] in _TONES:
            self._board.tone(*_TONES[scene[0]])


class DocumentBoard(VirtualBoard):
    """A board with such a pet on it."""

    def __init__(
        self, network: Network, who: str, config: Config, seen: Callable[[Scene], None]
    ) -> None:
        config = copy(config)
        config.firmware_version = BY_DOCUMENT
        super().__init__(network, who, config, seen)

    def _firmware(self) -> Life:
        return DocumentPet(self, self.config).run()


def _is_good(status: int) -> bool:
    return status // _HUNDRED == _GOOD


def _texts(answer: Json) -> tuple[str, str]:
    """Title and message of what an answer wants shown."""
    payload = cast("Mapping[str, str]", answer["payload"])
    return payload["title"], payload["message"]
