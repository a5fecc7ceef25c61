"""What the kit judges: one row a promise, in the order in which they are told.

Each is a pure function of the record. They are written after the API document and know nothing of
any firmware.
"""

from simulator.conformance.promises import asking, deciding, enduring, showing
from simulator.conformance.record import Record
from simulator.conformance.verdict import Finding, Promise

PROMISES: tuple[Promise, ...] = (
    Promise(
        "asks by the contract",
        "every request is one of the contract",
        asking.asks_by_the_contract,
    ),
    Promise(
        "polls in time",
        "never later than next_poll_s, or at a period of its own of a minute at most",
        asking.polls_in_time,
    ),
    Promise("never hurries", "polls lie a second apart", asking.never_hurries),
    Promise(
        "proves who it is",
        "shows its code, collects its token, bears it from then on",
        asking.proves_who_it_is,
    ),
    Promise(
        "acknowledges once",
        "a repeated acknowledgement bears the same Idempotency-Key",
        deciding.acknowledges_once,
    ),
    Promise(
        "repeats a lost poll",
        "a water poll whose answer got lost is repeated under its key",
        deciding.repeats_a_lost_poll,
    ),
    Promise(
        "answers prompts once",
        "accepted or dismissed, as the person did, until it has arrived",
        deciding.answers_prompts_once,
    ),
    Promise(
        "leaves withdrawn prompts",
        "what was withdrawn is not answered",
        deciding.leaves_withdrawn_prompts,
    ),
    Promise("runs Pomodoros", "a press starts one, a press stops it", deciding.runs_pomodoros),
    Promise(
        "asks for encouragement",
        "a long press brings a sentence to the screen",
        deciding.asks_for_encouragement,
    ),
    Promise(
        "backs off",
        "longer and longer, by chance, at most a minute apart (90 s are let pass)",
        enduring.backs_off,
    ),
    Promise("comes back", "within two minutes after any outage", enduring.comes_back),
    Promise(
        "survives nonsense",
        "goes on polling, whatever it is answered",
        enduring.survives_nonsense,
    ),
    Promise(
        "takes refusals",
        "neither hammers nor gives up; without a valid token it pairs anew",
        enduring.takes_refusals,
    ),
    Promise(
        "shows what it is told",
        "reminder, prompt and Pomodoro are on the screen soon",
        showing.shows_what_it_is_told,
    ),
    Promise(
        "shows nothing stale",
        "what is over is gone from the screen",
        showing.shows_nothing_stale,
    ),
    Promise(
        "counts down truly",
        "minutes are those that are left, whatever server_time_utc does",
        showing.counts_down_truly,
    ),
    Promise(
        "notices the end of a phase",
        "asks within 30 s after it",
        showing.notices_the_end_of_a_phase,
    ),
    Promise(
        "marks offline",
        "the screen says so within three minutes, and not when all is well",
        showing.marks_offline,
    ),
    Promise(
        "is there in the end",
        "polls whatever it polled in the beginning",
        enduring.is_there_in_the_end,
    ),
)


def judge(record: Record) -> dict[Promise, Finding]:
    """What became of every promise, in the order of the table."""
    return {promise: promise.judge(record) for promise in PROMISES}
