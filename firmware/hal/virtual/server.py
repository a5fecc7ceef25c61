# The server of virtual lives: a few rules that answer the pet's API, deterministic and small. It
# stands in for the wire's other end in tests of the firmware; it is not the product's server.
# However long it lives, it remembers only so much.

from firmware.hal.virtual.plan import DAY_MS, HOUR, stamp

NEXT_POLL_S_MAX = 300
# Of answers that may be asked for again, and of what happened on a day.
ANSWERS_LEN_MAX = 8
LEN_MAX = 3


class VirtualServer:
    def __init__(self, plan=HOUR) -> None:
        self.plan = plan
        self.reminded = 0  # the minute that the latest reminder was due
        self.glasses = 0
        self.acknowledged: list = []  # ids of prompts, the latest few
        self.sessions: list = []  # (started_ms, stopped_ms or None), the latest few
        self.forgotten = 0  # how many sessions there were before them
        self.answers: list = []  # (key, the answer it was given), the latest few
        self.routes: dict = {
            "/api/water/schedule": self.give_schedule,
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

    def give_schedule(self, _now_ms: int, _: str) -> tuple:
        return 200, self.plan.schedule()

    # Due at every interval since the window opened, for whoever asks then or later.
    def poll_water(self, now_ms: int, _: str) -> tuple:
        due = self.plan.due_min(now_ms)
        remind_now = due is not None and due > self.reminded and not self.plan.is_skipped(due)
        if remind_now:
            self.reminded = due
            self.glasses += 1
        return 200, {
            "remind_now": remind_now,
            "reason": "due" if remind_now else "not_due" if due is not None else "outside_window",
            "server_time_utc": stamp(self.plan.utc_ms(now_ms)),
            "utc_offset_min": self.plan.utc_offset_min,
            "payload": _payload("Drink water", f"Glass {self.glasses}") if remind_now else None,
            "next_poll_s": _seconds_within(self.plan.next_due_ms(now_ms) - now_ms),
        }

    def ack_water(self, _now_ms: int, _: dict) -> tuple:
        return 200, {"ok": True}

    def poll_prompt(self, now_ms: int, _: str) -> tuple:
        day, within_ms = divmod(now_ms, DAY_MS)
        for number, (from_ms, until_ms) in enumerate(self.plan.prompts):
            prompt_id = f"prompt-{day}-{number}"
            if from_ms <= within_ms < until_ms and prompt_id not in self.acknowledged:
                payload = _payload("Break time", "Take a short break.")
                return 200, _prompt(prompt_id, payload)
        return 200, _prompt(None, None)

    def ack_prompt(self, _: int, obj: dict) -> tuple:
        self.acknowledged.append(obj["prompt_id"])
        del self.acknowledged[:-LEN_MAX]
        return 200, {"ok": True}

    def active(self, now_ms: int, _: str) -> tuple:
        session = self._session(now_ms, self.forgotten + len(self.sessions) - 1)
        if session is None or session["phase"] == "completed":
            return 200, _idle()
        session["active"] = True
        return 200, session

    def status(self, now_ms: int, query: str) -> tuple:
        session = self._session(now_ms, _number(query))
        return (404, {"error": "session_unknown"}) if session is None else (200, session)

    def start(self, now_ms: int, _: dict) -> tuple:
        self.sessions.append((now_ms, None))
        if len(self.sessions) > LEN_MAX:
            self.sessions.pop(0)
            self.forgotten += 1
        number = self.forgotten + len(self.sessions) - 1
        return 201, {"ok": True, "session": {"session_id": f"session-{number}"}}

    def stop(self, now_ms: int, obj: dict) -> tuple:
        place = _number(obj["session_id"]) - self.forgotten
        self.sessions[place] = (self.sessions[place][0], now_ms)
        return 200, {"ok": True}

    def encourage(self, _now_ms: int, _: dict) -> tuple:
        return 200, {"ok": True, "message": "Weiter so, du schaffst das! 加油 \U0001f331"}

    # A stopped session is unknown, and so is one of long ago.
    def _session(self, now_ms: int, number: int) -> dict | None:
        place = number - self.forgotten
        if place < 0 or self.sessions[place][1] is not None:
            return None
        phase, left_ms = self.plan.phase(now_ms - self.sessions[place][0])
        return {
            "session_id": f"session-{number}",
            "phase": phase,
            "seconds_remaining": left_ms // 1000,
            "payload": _payload("Pomodoro", "Well done!" if phase == "completed" else "Go on."),
            "next_poll_s": _seconds_within(left_ms),
        }


def _seconds_within(ms: int) -> int:
    return min(max(ms // 1000, 1), NEXT_POLL_S_MAX)


def _number(session_id: str) -> int:
    return int(session_id[session_id.rfind("-") + 1 :])


def _payload(title: str, message: str) -> dict:
    return {"title": title, "message": message}


def _idle() -> dict:
    return {
        "active": False,
        "session_id": None,
        "phase": None,
        "next_poll_s": NEXT_POLL_S_MAX,
    }


def _prompt(prompt_id: str | None, payload: dict | None) -> dict:
    return {
        "show_prompt": prompt_id is not None,
        "prompt_id": prompt_id,
        "payload": payload,
        "next_poll_s": 60,
    }
