"""What a stranger is after: every operation that names a user, or what belongs to one.

Whether he asks with a token, and what must come of it, stands in ``attempts.py``.
"""

from collections.abc import Mapping

from simulator.people.loot import MALLORY, Ask, gets, naming_user, posts

_SCHEDULE = {
    "timezone": "UTC",
    "start_time": "00:00",
    "end_time": "23:59",
    "interval_min": 1,
    "enabled": True,
}
_SAMPLE = {"focus_score": 0.1, "stress_score": 0.9, "confidence": 1.0}
_METRICS = {"cardio": {"pulse_rate": {"value": 190.0, "stable": True, "timestamp": "1" * 16}}}
_WHAT_HE_SEES = {"source_type": "esp32", "esp32_stream_url": f"http://192.168.1.66/{MALLORY}"}
_BREAKS, _STRESS, WATER = "/api/breaks", "/api/stress", "/api/water"
VIDEO = "/api/video"

IN_FOREIGN_NAME: Mapping[str, Ask] = {
    "schedule": naming_user("POST", f"{WATER}/schedule", _SCHEDULE),
    "schedule_read": naming_user("GET", f"{WATER}/schedule", {}),
    "water_poll": naming_user("GET", f"{WATER}/poll", {}),
    "water_ack": naming_user("POST", f"{WATER}/ack", {}),
    "session_watch": naming_user("POST", f"{_STRESS}/session/start", {"watch": True}),
    "session_start": naming_user("POST", f"{_STRESS}/session/start", {"study_label": MALLORY}),
    "pomodoro_start": naming_user("POST", f"{_BREAKS}/pomodoro/start", {}),
    "pomodoro_active": naming_user("GET", f"{_BREAKS}/pomodoro/active", {}),
    "preference": naming_user("POST", f"{_BREAKS}/preferences/stress-prompts", {"enabled": False}),
    "prompt_poll": naming_user("GET", f"{_BREAKS}/prompt/poll", {}),
    "encouragement": naming_user("POST", "/api/encouragement/message", {}),
    "camera": naming_user("POST", f"{VIDEO}/source", _WHAT_HE_SEES),
    "camera_read": naming_user("GET", f"{VIDEO}/source", {}),
    "pictures": naming_user("GET", f"{VIDEO}/stream", {}),
    "picture": naming_user("GET", f"{VIDEO}/latest", {}),
    "picture_test": naming_user("POST", f"{VIDEO}/presage-test", {}),
}
"""Every operation that names a user."""

_CHAT = "/api/chat"
_WISH = {"transcript": "What did I tell you before?"}

IN_FOREIGN_NAME_OF_TALK: Mapping[str, Ask] = {
    "persona": naming_user("POST", f"{_CHAT}/persona", {"pet_name": MALLORY}),
    "persona_read": naming_user("GET", f"{_CHAT}/persona", {}),
    "message": naming_user("POST", f"{_CHAT}/message", _WISH),
    "stream": naming_user("POST", f"{_CHAT}/stream", _WISH),
    "memory_read": naming_user("GET", f"{_CHAT}/memory", {}),
    "memory_erase": naming_user("DELETE", f"{_CHAT}/memory", {}),
}
"""The same of those by which people talk to their pets."""

FOREIGN_CONVERSATIONS: Mapping[str, Ask] = {
    name: posts(
        f"{_CHAT}/{name}",
        lambda loot: {"user_id": MALLORY, "conversation_id": loot.conversation_id, **_WISH},
    )
    for name in ("message", "stream")
}
"""Every operation that names a conversation."""

FOREIGN_THINGS: Mapping[str, Ask] = {
    "sample": posts(f"{_STRESS}/sample", lambda loot: {"session_id": loot.session_id, **_SAMPLE}),
    "metrics": posts(
        f"{_STRESS}/metrics", lambda loot: {"session_id": loot.session_id, "metrics": _METRICS}
    ),
    "session_end": posts(f"{_STRESS}/session/end", lambda loot: {"session_id": loot.session_id}),
    "report": gets(lambda loot: f"{_STRESS}/report/{loot.session_id}"),
    "pomodoro_stop": posts(
        f"{_BREAKS}/pomodoro/stop", lambda loot: {"session_id": loot.pomodoro_id}
    ),
    "pomodoro_status": gets(
        lambda loot: f"{_BREAKS}/pomodoro/status?session_id={loot.pomodoro_id}"
    ),
    "prompt_ack": posts(
        f"{_BREAKS}/prompt/ack",
        lambda loot: {"prompt_id": loot.prompt_id, "acknowledged": False},
    ),
}
"""Every operation that names a session, a Pomodoro or a prompt."""


def _his_camera(url: str) -> Ask:
    wish = {"user_id": MALLORY, "source_type": "esp32", "esp32_stream_url": url}
    return posts(f"{VIDEO}/source", lambda _: wish)


INSIDE: Mapping[str, Ask] = {
    "is_the_server": _his_camera("http://127.0.0.1:8000/api/video/latest"),
    "is_metadata": _his_camera("http://169.254.169.254/latest/meta-data/"),
    "is_a_file": _his_camera("file:///etc/passwd"),
}
"""Cameras of his own by which the server would ask where only it can, and show him the answer."""
