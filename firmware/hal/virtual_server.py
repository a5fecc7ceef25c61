# The server of a virtual hour: a few rules that answer the pet's API, deterministic and small.
# It stands in for the wire's other end in tests of the firmware; it is not the product's server.

REMINDER_EVERY_MS = 600_000
PROMPTS_MS = (1_200_000, 2_400_000)
FOCUS_MS = 180_000
BREAK_MS = 60_000
CYCLE_MS = FOCUS_MS + BREAK_MS
CYCLES = 2
ANSWERS_LEN_MAX = 8


class VirtualServer:
    def __init__(self) -> None:
        self.reminded = 0
        self.acknowledged: list = []
        self.sessions: list = []  # (started_ms, stopped_ms or None)
        self.answers: list = []  # (key, the answer it was given), the latest few
        self.routes: dict = {
            "/api/water/poll": self.poll_water,
            "/api/water/ack": self.ack_water,
            "/api/breaks/prompt/poll": self.poll_prompt,
            "/api/breaks/prompt/ack": self.ack_prompt,
            "/api/breaks/pomodoro/active": self.active,
            "/api/breaks/pomodoro/status": self.status,
            "/api/breaks/pomodoro/start": self.start,
            "/api/breaks/pomodoro/stop": self.stop,
            "/api/encouragement/message": self.encourage,
        }

    # The same key gets the same answer, and what it asked for happens once.
    def answer(self, now_ms: int, _method: str, path: str, obj, headers) -> tuple:
        key = (headers or {}).get("Idempotency-Key")
        for known_key, given in self.answers:
            if key == known_key:
                return given
        path, _, query = path.partition("?")
        given = self.routes[path](now_ms, obj or query)
        if key:
            self.answers.append((key, given))
            del self.answers[:-ANSWERS_LEN_MAX]
        return given

    def poll_water(self, now_ms: int, _: str) -> tuple:
        due = now_ms // REMINDER_EVERY_MS
        remind_now = due > self.reminded
        self.reminded = due
        return 200, {
            "remind_now": remind_now,
            "reason": "due" if remind_now else "not_due",
            "payload": _payload("Drink water", f"Glass {due}") if remind_now else None,
            "next_poll_s": 30,
        }

    def ack_water(self, _now_ms: int, _: dict) -> tuple:
        return 200, {"ok": True}

    def poll_prompt(self, now_ms: int, _: str) -> tuple:
        for number, at_ms in enumerate(PROMPTS_MS):
            prompt_id = f"prompt-{number}"
            if at_ms <= now_ms and prompt_id not in self.acknowledged:
                payload = _payload("Break time", "Take a short break.")
                return 200, _prompt(prompt_id, payload)
        return 200, _prompt(None, None)

    def ack_prompt(self, _: int, obj: dict) -> tuple:
        self.acknowledged.append(obj["prompt_id"])
        return 200, {"ok": True}

    def active(self, now_ms: int, _: str) -> tuple:
        session = self._session(now_ms, len(self.sessions) - 1)
        if session is None or session["phase"] == "completed":
            return 200, {"active": False, "session_id": None, "phase": None, "next_poll_s": 10}
        session["active"] = True
        return 200, session

    def status(self, now_ms: int, query: str) -> tuple:
        session = self._session(now_ms, _number(query))
        return (404, {"error": "session_unknown"}) if session is None else (200, session)

    def start(self, now_ms: int, _: dict) -> tuple:
        self.sessions.append((now_ms, None))
        return 201, {"ok": True, "session": {"session_id": f"session-{len(self.sessions) - 1}"}}

    def stop(self, now_ms: int, obj: dict) -> tuple:
        number = _number(obj["session_id"])
        self.sessions[number] = (self.sessions[number][0], now_ms)
        return 200, {"ok": True}

    def encourage(self, _now_ms: int, _: dict) -> tuple:
        return 200, {"ok": True, "message": "Weiter so, du schaffst das! 加油 \U0001f331"}

    # A stopped session is unknown.
    def _session(self, now_ms: int, number: int) -> dict | None:
        if number < 0 or self.sessions[number][1] is not None:
            return None
        phase, left_ms = _phase(now_ms - self.sessions[number][0])
        return {
            "session_id": f"session-{number}",
            "phase": phase,
            "seconds_remaining": left_ms // 1000,
            "payload": _payload("Pomodoro", "Well done!" if phase == "completed" else "Go on."),
            "next_poll_s": 10,
        }


def _phase(passed_ms: int) -> tuple:
    if passed_ms >= CYCLES * CYCLE_MS:
        return "completed", 0
    within_ms = passed_ms % CYCLE_MS
    if within_ms < FOCUS_MS:
        return "focus", FOCUS_MS - within_ms
    return "break", CYCLE_MS - within_ms


def _number(session_id: str) -> int:
    return int(session_id[session_id.rfind("-") + 1 :])


def _payload(title: str, message: str) -> dict:
    return {"title": title, "message": message}


def _prompt(prompt_id: str | None, payload: dict | None) -> dict:
    show_prompt = prompt_id is not None
    return {
        "show_prompt": show_prompt,
        "prompt_id": prompt_id,
        "payload": payload,
        "next_poll_s": 20,
    }
