"""What a student's programs ask for now and then: every operation, each by its weight.

Here stands what is asked, with sense and without; when, and by whom, stands in ``programs.py``.
A row that would make pictures or samples which the judges cannot tell from others names the worlds
in which nobody asks for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote

from simulator.kernel.streams import Chance
from simulator.kernel.trace import Json
from simulator.people.notebook import Notebook

_WATER, _STRESS, _BREAKS = "/api/water", "/api/stress", "/api/breaks"
_CHAT, _VIDEO, _PAIRING = "/api/chat", "/api/video", "/api/devices/pairing"
_LONG = "a" * 300
_SLOWEST_BPM, _UNSURE_BPM = 35, 40
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_AGO_MIN = (0, 0, 0, 3, 6, 11, 13)
"""More and less than what parts two samples, and than what stress must last to be told of."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One request: a method, a path with its query, and a body if it has one. Without a ``key`` it
    gets one of its own.
    """

    method: str
    target: str
    body: Json | None = None
    key: str | None = None


Make = Callable[[Notebook, Chance], Wish]
World = Literal["measured", "watched", "locked"]


@dataclass(frozen=True, slots=True)
class Errand:
    """``weight`` times as frequent as a row of weight 1. Nobody runs it in a world that is one of
    ``not_where``.
    """

    name: str
    weight: int
    make: Make
    not_where: frozenset[World] = frozenset()


def _whose(notebook: Notebook) -> str:
    return f"user_id={quote(notebook.user_id, safe='')}"


def _reads(path: str) -> Make:
    return lambda notebook, _: Wish("GET", f"{path}?{_whose(notebook)}")


def _gets(path: str) -> Make:
    return lambda _, __: Wish("GET", path)


def _sends(path: str, **facts: object) -> Make:
    return lambda notebook, _: Wish("POST", path, {"user_id": notebook.user_id, **facts})


def _points_at(path: str, kind: str, name: str, **facts: object) -> Make:
    """POST about something of this kind whose id is the body's ``name``."""
    return lambda notebook, chance: Wish(
        "POST", path, {name: notebook.known(kind, chance), **facts}
    )


def _schedule_of_then(notebook: Notebook, _: Chance) -> Wish:
    """A program that has been open for long saves what it read then."""
    names = ("timezone", "start_time", "end_time", "interval_min", "enabled")
    read = notebook.schedule
    if read is None:
        return Wish("GET", f"{_WATER}/schedule?{_whose(notebook)}")
    facts = {name: read[name] for name in names}
    return Wish("POST", f"{_WATER}/schedule", {"user_id": notebook.user_id, **facts})


def _report(notebook: Notebook, chance: Chance) -> Wish:
    """Of a session that runs, or of one that is long over."""
    return Wish("GET", f"{_STRESS}/report/{notebook.known('session', chance)}")


def _status(notebook: Notebook, chance: Chance) -> Wish:
    pomodoro_id = notebook.known("pomodoro", chance)
    return Wish("GET", f"{_BREAKS}/pomodoro/status?session_id={pomodoro_id}")


def _pomodoro(notebook: Notebook, chance: Chance) -> Wish:
    minutes = {"focus_minutes": chance.randint(1, 50), "break_minutes": chance.randint(1, 15)}
    cycles = {"cycles": chance.randint(1, 4)}
    return Wish(
        "POST", f"{_BREAKS}/pomodoro/start", {"user_id": notebook.user_id, **minutes, **cycles}
    )


def _sample(notebook: Notebook, chance: Chance) -> Wish:
    """Of a session of its own: much stress, of now or of some minutes ago."""
    scores = {
        "focus_score": chance.randint(0, 1000) / 1000,
        "stress_score": chance.randint(600, 1000) / 1000,
        "confidence": chance.choice((0.2, 0.9, 1.0)),
    }
    session = {"session_id": notebook.own_session(chance), "signal_source": "by hand"}
    ago = timedelta(minutes=chance.choice(_AGO_MIN))
    when = {"captured_at": (notebook.now - ago).isoformat()} if ago else {}
    return Wish("POST", f"{_STRESS}/sample", {**session, **scores, **when})


def _metrics(notebook: Notebook, chance: Chance) -> Wish:
    """Readings so old that nothing can be made of them."""
    pulse = {"value": chance.randint(50, 110), "stable": True, "confidence": 90}
    cardio = {"pulse_rate": {**pulse, "timestamp": "946771200000000"}}
    session = {"session_id": notebook.own_session(chance)}
    return Wish("POST", f"{_STRESS}/metrics", {**session, "metrics": {"cardio": cardio}})


def _pulse(notebook: Notebook, chance: Chance) -> Wish:
    """A pulse and nothing else, in each session one of its own, or one that nobody is sure of:
    that makes no sample.
    """
    session_id = notebook.own_session(chance)
    bpm, is_sure = _SLOWEST_BPM + int(session_id[-2:], 16) / 2, chance.randrange(4) > 0
    since_1970 = (notebook.now - _EPOCH) // _MICROSECOND
    now = {"timestamp": f"{since_1970}", "confidence": 95, "stable": is_sure}
    pulse = {"value": bpm if is_sure else bpm + _UNSURE_BPM, **now}
    cardio = {"cardio": {"pulse_rate": pulse}}
    return Wish("POST", f"{_STRESS}/metrics", {"session_id": session_id, "metrics": cardio})


def _collect(notebook: Notebook, chance: Chance) -> Wish:
    return Wish("POST", f"{_PAIRING}/collect", {"device_code": notebook.known("code", chance)})


Change = Callable[[Json, Notebook, Chance], Json]


def _with(**facts: object) -> Change:
    return lambda body, _, __: {**body, **facts}


def _without_or_with(name: str) -> Change:
    """No where it was yes, and the other way round."""
    return lambda body, _, __: {**body, name: not body[name]}


def _of_another(kind: str, name: str) -> Change:
    return lambda body, notebook, chance: {**body, name: notebook.known(kind, chance)}


OTHERWISE: Mapping[str, Change] = {
    f"{_WATER}/schedule": _with(interval_min=17),
    f"{_STRESS}/session/start": _with(study_label="By another hand"),
    f"{_STRESS}/sample": _of_another("session", "session_id"),
    f"{_STRESS}/session/end": _of_another("session", "session_id"),
    f"{_BREAKS}/pomodoro/start": _with(cycles=23),
    f"{_BREAKS}/pomodoro/stop": _of_another("pomodoro", "session_id"),
    f"{_BREAKS}/preferences/stress-prompts": _without_or_with("enabled"),
    f"{_BREAKS}/prompt/ack": _without_or_with("acknowledged"),
    "/api/encouragement/message": _with(focus_score=0.4, stress_score=0.4),
    f"{_CHAT}/persona": _with(pet_name="Momo"),
}
"""What else a program might ask for in place of what was done; what is pointed at by an id may be
the same by chance.
"""


def _key_once_more(notebook: Notebook, chance: Chance) -> Wish:
    """A program that takes an old key for a new request."""
    done = notebook.done(chance)
    if done is None:
        return Wish("GET", f"{_WATER}/schedule?{_whose(notebook)}")
    body = OTHERWISE[done.path](done.body, notebook, chance)
    return Wish("POST", done.path, body, done.key)


_CAMERA = {"source_type": "esp32", "esp32_stream_url": "http://192.168.7.8:81/stream"}
_PERSONA = {"pet_name": "Nova", "system_prompt": "You are Nova, who is calm."}
_WATCHED: frozenset[World] = frozenset({"watched"})
_LOCKED: frozenset[World] = frozenset({"locked"})

ERRANDS: tuple[Errand, ...] = (
    Errand("reads the schedule", 4, _reads(f"{_WATER}/schedule")),
    Errand("saves the schedule of then", 1, _schedule_of_then),
    Errand("polls for a reminder", 2, _reads(f"{_WATER}/poll")),
    Errand("acknowledges a reminder", 2, _sends(f"{_WATER}/ack")),
    Errand("starts a session", 2, _sends(f"{_STRESS}/session/start", study_label="By hand")),
    Errand(
        "starts a session without breaks",
        1,
        _sends(f"{_STRESS}/session/start", allow_prompted_breaks=False),
    ),
    Errand("posts a sample", 6, _sample, frozenset({"measured", "watched"})),
    Errand("posts metrics", 1, _metrics),
    Errand("feels a pulse", 12, _pulse),
    Errand("ends a session", 2, _points_at(f"{_STRESS}/session/end", "session", "session_id")),
    Errand("reads a report", 4, _report),
    Errand("starts a Pomodoro", 1, _pomodoro),
    Errand("reads a Pomodoro", 3, _status),
    Errand("stops a Pomodoro", 1, _points_at(f"{_BREAKS}/pomodoro/stop", "pomodoro", "session_id")),
    Errand("reads the active Pomodoro", 3, _reads(f"{_BREAKS}/pomodoro/active")),
    Errand("wants no prompts", 1, _sends(f"{_BREAKS}/preferences/stress-prompts", enabled=False)),
    Errand("wants prompts", 2, _sends(f"{_BREAKS}/preferences/stress-prompts", enabled=True)),
    Errand("polls for a prompt", 3, _reads(f"{_BREAKS}/prompt/poll")),
    Errand(
        "accepts a prompt",
        1,
        _points_at(f"{_BREAKS}/prompt/ack", "prompt", "prompt_id", acknowledged=True),
    ),
    Errand(
        "dismisses a prompt",
        1,
        _points_at(f"{_BREAKS}/prompt/ack", "prompt", "prompt_id", acknowledged=False),
    ),
    Errand("asks for a kind word", 2, _sends("/api/encouragement/message")),
    Errand(
        "asks for a kind word in need",
        1,
        _sends("/api/encouragement/message", focus_score=0.2, stress_score=0.9),
    ),
    Errand("says who the pet is", 1, _sends(f"{_CHAT}/persona", **_PERSONA)),
    Errand("reads who the pet is", 2, _reads(f"{_CHAT}/persona")),
    Errand("talks", 1, _sends(f"{_CHAT}/message", transcript="How are you?")),
    Errand("talks and listens", 1, _sends(f"{_CHAT}/stream", transcript="How are you?")),
    Errand("looks at the memory", 2, _reads(f"{_CHAT}/memory")),
    Errand("saves a camera", 1, _sends(f"{_VIDEO}/source", **_CAMERA), _WATCHED),
    Errand("saves a webcam", 1, _sends(f"{_VIDEO}/source", source_type="webcam"), _WATCHED),
    Errand("reads the camera", 2, _reads(f"{_VIDEO}/source")),
    Errand("watches", 1, _reads(f"{_VIDEO}/stream"), _WATCHED),
    Errand("looks at the newest picture", 1, _reads(f"{_VIDEO}/latest"), _WATCHED),
    Errand("takes one picture", 1, _sends(f"{_VIDEO}/presage-test"), _WATCHED),
    Errand("asks otherwise with an old key", 4, _key_once_more),
    Errand("asks whether it lives", 2, _gets("/healthz")),
    Errand("asks whether it is ready", 2, _gets("/readyz")),
    Errand("pairs", 1, lambda _, __: Wish("POST", _PAIRING, {"device_name": "clock"}), _LOCKED),
    Errand("collects a token", 1, _collect, _LOCKED),
)
"""What makes sense, at least to whoever knows no better."""


def _of_user(path: str, **facts: object) -> Make:
    return _sends(path, **facts)


def _posts(path: str, body: Json) -> Make:
    return lambda _, __: Wish("POST", path, body)


_SCHEDULE = f"{_WATER}/schedule"

NONSENSE: tuple[Errand, ...] = (
    Errand("a schedule of no minutes", 1, _of_user(_SCHEDULE, interval_min=0)),
    Errand("a schedule of two days", 1, _of_user(_SCHEDULE, interval_min=2880)),
    Errand("a schedule in words", 1, _of_user(_SCHEDULE, interval_min="sixty")),
    Errand("a schedule on Mars", 1, _of_user(_SCHEDULE, timezone="Mars/Olympus")),
    Errand("a schedule at 25 o'clock", 1, _of_user(_SCHEDULE, start_time="25:00")),
    Errand("a schedule of nobody", 1, _posts(_SCHEDULE, {"interval_min": 60})),
    Errand("a poll of nobody", 1, _gets(f"{_WATER}/poll")),
    Errand("a long name", 1, _posts(f"{_WATER}/ack", {"user_id": _LONG})),
    Errand("a session of a long label", 1, _of_user(f"{_STRESS}/session/start", study_label=_LONG)),
    Errand(
        "a sample of too much stress",
        1,
        lambda notebook, chance: Wish(
            "POST",
            f"{_STRESS}/sample",
            {
                "session_id": notebook.own_session(chance),
                "focus_score": 0.5,
                "stress_score": 7.5,
            },
        ),
    ),
    Errand(
        "a sample of no session",
        1,
        _posts(f"{_STRESS}/sample", {"focus_score": 0.5, "stress_score": 0.5}),
    ),
    Errand(
        "a sample of never",
        1,
        lambda notebook, chance: Wish(
            "POST",
            f"{_STRESS}/sample",
            {
                "session_id": notebook.own_session(chance),
                "captured_at": "30 February",
                "focus_score": 0.5,
                "stress_score": 0.5,
            },
        ),
    ),
    Errand("metrics of no session", 1, _posts(f"{_STRESS}/metrics", {"metrics": {}})),
    Errand("the end of a word", 1, _posts(f"{_STRESS}/session/end", {"session_id": "math"})),
    Errand("the report of a word", 1, _gets(f"{_STRESS}/report/math")),
    Errand("a Pomodoro of no cycles", 1, _of_user(f"{_BREAKS}/pomodoro/start", cycles=0)),
    Errand("the status of a word", 1, _gets(f"{_BREAKS}/pomodoro/status?session_id=tomato")),
    Errand(
        "the status of a session",
        1,
        lambda notebook, chance: Wish(
            "GET", f"{_BREAKS}/pomodoro/status?session_id={notebook.known('session', chance)}"
        ),
    ),
    Errand(
        "perhaps prompts", 1, _of_user(f"{_BREAKS}/preferences/stress-prompts", enabled="perhaps")
    ),
    Errand("half an answer", 1, _points_at(f"{_BREAKS}/prompt/ack", "prompt", "prompt_id")),
    Errand("a word in no mood", 1, _of_user("/api/encouragement/message", focus_score=-1)),
    Errand("a pet without a name", 1, _of_user(f"{_CHAT}/persona", pet_name="")),
    Errand("says nothing", 1, _of_user(f"{_CHAT}/message")),
    Errand("says it twice", 1, _of_user(f"{_CHAT}/stream", transcript="a", audio_base64="a")),
    Errand("sends noise", 1, _of_user(f"{_CHAT}/message", audio_base64="no base64")),
    Errand("a camera of another kind", 1, _of_user(f"{_VIDEO}/source", source_type="pinhole")),
    Errand("a camera of nowhere", 1, _of_user(f"{_VIDEO}/source", source_type="esp32")),
    Errand("a picture of nobody", 1, _gets(f"{_VIDEO}/latest")),
    Errand("a code of another kind", 1, _posts(f"{_PAIRING}/collect", {"device_code": 7}), _LOCKED),
    Errand("what there is not", 1, _reads("/api/coffee/poll")),
    Errand("what nobody may", 1, lambda _, __: Wish("DELETE", f"{_WATER}/schedule")),
)
"""What makes none: all of it is refused, and changes nothing."""


def drawn(rows: tuple[Errand, ...], worlds: frozenset[World], chance: Chance) -> Errand:
    """One of those that are run where all of ``worlds`` is so."""
    fitting = [row for row in rows if not row.not_where & worlds]
    return chance.choices(fitting, [row.weight for row in fitting])[0]
