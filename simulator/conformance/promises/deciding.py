"""Promises about what a person decides at the device: it arrives once, whatever gets lost."""

from collections.abc import Sequence

from simulator.conformance import story
from simulator.conformance.record import (
    ENCOURAGEMENT,
    LOST,
    PROMPT_ACK,
    PROMPT_POLL,
    START,
    STOP,
    WATER_ACK,
    WATER_POLL,
    Record,
    Request,
)
from simulator.conformance.verdict import Finding, clock, finding


def acknowledges_once(record: Record) -> Finding:
    """A reminder is acknowledged once: whatever is repeated bears the same Idempotency-Key."""
    broken, kept, untested = [], [], []
    for act in (story.REMINDER, story.LOST_REMINDER):
        acks = record.during(act, WATER_ACK)
        if acks:
            wrong = _wrong_keys(acks) + _wrong_repeats(acks)
            broken += [f"{act}: {words}" for words in wrong]
            kept.append(f"{act}: acknowledged with {acks[0].key} in {len(acks)} tries")
        elif record.has_hands and _was_told(record, act, WATER_POLL, "remind_now"):
            broken.append(f"{act}: a press was not told to the server")
        else:
            untested.append(f"{act}: nobody acknowledged it")
    keys = [{ack.key for ack in record.during(act, WATER_ACK)} - {None} for act in _REMINDERS]
    if keys[0] & keys[1]:
        broken.append("two acknowledgements bear one key")
    return finding(broken, kept, untested)


_REMINDERS = (story.REMINDER, story.LOST_REMINDER)


def repeats_a_lost_poll(record: Record) -> Finding:
    """A water poll whose answer got lost is repeated under its key, so that the reminder comes."""
    polls = record.of(WATER_POLL)
    lost = [place for place, poll in enumerate(polls) if poll.treatment == LOST]
    if not lost or lost[0] + 1 >= len(polls):
        return finding((), (), ["no answer to a water poll got lost"])
    first, again = polls[lost[0]], polls[lost[0] + 1]
    at = clock(first.at_ms)
    if first.key is None:
        return finding([f"{at} the poll bears no Idempotency-Key, so its reminder is lost"])
    if again.key != first.key:
        return finding([f"{at} {first.key} was lost, and the next poll bears {again.key}"])
    return finding((), [f"{at} {first.key} was lost and asked again at {clock(again.at_ms)}"])


def answers_prompts_once(record: Record) -> Finding:
    """A prompt is answered as the person did, and in one way only, however often it is repeated."""
    broken: list[str] = []
    kept: list[str] = []
    untested: list[str] = []
    for act, wanted in ((story.PROMPT, True), (story.DISMISSED_PROMPT, False)):
        prompts = _prompts(record, act)
        acks = [ack for ack in record.of(PROMPT_ACK) if ack.asked.get("prompt_id") in prompts]
        said = {ack.asked.get("acknowledged") for ack in acks}
        if not acks:
            is_due = record.has_hands and prompts and wanted
            (broken if is_due else untested).append(f"{act}: it was not answered")
        elif said != {wanted}:
            broken.append(f"{act}: it was answered with acknowledged {_listed(said)}")
        else:
            keys = {ack.key for ack in acks}
            odd = [f"under several keys: {_listed(keys)}"] if len(keys) > 1 else []
            broken += [f"{act}: {words}" for words in odd + _wrong_repeats(acks)]
            kept.append(f"{act}: answered in {len(acks)} tries")
    return finding(broken, kept, untested)


def leaves_withdrawn_prompts(record: Record) -> Finding:
    """A prompt that was withdrawn is not answered any more."""
    prompts = _prompts(record, story.WITHDRAWN_PROMPT)
    late = [
        f"{clock(ack.at_ms)} it answered the prompt that was withdrawn"
        for ack in record.of(PROMPT_ACK)
        if ack.asked.get("prompt_id") in prompts
    ]
    pressed = [press for press in record.presses if press.act == story.WITHDRAWN_PROMPT]
    if not prompts or not pressed:
        return finding((), (), ["no prompt was withdrawn before its eyes"])
    return finding(late, ["it was shown and withdrawn, and a press answered nothing"])


def runs_pomodoros(record: Record) -> Finding:
    """A press starts one session and a press stops that one."""
    starts = record.during(story.OWN_POMODORO, START)
    if not starts:
        return finding((), (), ["a press started none"])
    begun = [start.answer for start in starts if start.is_good]
    ids = {str(_session(start.answer).get("session_id")) for start in starts if start.is_good}
    stops = record.during(story.OWN_POMODORO, STOP)
    broken = _wrong_keys(starts)
    broken += [f"it stopped {s.asked.get('session_id')}" for s in stops if not _is_of(s, ids)]
    untested = [] if stops and begun else ["it was not stopped again"]
    return finding(broken, ["started and stopped"], untested)


def asks_for_encouragement(record: Record) -> Finding:
    """A long press brings a kind sentence, if the device has that; and then it is shown."""
    asked = record.during(story.WITHDRAWN_PROMPT, ENCOURAGEMENT)
    good = [request for request in asked if request.is_good]
    if not good:
        return finding((), (), ["a long press asked for none"])
    words = str(good[0].answer.get("message"))
    shown = [f"{screen.title} {screen.detail}" for screen in record.screens]
    if record.has_eyes and not any(words in text for text in shown):
        return finding([f"{words!r} was never on the screen"])
    return finding((), [f"{words!r} at {clock(good[0].end_ms)}"])


def _wrong_keys(requests: Sequence[Request]) -> list[str]:
    keys = {request.key for request in requests}
    if None in keys:
        return ["it bears no Idempotency-Key"]
    return [f"it bears several keys: {_listed(keys)}"] if len(keys) > 1 else []


def _wrong_repeats(requests: Sequence[Request]) -> list[str]:
    good = sum(request.is_good for request in requests)
    if good > 1:
        return ["it was repeated though it had been answered"]
    was_lost = any(request.treatment == LOST for request in requests)
    return ["its answer got lost, and it was not repeated"] if was_lost and not good else []


def _was_told(record: Record, act: str, operation: str, name: str) -> bool:
    return any(r.is_good and r.answer.get(name) is True for r in record.during(act, operation))


def _prompts(record: Record, act: str) -> set[object]:
    """The ids of prompts that the device was told of in an act."""
    polls = record.during(act, PROMPT_POLL)
    return {r.answer["prompt_id"] for r in polls if r.is_good and r.answer["show_prompt"] is True}


def _session(answer: object) -> dict[str, object]:
    session = answer.get("session") if isinstance(answer, dict) else None
    return session if isinstance(session, dict) else {}


def _is_of(stop: Request, ids: set[str]) -> bool:
    return stop.asked.get("session_id") in ids


def _listed(values: set[object] | set[str | None]) -> str:
    return ", ".join(sorted(map(str, values)))
