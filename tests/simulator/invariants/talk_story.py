"""Traces of talk made by hand: what is said, what the pet does meanwhile, what it answers."""

import json
from collections.abc import Mapping, Sequence
from itertools import count

from simulator.kernel.trace import number as number_of
from tests.simulator.invariants.story import USER, Object, Story, exchanged, stored, utc

BOB = "bob"
TALK, OTHER = "49d2d6f2-3d4f-4f8a-b14f-2090e22eddbc", "59d2d6f2-3d4f-4f8a-b14f-2090e22eddbc"
MESSAGE, STREAM = "POST /api/chat/message", "POST /api/chat/stream"
MEMORY = "/api/chat/memory"
KUZO, VAXI = "kuzokuzo", "vaxivaxi"
"""Words that nobody says by chance."""

_KEYS = count(1)


def says(at: int, words: str, user_id: str = USER) -> Story:
    """A student opens the mouth."""
    facts = {"does": "talks", "about": "small talk", "words": words, "spoken": 0}
    return [{"at": at, "kind": "student", "who": user_id, **facts}]


def answer(transcript: str, reply: str, **facts: object) -> dict[str, object]:
    """What the pet answers, with other facts."""
    timings = {"hearing": 0, "language": 900, "voice": 0, "first_sound": None, "total": 900}
    return {
        "ok": True,
        "conversation_id": TALK,
        "pet_name": None,
        "transcript": transcript,
        "reply_text": reply,
        "reply_audio_base64": None,
        "actions": [],
        "warnings": [],
        "timings_ms": timings,
        **facts,
    }


def talk(
    at: int,
    transcript: str,
    answered: Object,
    *,
    user_id: str = USER,
    key: str | None = None,
    status: int = 200,
    deeds: Sequence[tuple[str, Object, Object]] = (),
    failures: Sequence[str] = (),
    asked: Object | None = None,
) -> Story:
    """A turn in text; on its way the pet uses tools (name, arguments, result), and things fail."""
    wish = {"user_id": user_id, "transcript": transcript, **(asked or {})}
    key = key or f"talk-{next(_KEYS)}"
    story = exchanged(at, MESSAGE, wish, answered, who="phone", key=key, status=status)
    return with_deeds(story, deeds, failures)


def with_deeds(
    story: Story, deeds: Sequence[tuple[str, Object, Object]], failures: Sequence[str] = ()
) -> Story:
    """The story of an exchange, with what happens while it is answered."""
    request, *rest = story
    about = {"at": request["at"], "id": request["id"]}
    between: Story = [
        {
            **about,
            "kind": "acted",
            "tool": tool,
            "arguments": json.dumps(arguments),
            "result": json.dumps(result),
        }
        for tool, arguments, result in deeds
    ]
    between += [{**about, "kind": "failed", "what": what} for what in failures]
    return [request, *between, *rest]


def told(
    at: int,
    transcript: str,
    events: Sequence[tuple[str, Object]],
    key: str | None = None,
    asked: Object | None = None,
) -> Story:
    """A turn whose answer was told while it was made."""
    wish = {"user_id": USER, "transcript": transcript, **(asked or {})}
    story = exchanged(at, STREAM, wish, {}, who="phone", key=key or f"talk-{next(_KEYS)}")
    headers = {"content-type": "text/event-stream", "cache-control": "no-store"}
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    return [
        {**event, "headers": headers, "body": body} if event["kind"] == "served" else event
        for event in story
    ]


def persona(at: int, prompt: str, user_id: str = USER) -> Story:
    """The user says who the pet is."""
    wish = {"user_id": user_id, "pet_name": "Nova", "system_prompt": prompt}
    answered = {"ok": True, "persona": {**wish, "gemini_model": None, "voice_id": None}}
    return exchanged(at, "POST /api/chat/persona", wish, answered, who="phone")


def memory(
    at: int, turns: Sequence[tuple[str, str]], summary: str = "", user_id: str = USER
) -> Story:
    """The user looks at what the pet remembers."""
    said = [
        {
            "conversation_id": TALK,
            "transcript": transcript,
            "reply_text": reply,
            "created_at": utc(at),
        }
        for transcript, reply in turns
    ]
    answered = {"user_id": user_id, "summary": summary, "turns": said}
    return exchanged(at, f"GET {MEMORY}", {"user_id": user_id}, answered, who="phone")


def erase(at: int, user_id: str = USER) -> Story:
    """The user has all of it forgotten."""
    (request, *rest) = exchanged(at, f"DELETE {MEMORY}", {}, {"ok": True, "erased": 2}, who="phone")
    return [{**request, "query": f"user_id={user_id}", "body": ""}, *rest]


def message(number: int, content: str, user_id: str = USER, **facts: object) -> Story:
    """The server holds one side of a turn."""
    role = ("user", "assistant")[number % 2]
    document = {"user_id": user_id, "conversation_id": TALK, "role": role, "content": content}
    return stored("chat_messages", {**document, "number": number, **facts})


def turn(number: int, transcript: str, reply: str) -> Story:
    """The server holds both."""
    return [*message(number, transcript), *message(number + 1, reply)]


POMODORO_RESULT: Mapping[str, object] = {
    "ok": True,
    "session": {
        "session_id": "0d0b9f9c-7f85-48f0-a8bb-6c6f8ea1fd9b",
        "user_id": USER,
        "focus_minutes": 30,
        "break_minutes": 5,
        "cycles": 4,
        "started_at": utc(1000),
        "ended_at": None,
        "status": "active",
    },
}
"""What comes of ``start_pomodoro`` a second after midnight."""

FAILED = {"ok": False, "error": "No.", "code": "language_failed", "details": []}
HELLO = talk(1, "Hello.", answer("Hello.", "Hi."), key="a")
HOW = talk(2, "How are you?", answer("How are you?", "Well."), key="b")
STORED = [*turn(0, "Hello.", "Hi."), *turn(2, "How are you?", "Well.")]
START = ("start_pomodoro", {"focus_minutes": 30}, POMODORO_RESULT)
SESSION = POMODORO_RESULT["session"]
DEED: Mapping[str, object] = {
    "name": "start_pomodoro",
    "arguments": {"focus_minutes": 30},
    "ok": True,
    "error": None,
    "result": {"session": SESSION},
}
SOUND = {"include_audio": True}
REPLY = "The Pomodoro is on its way."


def spoken(failures: list[str], **facts: object) -> list[Story]:
    """The user wants to hear the answer."""
    reply = answer("Hello.", "Hi.", **facts)
    story = talk(1, "Hello.", reply, failures=failures, asked=SOUND)
    return [story, turn(0, "Hello.", "Hi.")]


def mixed(*stories: Story) -> Story:
    """Several at once, by their times."""
    events = [event for story in stories for event in story]
    return sorted(events, key=lambda event: number_of(event, "at"))
