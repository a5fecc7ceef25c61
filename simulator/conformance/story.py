"""The story that every device is walked through: a table of acts.

Each act begins and ends with a server that is fine, but for those that say so. Times are seconds of
the device. They are long enough for one that polls every 30 seconds; who comes sooner is not kept
waiting.
"""

from simulator.conformance import record as of
from simulator.conformance.script import Script
from simulator.conformance.steps import (
    Act,
    Do,
    For,
    Look,
    Need,
    Push,
    Settle,
    Step,
    Treat,
    Until,
    all_polled,
    answered,
    arrived,
    asks,
    heard,
    if_asked,
    paired_anew,
    polled,
    shown,
    swallowed,
    told,
    told_in_the_end,
)

ARRIVAL = "arrival"
REMINDER = "reminder"
LOST_REMINDER = "lost reminder"
PROMPT = "prompt"
DISMISSED_PROMPT = "dismissed prompt"
WITHDRAWN_PROMPT = "withdrawn prompt"
OWN_POMODORO = "own Pomodoro"
APPS_POMODORO = "Pomodoro of the app"
NONSENSE = "nonsense"
REFUSALS = ("not found", "too many", "unavailable")
TOKEN_ENDS = "token ends"  # noqa: S105 -- an act, no token
HUNG_UP, SILENT, CLOSED = "hung up", "silent", "closed"
OUTAGES = (HUNG_UP, SILENT, CLOSED)
CALM = "calm"

SEES_REMINDER, SAW_REMINDER = "sees reminder", "saw reminder"
SEES_PROMPT, SAW_PROMPT = "sees prompt", "saw prompt"
SEES_MINUTES, SAW_POMODORO = "sees minutes", "saw Pomodoro"
SEES_OFFLINE, SAW_OFFLINE = "sees offline", "saw offline"

COMES_BACK_S = 120
_HURRY_S = 10
_PRESS_S = 30
_POLL_S = 75
_SETTLE = Settle()


def back_from(act: str) -> str:
    """The name of the act in which a device comes back from another."""
    return f"back from {act}"


def _back(act: str, *steps: Step) -> Act:
    """All is well again; waits longer than a device may take, and then for its screen."""
    until = Until(all_polled(), COMES_BACK_S + 60)
    lives = Need(heard, f"after {act!r} it asked nothing any more, and the story was broken off")
    return Act(
        back_from(act), "All is well again.", (Treat(of.FINE), until, lives, _SETTLE, *steps)
    )


def _reminder(act: str, story: str, lost: str, *looks: Look) -> Act:
    before, after = looks[:1], looks[1:]
    due = told("remind_now", True)
    return Act(
        act,
        story,
        (
            Do(lambda script: script.lose(lost)),
            Do(Script.remind),
            Until(if_asked("water", due), _POLL_S),
            Until(if_asked("water", shown("WATER_DROP")), _HURRY_S),
            *before,
            Push("short", "acknowledge the reminder to drink", only_if=due),
            Until(if_asked("water", answered(of.WATER_ACK)), _PRESS_S),
            Until(polled("water", 3), _POLL_S),
            _SETTLE,
            *after,
        ),
    )


_SHOWN = told("show_prompt", True)
_GONE = told_in_the_end("show_prompt", False)
_PROMPTED = (
    Until(if_asked("prompt", _SHOWN), _POLL_S),
    Until(if_asked("prompt", shown("BREAK_PROMPT")), _HURRY_S),
)


def _prompt(act: str, story: str, kind: str, why: str) -> Act:
    return Act(
        act,
        story,
        (
            Do(lambda script: script.lose(of.PROMPT_ACK)),
            Do(Script.open_prompt),
            *_PROMPTED,
            Push(kind, why, only_if=_SHOWN),
            Until(if_asked("prompt", answered(of.PROMPT_ACK)), _PRESS_S),
            Until(if_asked("prompt", _GONE), _POLL_S),
            _SETTLE,
        ),
    )


def _refusal(act: str, status: int) -> Act:
    return Act(act, f"Every poll is refused with {status}.", (Treat(of.REFUSING, status), For(45)))


ACTS: tuple[Act, ...] = (
    Act(ARRIVAL, "The device says who it is, and begins to poll.", (Until(arrived, _POLL_S),)),
    _reminder(
        REMINDER,
        "It is time to drink; the answer to the acknowledgement gets lost.",
        of.WATER_ACK,
        Look(SEES_REMINDER, "does it remind to drink?"),
        Look(SAW_REMINDER, "does it still remind to drink?"),
    ),
    _reminder(
        LOST_REMINDER,
        "It is time to drink; the answer that says so gets lost.",
        of.WATER_POLL,
    ),
    _prompt(
        PROMPT,
        "A break is proposed and accepted; the answer to that gets lost.",
        "short",
        "accept the break",
    ),
    _prompt(
        DISMISSED_PROMPT,
        "Another break is proposed and dismissed.",
        "long",
        "dismiss the break",
    ),
    Act(
        WITHDRAWN_PROMPT,
        "A break is proposed, and withdrawn before anybody answers. A long press then asks for "
        "encouragement.",
        (
            Do(Script.open_prompt),
            *_PROMPTED,
            Look(SEES_PROMPT, "does it propose a break?"),
            Do(Script.withdraw_prompt),
            Until(if_asked("prompt", _GONE), _POLL_S),
            _SETTLE,
            Look(SAW_PROMPT, "does it still propose a break?"),
            Until(shown("IDLE"), _HURRY_S),
            Push("long", "ask for encouragement"),
            Until(answered(of.ENCOURAGEMENT), 15),
            For(12),
        ),
    ),
    Act(
        OWN_POMODORO,
        "A press starts a Pomodoro, another one stops it.",
        (
            Until(shown("IDLE"), _HURRY_S),
            Push("short", "start a Pomodoro", only_if=asks("pomodoro")),
            Until(if_asked("pomodoro", answered(of.START)), _PRESS_S),
            Until(polled("pomodoro", 1), _POLL_S),
            Until(if_asked("pomodoro", shown("POMODORO_TIMER")), _HURRY_S),
            Push("short", "stop the Pomodoro", only_if=answered(of.START)),
            Until(if_asked("pomodoro", answered(of.STOP)), _PRESS_S),
            Do(Script.stop_pomodoro),
            Until(polled("pomodoro", 3), _POLL_S),
            _SETTLE,
        ),
    ),
    Act(
        APPS_POMODORO,
        "The app starts a Pomodoro of two minutes of focus and one of break; the server's clock is "
        "put forward and back by hours all the while.",
        (
            Do(lambda script: script.change_clocks(True)),
            Do(Script.start_pomodoro),
            Until(if_asked("pomodoro", told("phase", "focus")), _POLL_S),
            For(5),
            Look(SEES_MINUTES, "does it show focus and the minutes that are left, 2 or 1?"),
            Until(if_asked("pomodoro", told("phase", "completed")), 260),
            For(12),
            _SETTLE,
            Look(SAW_POMODORO, "does it still show a Pomodoro?"),
            Do(Script.stop_pomodoro),
            Do(lambda script: script.change_clocks(False)),
        ),
    ),
    Act(
        NONSENSE,
        "Polls are answered with all kinds of nonsense, every third time well.",
        (Treat(of.NONSENSE), Until(swallowed, 1_200)),
    ),
    _back(NONSENSE),
    _refusal(REFUSALS[0], 404),
    _back(REFUSALS[0]),
    _refusal(REFUSALS[1], 429),
    _back(REFUSALS[1]),
    _refusal(REFUSALS[2], 503),
    _back(REFUSALS[2]),
    Act(
        TOKEN_ENDS,
        "The token is not valid any more. A device without one is refused with 401.",
        (Do(Script.end_token), Until(paired_anew, COMES_BACK_S)),
    ),
    _back(TOKEN_ENDS),
    Act(
        HUNG_UP,
        "The server hangs up on whoever asks, for twenty minutes (in haste seven).",
        (
            Treat(of.HUNG_UP),
            For(1_200, 420),
            Look(SEES_OFFLINE, "does it say that it is offline?"),
        ),
    ),
    _back(HUNG_UP, Look(SAW_OFFLINE, "does it still say that it is offline?")),
    Act(
        SILENT,
        "The server hears and says nothing, for three minutes (in haste half of it).",
        (Treat(of.SILENT), For(180, 90)),
    ),
    _back(SILENT),
    Act(
        CLOSED,
        "Nobody listens, for two minutes (in haste one).",
        (Treat(of.CLOSED), For(120, 60)),
    ),
    _back(CLOSED),
    Act(CALM, "Nothing happens for a minute.", (For(65),)),
)
