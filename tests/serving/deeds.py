"""What the clients of a durability test ask for, and what each answer promises of the file.

Here: deeds, how they are counted in a file, and what they must have left there. Not here: who sends
them, and when the server dies.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from petcore.ports.store import Query, Store
from petcore.services.collections import COLLECTIONS
from tests.serving.line import Json

Document = Mapping[str, object]


@dataclass(eq=False)
class Deed:
    """A write that one user asks for.

    ``makes`` counts what it adds to a file, in the words of ``census``. ``kept`` is an answer that
    was found in the file though nobody had received it.
    """

    user: str
    method: str
    path: str
    sent: Mapping[str, object]
    makes: Mapping[str, int]
    key: str | None
    answer: Json = field(default_factory=dict)
    kept: str | None = None

    @property
    def route(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    @property
    def is_repeatable(self) -> bool:
        """Whether asking again changes nothing, even after what came later."""
        return self.key is not None or self.path.endswith(("/end", "/stop"))

    @property
    def effect(self) -> Counter[str]:
        """All that it adds to a file."""
        return Counter({**self.makes, **({"idempotency_keys": 1} if self.key else {})})


@dataclass
class Ledger:
    """What was asked for and answered, by user; each has at most one deed that is open."""

    done: dict[str, list[Deed]] = field(default_factory=lambda: defaultdict(list))
    open: dict[str, Deed] = field(default_factory=dict)

    def of(self, user: str) -> list[Deed]:
        """The user's deeds that were answered."""
        return self.done.get(user, [])

    def effects(self, user: str) -> tuple[Counter[str], Counter[str]]:
        """What must be in the file of this user, and what may be there beside it."""
        sure = sum((deed.effect for deed in self.of(user)), Counter[str]())
        return sure, self.open[user].effect if user in self.open else Counter[str]()


class Contents:
    """All documents of a store."""

    def __init__(self, documents: Mapping[str, list[Document]]) -> None:
        self._documents = documents
        self.users: dict[str, dict[str, list[Document]]] = defaultdict(lambda: defaultdict(list))
        for name, each in self.everything():
            self.users[str(each["user_id"])][name].append(each)

    def everything(self) -> Iterator[tuple[str, Document]]:
        """Every document with the name of its collection, but for keys that are bound to a request
        and have no answer yet: they promise nothing.
        """
        for name, documents in self._documents.items():
            for document in documents:
                if name != "idempotency_keys" or document["answer"] is not None:
                    yield name, document

    def half_done(self) -> int:
        """How many documents still have something to deliver."""
        return sum(1 for _, each in self.everything() if each.get("outbox_len"))

    def census(self, user: str) -> Counter[str]:
        """The user's documents, counted by collection, and those that have come to their end."""
        counted: Counter[str] = Counter()
        for name, documents in self.users[user].items():
            counted[name] += len(documents)
            counted.update(str(each["type"]) for each in documents if name == "water_events")
            counted.update(f"ended {name}" for each in documents if _has_ended(each))
        return +counted

    def kept_answers(self, user: str, route: str) -> Counter[str]:
        """The answers that are kept for the user's keys on this route."""
        keys = self.users[user]["idempotency_keys"]
        return Counter(canonical(each["answer"]) for each in keys if each["route"] == route)


async def read(store: Store) -> Contents:
    """Everything that ``store`` holds."""
    return Contents(
        {collection.name: list(await store.find(Query(collection))) for collection in COLLECTIONS}
    )


def canonical(answer: object) -> str:
    """An answer as text, the same for what was sent and for what is stored."""
    return json.dumps(answer, default=_worded, sort_keys=True)


def lost_answers(contents: Contents, ledger: Ledger) -> Iterator[tuple[Deed, str]]:
    """The open deeds whose answer is in the file, with that answer."""
    for user, deed in ledger.open.items():
        if deed.key is None:
            continue
        received = Counter(
            canonical(each.answer)
            for each in ledger.of(user)
            if each.key is not None and each.route == deed.route
        )
        for answer in contents.kept_answers(user, deed.route) - received:
            yield deed, answer


def missing(contents: Contents, ledger: Ledger) -> Iterator[str]:
    """What was answered and is not there, and what is there twice or unasked: holds at any time."""
    for user in {*contents.users, *ledger.done}:
        sure, maybe = ledger.effects(user)
        found = contents.census(user)
        if not sure <= found <= sure + maybe:
            yield f"{user}: {dict(found)}, answered were {dict(sure)}, open is {dict(maybe)}"


def broken(contents: Contents, ledger: Ledger) -> Iterator[str]:
    """What is half there: nothing may be once a server has started on the file."""
    for name, document in contents.everything():
        if document.get("outbox_len") or document.get("outbox"):
            yield f"{name} {document['_id']} still has something to deliver"
    for user, documents in contents.users.items():
        sure, maybe = ledger.effects(user)
        found = contents.census(user)
        if found not in (sure, sure + maybe):
            yield f"{user}: {dict(found)} is half of {dict(maybe)} on {dict(sure)}"
        yield from _broken_water(documents)
        yield from _broken_sessions(documents)
        yield from _broken_keys(documents)


def disagreeing(contents: Contents, ledger: Ledger) -> Iterator[str]:
    """Deeds whose answer says something else than the file; users with open deeds may differ."""
    for user, deeds in ledger.done.items():
        if user in ledger.open:
            continue
        documents = contents.users[user]
        # What comes later may replace what came before.
        latest = {
            (deed.path, "" if deed.path == "/api/water/schedule" else canonical(deed.answer)): deed
            for deed in deeds
        }
        for deed in latest.values():
            if not _agrees(deed, documents):
                yield f"{user}: {deed.route} was answered {deed.answer}"


def _broken_water(documents: Mapping[str, list[Document]]) -> Iterator[str]:
    sent = [each["at_utc"] for each in documents["water_events"] if each["type"] == "REMINDER_SENT"]
    triggered = [
        each["last_triggered_at"]
        for each in documents["water_schedules"]
        if each["last_triggered_at"] is not None
    ]
    # Nobody here is reminded twice.
    if sent != triggered:
        yield f"reminders were sent at {sent}, the schedule says {triggered}"


def _broken_sessions(documents: Mapping[str, list[Document]]) -> Iterator[str]:
    samples = Counter(each["session_id"] for each in documents["focus_samples"])
    reports = {each["session_id"]: each["report"] for each in documents["focus_reports"]}
    prompts = {each["prompt_id"]: each for each in documents["break_prompts"]}
    for session in documents["focus_sessions"]:
        id = session["session_id"]
        report = reports.pop(id, None)
        if (session["status"] == "completed") != (report is not None):
            yield f"session {id} is {session['status']}, its report is {report}"
        if isinstance(report, dict) and report["sample_count"] != samples[id]:
            yield f"session {id} reports {report['sample_count']} of {samples[id]} samples"
        samples.pop(id, None)
        prompt = prompts.pop(session["prompt_id"], None)
        if (prompt is None) != (session["prompt_id"] == ""):
            yield f"session {id} has lost its prompt {session['prompt_id']}"
        if prompt and prompt["is_open"] and session["status"] == "completed":
            yield f"session {id} has ended, its prompt is open"
    if samples or reports or prompts:
        yield f"without a session: {samples}, {reports}, {prompts}"
    for each in documents["break_prompts"]:
        if bool(each["is_open"]) != (each["resolved_at"] is None):
            yield f"prompt {each['prompt_id']} is open and resolved"


def _broken_keys(documents: Mapping[str, list[Document]]) -> Iterator[str]:
    ids = {
        each[name]
        for documents in documents.values()
        for each in documents
        for name in ("sample_id", "session_id", "prompt_id")
        if name in each
    }
    for key in documents["idempotency_keys"]:
        answer = key["answer"]
        assert isinstance(answer, dict)
        named = answer.get("session", answer)
        for name in ("sample_id", "session_id", "prompt_id"):
            if name in named and named[name] not in ids:
                yield f"the answer kept under {key['_id']} names what is not there: {answer}"


def _agrees(deed: Deed, documents: Mapping[str, list[Document]]) -> bool:
    """Whether there is exactly one document that says what the answer says."""
    collection, promises = _PROMISES[deed.path]
    promised = promises(deed)
    found = [each for each in documents[collection] if _says(each, promised)]
    return len(found) == 1 or (not promised and len(found) > 0)


def _says(document: Document, promised: Mapping[str, object]) -> bool:
    return all(_worded(document[name]) == value for name, value in promised.items())


def _nothing(_: Deed) -> Document:
    return {}


def _reminder(deed: Deed) -> Document:
    return {"at_utc": deed.answer["server_time_utc"], "type": "REMINDER_SENT"}


def _session(deed: Deed) -> Document:
    session = deed.answer["session"]
    assert isinstance(session, dict)
    return session


def _started(deed: Deed) -> Document:
    lasting = dict(_session(deed))
    del lasting["status"], lasting["ended_at"]
    return lasting


def _sample(deed: Deed) -> Document:
    return {**deed.sent, **{name: deed.answer[name] for name in ("sample_id", "captured_at")}}


_PROMISES: dict[str, tuple[str, Callable[[Deed], Document]]] = {
    "/api/water/schedule": ("water_schedules", lambda deed: deed.sent),
    "/api/water/poll": ("water_events", _reminder),
    # Nothing tells one from another; they are counted.
    "/api/water/ack": ("water_events", _nothing),
    "/api/stress/session/start": ("focus_sessions", _started),
    "/api/stress/sample": ("focus_samples", _sample),
    "/api/stress/session/end": (
        "focus_reports",
        lambda deed: {**deed.sent, "report": deed.answer["report"]},
    ),
    "/api/breaks/prompt/ack": ("break_prompts", lambda deed: {**deed.sent, "is_open": 0}),
    "/api/breaks/preferences/stress-prompts": (
        "break_preferences",
        lambda deed: {"stress_prompt_enabled": deed.sent["enabled"]},
    ),
    "/api/breaks/pomodoro/start": ("pomodoro_sessions", _started),
    "/api/breaks/pomodoro/stop": ("pomodoro_sessions", _session),
    "/api/encouragement/message": (
        "encouragement_events",
        lambda deed: {"message": deed.answer["message"]},
    ),
}
"""For each path the collection and the fields that its answer speaks of."""


def _has_ended(document: Document) -> bool:
    """Whether what it tells of is over: an end, a resolution, a reminder."""
    names = ("ended_at", "resolved_at", "last_triggered_at")
    return any(document.get(name) is not None for name in names)


def _worded(value: object) -> object:
    """A value as an answer shows it."""
    return value.isoformat() if isinstance(value, datetime) else value
