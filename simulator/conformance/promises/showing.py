"""Promises about the screen: what is told is shown, what is over is gone, minutes are true.

Seen by eyes that see every scene, or told by a person who was asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.conformance import story
from simulator.conformance.record import (
    ACTIVE,
    PROMPT_POLL,
    STATUS,
    STOP,
    WATER_ACK,
    WATER_POLL,
    Record,
    Request,
    Screen,
)
from simulator.conformance.verdict import (
    Breach,
    Finding,
    clock,
    finding,
    seconds,
    slack_ms,
    timed,
)

TIMER = "POMODORO_TIMER"
NOTICES_MS = 30_000
OFFLINE_MS = 180_000
_SETTLES_MS = 2_000
_MINUTE_MS = 60_000
_COMPLETED = "completed"
_FEW = 2
_UNSEEN = "nobody saw its screen"


def shows_what_it_is_told(record: Record) -> Finding:
    """A reminder, a prompt and a Pomodoro are on the screen soon after the device heard of them."""
    if not record.has_eyes:
        looks = (story.SEES_REMINDER, story.SEES_PROMPT, story.SEES_MINUTES)
        return _said(record, looks, wanted=True)
    told = (
        (story.REMINDER, "WATER_DROP", _told(record, story.REMINDER, WATER_POLL, "remind_now")),
        (story.PROMPT, "BREAK_PROMPT", _told(record, story.PROMPT, PROMPT_POLL, "show_prompt")),
        (story.APPS_POMODORO, TIMER, _followed(record)),
    )
    breaches, kept, untested = [], [], []
    for act, name, told_ms in told:
        if told_ms is None:
            untested.append(f"{act}: it was not told")
            continue
        until_ms = told_ms + _SETTLES_MS + slack_ms(record.scale)
        if any(screen.name == name for screen in _shown(record, told_ms, until_ms)):
            kept.append(f"{act}: shown")
        else:
            breaches.append(Breach(f"{act}: {name} was not shown", told_ms, until_ms))
    return timed(record, breaches, kept, untested)


def shows_nothing_stale(record: Record) -> Finding:
    """A reminder that is acknowledged, a prompt withdrawn, a Pomodoro that is over: gone."""
    if not record.has_eyes:
        looks = (story.SAW_REMINDER, story.SAW_PROMPT, story.SAW_POMODORO)
        return _said(record, looks, wanted=False)
    over = (
        (story.REMINDER, "WATER_DROP", _done(record, story.REMINDER, WATER_ACK)),
        (story.WITHDRAWN_PROMPT, "BREAK_PROMPT", _withdrawn(record)),
        (story.OWN_POMODORO, TIMER, _done(record, story.OWN_POMODORO, STOP)),
        (story.APPS_POMODORO, TIMER, _completed(record)),
    )
    breaches, kept, untested = [], [], []
    for act, name, over_ms in over:
        if over_ms is None:
            untested.append(f"{act}: it did not come to it")
            continue
        by_ms = over_ms + _SETTLES_MS + slack_ms(record.scale)
        screen = record.screen_at(by_ms)
        if screen is not None and screen.name == name and screen.title != _COMPLETED:
            words = f"{clock(by_ms)} {act}: it still shows {name}, over since {clock(over_ms)}"
            breaches.append(Breach(words, over_ms, by_ms))
        else:
            kept.append(f"{act}: gone")
    return timed(record, breaches, kept, untested)


@dataclass(frozen=True, slots=True)
class _Phase:
    """A phase of the app's Pomodoro, from the answer that told it to its end."""

    name: str
    from_ms: int
    to_ms: int


def counts_down_truly(record: Record) -> Finding:
    """The minutes on the screen are those that are left, whatever the server's clock says."""
    if not record.has_eyes:
        return _said(record, (story.SEES_MINUTES,), wanted=True)
    phases = list(_phases(record))
    if not phases:
        return finding((), (), ["it followed no Pomodoro"])
    breaches, readings, unread = [], [], 0
    for phase in phases:
        for at_ms, screen in _readings(record, phase):
            minutes = screen.detail
            if not isinstance(minutes, int):
                unread += 1
                continue
            left_ms = phase.to_ms - at_ms
            words = f"{clock(at_ms)} {phase.name}: {minutes} min, {seconds(left_ms)} left"
            readings.append(words)
            if not _is_true(minutes, left_ms, slack_ms(record.scale)):
                breaches.append(Breach(words, at_ms, at_ms))
    untested = [f"{unread} readings are no whole number"] if unread else []
    if len(readings) <= _FEW and not breaches:
        untested.append("too few readings")
    return timed(record, breaches, readings, untested)


def _is_true(minutes: int, left_ms: int, slack: int) -> bool:
    """Begun minutes or full ones, that is the device's taste."""
    least = max(0, left_ms - slack) // _MINUTE_MS
    most = -(-(left_ms + slack) // _MINUTE_MS)
    return least <= minutes <= most


def _readings(record: Record, phase: _Phase) -> Iterator[tuple[int, Screen]]:
    """Each scene of the timer, at its beginning and at its end. What is shown before the first had
    time to follow the answer is not read.
    """
    from_ms = phase.from_ms + _SETTLES_MS
    later = [*(screen.at_ms for screen in record.screens[1:]), phase.to_ms]
    for screen, until_ms in zip(record.screens, later, strict=False):
        begins, ends = max(screen.at_ms, from_ms), min(until_ms, phase.to_ms)
        if screen.name == TIMER and begins < ends:
            yield begins, screen
            yield ends, screen


def _phases(record: Record) -> Iterator[_Phase]:
    seen = set()
    for request in _pomodoro_polls(record):
        name, left_s = request.answer.get("phase"), request.answer.get("seconds_remaining")
        if name in ("focus", "break") and name not in seen and isinstance(left_s, int):
            seen.add(name)
            yield _Phase(str(name), request.end_ms, request.end_ms + left_s * 1000)


def notices_the_end_of_a_phase(record: Record) -> Finding:
    """The server is asked soon after a phase has run out."""
    phases = list(_phases(record))
    if not phases:
        return finding((), (), ["it followed no Pomodoro"])
    breaches, kept = [], []
    for phase in phases:
        until_ms = phase.to_ms + NOTICES_MS + slack_ms(record.scale)
        polls = [r for r in _pomodoro_polls(record) if r.at_ms > phase.from_ms]
        after = [r.at_ms for r in polls if r.answer.get("phase") != phase.name]
        wait_ms = max(0, after[0] - phase.to_ms) if after else until_ms
        words = f"{phase.name} ended at {clock(phase.to_ms)}, asked {seconds(wait_ms)} later"
        if after and after[0] <= until_ms:
            kept.append(words)
        else:
            breaches.append(Breach(words, phase.to_ms, until_ms))
    return timed(record, breaches, kept)


def marks_offline(record: Record) -> Finding:
    """Without a server the screen says so within three minutes, and no longer when it is back."""
    if not record.has_eyes:
        sees = _said(record, (story.SEES_OFFLINE,), wanted=True)
        saw = _said(record, (story.SAW_OFFLINE,), wanted=False)
        return max(sees, saw, key=lambda said: _GRAVITY.index(said.verdict))
    span, back = record.span(story.HUNG_UP), record.span(story.back_from(story.HUNG_UP))
    if span is None or back is None:
        return finding((), (), ["it did not come to it"])
    breaches = []
    by_ms = span.from_ms + OFFLINE_MS + slack_ms(record.scale)
    for at_ms, wanted, does in ((by_ms, True, "does not say"), (back.to_ms, False, "still says")):
        screen = record.screen_at(at_ms)
        if screen is None or screen.offline is not wanted:
            words = f"{clock(at_ms)} it {does} that it is offline"
            breaches.append(Breach(words, span.from_ms, at_ms))
    return timed(record, breaches, [f"from {clock(span.from_ms)} to {clock(span.to_ms)}"])


_GRAVITY = ("kept", "untested", "broken")


def _said(record: Record, looks: tuple[str, ...], *, wanted: bool) -> Finding:
    """What a person said, by the names of the questions."""
    said = {look: record.said[look] for look in looks if look in record.said}
    words = {True: "yes", False: "no"}
    return finding(
        [f"{look}: {words[value]}" for look, value in said.items() if value is not wanted],
        [f"{look}: {words[value]}" for look, value in said.items()],
        [f"{look}: {_UNSEEN}" for look in looks if look not in said],
    )


def _shown(record: Record, from_ms: int, until_ms: int) -> list[Screen]:
    """What was on the screen between two moments."""
    first = record.screen_at(from_ms)
    began = [screen for screen in record.screens if from_ms < screen.at_ms <= until_ms]
    return [first, *began] if first is not None else began


def _told(record: Record, act: str, operation: str, name: str) -> int | None:
    polls = record.during(act, operation)
    return next((r.end_ms for r in polls if r.is_good and r.answer.get(name) is True), None)


def _done(record: Record, act: str, operation: str) -> int | None:
    return next((r.end_ms for r in record.during(act, operation) if r.is_good), None)


def _withdrawn(record: Record) -> int | None:
    """When the device was told that the prompt is no more, having been told of it."""
    shown_ms = _told(record, story.WITHDRAWN_PROMPT, PROMPT_POLL, "show_prompt")
    polls = record.during(story.WITHDRAWN_PROMPT, PROMPT_POLL)
    return next(
        (
            r.end_ms
            for r in polls
            if shown_ms is not None
            and r.end_ms > shown_ms
            and r.is_good
            and r.answer.get("show_prompt") is False
        ),
        None,
    )


def _pomodoro_polls(record: Record) -> list[Request]:
    return [r for r in record.during(story.APPS_POMODORO, ACTIVE, STATUS) if r.is_good]


def _followed(record: Record) -> int | None:
    return next((r.end_ms for r in _pomodoro_polls(record) if r.answer.get("phase")), None)


def _completed(record: Record) -> int | None:
    over = (r.end_ms for r in _pomodoro_polls(record) if r.answer.get("phase") == _COMPLETED)
    return next(over, None)
