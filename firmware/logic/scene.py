# What the screen shows: the most urgent of what the pet knows. Pure: nothing is drawn or changed
# here.
#
# A scene is (screen, title, detail, offline):
#     TALK            "listening" or "thinking", words
#     BREAK_PROMPT    title, message
#     WATER_DROP      title, message
#     STATUS          "Status", lines of text
#     PAIRING         the code to confirm, or "" before there is one; ""
#     MESSAGE         "", text
#     POMODORO_TIMER  phase, whole minutes left (an int)
#     IDLE            "", ""
# While somebody talks with the pet, TALK and the MESSAGE that it speaks come before all: what is
# urgent is shown afterwards. A pet that pairs shows neither prompt nor reminder: it may become
# somebody else's.

from firmware.logic.clock import MINUTE_MS
from firmware.logic.status import status_text

TALK = "TALK"
BREAK_PROMPT = "BREAK_PROMPT"
WATER_DROP = "WATER_DROP"
STATUS = "STATUS"
PAIRING = "PAIRING"
MESSAGE = "MESSAGE"
POMODORO_TIMER = "POMODORO_TIMER"
IDLE = "IDLE"


def compose(known, now: int) -> tuple:
    screen, title, detail = _most_urgent(known, now)
    return screen, title, detail, known.offline


# How long until time alone changes the scene; None when only an event can.
def lasts_ms(known, now: int) -> int | None:
    waits_ms = []
    if known.message_left_ms(now):
        waits_ms.append(known.message_left_ms(now))
    if known.left_ms(now):
        waits_ms.append((known.left_ms(now) - 1) % MINUTE_MS + 1)
    if known.status_left_ms(now):
        waits_ms.append(known.status_left_ms(now))
        day_ms = known.clock.day_ms(now)
        if day_ms is not None:
            waits_ms.append(MINUTE_MS - day_ms % MINUTE_MS)
    return min(waits_ms) if waits_ms else None


def _most_urgent(known, now: int) -> tuple:
    if known.talk is not None:
        return (TALK if known.talk[0] else MESSAGE), known.talk[0], known.talk[1]
    if known.code is None and known.prompt is not None:
        return BREAK_PROMPT, known.prompt[1], known.prompt[2]
    if known.code is None and known.reminder is not None:
        return WATER_DROP, known.reminder[0], known.reminder[1]
    if known.status_left_ms(now):
        return STATUS, "Status", status_text(known, now)
    if known.code is not None:
        return PAIRING, known.code, ""
    return _calm(known, now)


def _calm(known, now: int) -> tuple:
    if known.message_left_ms(now):
        return MESSAGE, "", known.message[0]
    if known.pomodoro is not None:
        return POMODORO_TIMER, known.pomodoro[1], _minutes(known.left_ms(now))
    return IDLE, "", ""


# Begun minutes count, as on a kitchen timer: 0 is shown only when the time is over.
def _minutes(left_ms: int) -> int:
    return (left_ms + MINUTE_MS - 1) // MINUTE_MS
