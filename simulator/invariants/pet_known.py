"""What a pet knows, as its judge sees it: what it was told, and what the person did about it.

In this order it is shown: a break prompt that nobody has answered, a reminder that nobody has
acknowledged, the status for twenty seconds after it was asked for, the code of a pet that pairs, a
sentence for ten seconds, the Pomodoro, and when there is none of these, nothing. A pet that pairs
shows neither prompt nor reminder. One that knows the API document alone has no status, no sentences
and no code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from simulator.invariants.alone import Alone
from simulator.kernel.trace import Json

BY_DOCUMENT = "by-document"
"""The version of a pet that knows the API document alone."""

SEEN_MS = 1_000
_SENTENCE_MS = 10_000
_STATUS_MS = 20_000
_MINUTE_MS = 60_000
_MINUTES_OFF = 1
_FRESH_MS, _STALE_MS = 29_000, 31_000
"""A pet doubts the time of an answer for which it asked again after half a minute: that may have
been given long ago."""
_REMEMBERED = 64
"""Prompts and Pomodoros that were answered or are over."""

Shown = tuple[object, ...]
"""Screen, title and detail."""


@dataclass(slots=True)
class Pet:
    """What the judge knows of one pet since it has power. ``over``, with when it was, it knows from
    before that.

    ``pressed`` was answered by a press of which the screen has not told yet. Of what is ``doubted``
    nobody knows whether the pet knows it to be over: its power went when that was to be kept. What
    it is told of that stands in ``doubted`` and ``doubted_timer``, and is believed when it is
    shown, but only until it is told otherwise: a pet takes the newest answer, so that an old one
    explains nothing any more, and must not be taken for a newer one that looks like it.
    """

    lives_from: int
    wrong_since: int | None
    alone: Alone
    shown: Shown = ()
    is_forgiven: bool = False
    code: str | None = None
    user_id: str = ""
    prompt: tuple[str, Shown] | None = None
    reminder: Shown | None = None
    status: tuple[int, bool] | None = None
    """Since when it is asked for, and whether there was Wi-Fi then."""
    sentence: tuple[str, int] | None = None
    pomodoro: tuple[str, str, int] | None = None
    over: dict[str, int] = field(default_factory=dict)
    doubted: dict[str, Shown | None] = field(default_factory=dict)
    doubted_timer: tuple[str, str, int] | None = None
    by_document: bool = False
    has_room: bool = True
    """Whether its flash takes what it hears."""
    pressed: str | None = None
    code_before: tuple[str | None, int] | None = None
    """Its code before the newest one, and when it heard of that."""
    doubted_code: str | None = None
    """The code that it may show instead, since the power went in that moment."""
    poll_key: tuple[object, int] = (None, 0)
    """With which key it polls for reminders, and since when."""
    asks_since_ms: int = 0
    """For how long it had been asking the last of these polls when it asked for the last time."""

    def poll(self, key: object, at: int) -> None:
        """It asks whether to drink."""
        if key is None or key != self.poll_key[0]:
            self.poll_key = key, at
        self.asks_since_ms = at - self.poll_key[1]

    def finish(self, id: str, at: int) -> None:
        """Write down that a prompt or Pomodoro has been answered or is over."""
        self.over[id] = at
        self.doubted.pop(id, None)
        if len(self.over) > _REMEMBERED:
            del self.over[next(iter(self.over))]

    def forget(self) -> None:
        """Write down that it is another person's now."""
        self.prompt = self.reminder = self.sentence = self.pomodoro = None
        self.alone = Alone(
            self.alone.began,
            offline_from=self.alone.offline_from,
            drift_ppm=self.alone.drift_ppm,
        )
        self.over, self.doubted, self.doubted_timer = {}, {}, None

    def see(self, scene: Shown) -> None:
        """What is shown now; so it has forgotten that this is over, if that was in doubt."""
        self.shown = scene
        if self.doubted_code is not None and scene[:2] == ("PAIRING", self.doubted_code):
            self.code = self.doubted_code
        for id, prompt in list(self.doubted.items()):
            if prompt == scene:
                del self.doubted[id]
                self.prompt = (id, scene)
        if self.doubted_timer is not None and scene[0] == "POMODORO_TIMER":
            self.pomodoro, self.doubted_timer = self.doubted_timer, None
            self.doubted.pop(self.pomodoro[0], None)

    def tells_truth(self, at: int) -> bool:
        """Whether what is shown is what should be. What the status says is not looked at."""
        if self.code is None and self.prompt is not None:
            return self.shown == self.prompt[1]
        if self.code is None and self.reminder is not None:
            return self.shown == self.reminder
        if self.status is not None:
            passed_ms = at - self.status[0]
            if self.shown[:2] == ("STATUS", "Status"):
                return passed_ms <= _STATUS_MS + SEEN_MS
            if passed_ms < self._at_least(_STATUS_MS):
                return False
        if self.code is not None:
            return self.shown == ("PAIRING", self.code, "")
        return self._tells_sentence(at)

    def _urgent(self) -> tuple[str, Shown] | None:
        """What waits for an answer, in words and on the screen; nothing while it pairs."""
        if self.code is not None:
            return None
        if self.prompt is not None:
            return f"break prompt {self.prompt[0]}", self.prompt[1]
        return None if self.reminder is None else ("a reminder", self.reminder)

    def _tells_sentence(self, at: int) -> bool:
        if self.sentence is not None:
            text, said_at = self.sentence
            if self.shown == ("MESSAGE", "", text):
                return at - said_at <= _SENTENCE_MS + SEEN_MS
            if at - said_at < self._at_least(_SENTENCE_MS):
                return False
        return self._tells_time(at)

    def _at_least(self, span_ms: int) -> int:
        """How long so many milliseconds of the pet's clock last, even if that is too fast."""
        return span_ms - self.alone.drift_ms(span_ms)

    def _tells_time(self, at: int) -> bool:
        if self.pomodoro is None:
            return self.shown == ("IDLE", "", "")
        _, phase, _ = self.pomodoro
        if self.shown[:2] != ("POMODORO_TIMER", phase):
            return False
        minutes = self.shown[2]
        return isinstance(minutes, int) and abs(minutes - self._minutes(at)) <= _MINUTES_OFF

    def _minutes(self, at: int) -> int:
        """Minutes that are left of the phase, a begun one counted."""
        return -(-max(0, self.pomodoro[2] - at) // _MINUTE_MS) if self.pomodoro else 0

    def truth(self, at: int) -> str:
        """What should be shown, for people."""
        urgent = self._urgent()
        if urgent is not None:
            return f"{urgent[0]} {urgent[1]} is open"
        if self.status is not None and at - self.status[0] < _STATUS_MS:
            return f"its status was asked for {at - self.status[0]} ms ago"
        if self.code is not None:
            return f"it pairs with the code {self.code!r}"
        if self.sentence is not None and at - self.sentence[1] < _SENTENCE_MS:
            return f"{self.sentence[0]!r} was said {at - self.sentence[1]} ms ago"
        if self.pomodoro is None:
            return "there is nothing to show"
        session_id, phase, _ = self.pomodoro
        return f"Pomodoro {session_id} is in phase {phase} with {self._minutes(at)} minutes left"

    def press(self, kind: str, at: int, has_link: bool) -> None:
        """Drop what the person has answered, or show the status."""
        screen = str(self.shown[0]) if self.shown else ""
        meaning = _MEANINGS.get((screen, kind))
        if meaning is not None:
            meaning(self, at)
        elif (
            kind == "second"
            and not self.by_document
            and screen in ("IDLE", "POMODORO_TIMER", "PAIRING")
        ):
            self.status = (at, has_link)

    def _answer_prompt(self, at: int) -> None:
        # Another one, which is not on the screen yet, nobody has answered.
        if self.prompt is not None and self.prompt[1] == self.shown:
            self.finish(self.prompt[0], at)
            self.pressed, self.prompt = self.prompt[0], None

    def _acknowledge(self, at: int) -> None:
        self.reminder = None
        self.alone.acknowledge(at)

    def _hush(self, at: int) -> None:
        self.sentence = None

    def _hide(self, at: int) -> None:
        self.status = None

    def _stop(self, at: int) -> None:
        if self.pomodoro is not None:
            self.finish(self.pomodoro[0], at)
            self.pressed, self.pomodoro = self.pomodoro[0], None


_MEANINGS: Mapping[tuple[str, str], Callable[[Pet, int], None]] = {
    ("BREAK_PROMPT", "short"): Pet._answer_prompt,  # noqa: SLF001 -- its own table
    ("BREAK_PROMPT", "long"): Pet._answer_prompt,  # noqa: SLF001
    ("BREAK_PROMPT", "second"): Pet._answer_prompt,  # noqa: SLF001
    ("WATER_DROP", "short"): Pet._acknowledge,  # noqa: SLF001
    ("STATUS", "short"): Pet._hide,  # noqa: SLF001
    ("STATUS", "long"): Pet._hide,  # noqa: SLF001
    ("STATUS", "second"): Pet._hide,  # noqa: SLF001
    ("MESSAGE", "short"): Pet._hush,  # noqa: SLF001
    ("MESSAGE", "second"): Pet._hush,  # noqa: SLF001
    ("POMODORO_TIMER", "short"): Pet._stop,  # noqa: SLF001
}
"""What a press of a button does to what is shown."""


def take_reminder(pet: Pet, answer: Json, at: int) -> None:
    """It hears whether to drink now, and what time it is, which it does not believe of an answer
    that it had to ask for again and again.
    """
    said = datetime.fromisoformat(str(answer["server_time_utc"]))
    offset_min = answer.get("utc_offset_min")
    if pet.asks_since_ms < _STALE_MS:
        pet.alone.hear_time(said, offset_min, at, is_fresh=pet.asks_since_ms < _FRESH_MS)
    if answer["remind_now"] is True:
        pet.reminder = ("WATER_DROP", *_texts(answer))
        pet.alone.remind(at)


def take_prompt(pet: Pet, answer: Json, at: int) -> None:
    """It hears which break prompt is open."""
    prompt_id = str(answer["prompt_id"])
    is_open = answer["show_prompt"] is True and prompt_id not in pet.over
    pet.doubted.update(dict.fromkeys(pet.doubted))
    prompt = (prompt_id, ("BREAK_PROMPT", *_texts(answer))) if is_open else None
    if prompt is not None and prompt_id in pet.doubted:
        pet.doubted[prompt_id], prompt = prompt[1], None
    pet.prompt = prompt


def take_pomodoro(pet: Pet, answer: Json, at: int) -> None:
    """It hears where the Pomodoro stands."""
    session_id, seconds = str(answer["session_id"]), answer["seconds_remaining"]
    if answer.get("active") is False:
        pet.pomodoro = pet.doubted_timer = None
    elif session_id in pet.over:
        return
    elif answer["phase"] == "completed":
        is_doubted = session_id in pet.doubted
        pet.finish(session_id, at)
        pet.pomodoro = pet.doubted_timer = None
        if not (pet.by_document or is_doubted):
            pet.sentence = (_texts(answer)[1], at)
    else:
        assert isinstance(seconds, int)
        timer = (session_id, str(answer["phase"]), at + seconds * 1000)
        if session_id in pet.doubted:
            pet.doubted_timer = timer
        else:
            pet.pomodoro, pet.doubted_timer = timer, None


def take_code(pet: Pet, answer: Json, at: int) -> None:
    """It gets a code to show."""
    pet.code_before, pet.doubted_code = (pet.code, at), None
    pet.code = str(answer["user_code"])


def take_token(pet: Pet, answer: Json, at: int) -> None:
    """It hears whether somebody has confirmed its code; it goes on showing that while its flash has
    no room for the token.
    """
    if answer["status"] == "paired":
        if pet.user_id != answer["user_id"]:
            pet.forget()
        if not pet.has_room:
            return
        pet.code_before, pet.doubted_code = (pet.code, at), None
        pet.code, pet.user_id = None, str(answer["user_id"])


def take_sentence(pet: Pet, answer: Json, at: int) -> None:
    """It hears a kind word."""
    pet.sentence = (str(answer["message"]), at)


def _texts(answer: Json) -> tuple[str, str]:
    """Title and message of what an answer wants shown."""
    payload = answer["payload"]
    assert isinstance(payload, dict)
    return payload["title"], payload["message"]
