"""The pet's API, as small as it can be, for servers that have other things to show."""

import json
from collections import Counter

Json = dict[str, object]
DONE: Json = {"ok": True}


class PetApi:
    """Everything is due again and again; without a ``title`` nothing is."""

    def __init__(self) -> None:
        self.answers: dict[str, Json] = {}
        self.bodies: dict[str, set[str]] = {}
        self.paths: Counter[str] = Counter()
        self.done: Counter[tuple[str, str]] = Counter()
        self.reminders = 0
        self.session: str | None = None
        self.title: str | None = "Drink water"

    def answer(self, path: str, body: Json, key: str | None) -> Json:
        """What a request is answered, done once for each key."""
        name = path.partition("?")[0]
        self.paths[name] += 1
        if key is None:
            return self._act(name, body)
        self.bodies.setdefault(key, set()).add(json.dumps(body, sort_keys=True))
        if key not in self.answers:
            self.answers[key] = self._act(name, body)
            self.done[name, key] += 1
        return self.answers[key]

    def keys(self, path: str) -> set[str]:
        """The keys under which this was done."""
        return {key for name, key in self.done if name == path}

    def _act(self, name: str, body: Json) -> Json:
        deed = getattr(self, "_" + name.removeprefix("/api/").replace("/", "_"), None)
        answer: Json = deed(body) if deed else {"ok": False, "error": "unknown"}
        return answer

    def _water_poll(self, _: Json) -> Json:
        self.reminders += 1
        return {
            "remind_now": self.title is not None,
            "reason": "due",
            "payload": {"title": self.title, "message": f"Glass {self.reminders}"},
            "next_poll_s": 5,
            "server_time_utc": "2026-03-02T09:00:00Z",
            "utc_offset_min": 60,
        }

    def _water_ack(self, _: Json) -> Json:
        return DONE

    def _water_schedule(self, _: Json) -> Json:
        return {
            "user_id": "audrey",
            "timezone": "America/Vancouver",
            "start_time": "00:00",
            "end_time": "00:00",
            "interval_min": 60,
            "enabled": True,
        }

    def _breaks_prompt_poll(self, _: Json) -> Json:
        return {"show_prompt": False, "prompt_id": None, "payload": None, "next_poll_s": 5}

    def _breaks_pomodoro_active(self, _: Json) -> Json:
        if self.session is None:
            return {"active": False, "session_id": None, "phase": None, "next_poll_s": 5}
        return {"active": True, **self._breaks_pomodoro_status({})}

    def _breaks_pomodoro_status(self, _: Json) -> Json:
        return {
            "session_id": self.session or "session-0",
            "phase": "focus" if self.session else "stopped",
            "seconds_remaining": 600,
            "payload": {"title": "Pomodoro", "message": "Go on."},
            "next_poll_s": 5,
        }

    def _breaks_pomodoro_start(self, _: Json) -> Json:
        self.session = "session-1"
        return {"ok": True, "session": {"session_id": self.session}}

    def _breaks_pomodoro_stop(self, _: Json) -> Json:
        self.session = None
        return DONE

    def _encouragement_message(self, _: Json) -> Json:
        return {"ok": True, "message": "Weiter so! 加油 🌱"}
