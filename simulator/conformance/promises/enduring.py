"""Promises about bad times: outages, nonsense, refusals, and what comes after them."""

from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from simulator.conformance import story
from simulator.conformance.nonsense import KINDS
from simulator.conformance.record import NONSENSE, PAIRING, POLLS, Record, Request, Span
from simulator.conformance.verdict import (
    Breach,
    Finding,
    clock,
    finding,
    jitter_ms,
    seconds,
    slack_ms,
    timed,
)

LONGEST_MS = 90_000
SHORTEST_MS = 1_000
GROWN_MS = 10_000
BACK_MS = story.COMES_BACK_S * 1000
PAIRS_MS = 60_000
_ENOUGH = 4
_REGULAR_MS = 500


def backs_off(record: Record) -> Finding:
    """While the server hangs up on it, a device waits longer and longer, by chance, a minute at
    most (a minute and a half is let pass).
    """
    span = record.span(story.HUNG_UP)
    polls = {
        poll: asked
        for poll, requests in record.polls().items()
        if (asked := [r for r in requests if r.act == story.HUNG_UP])
    }
    if span is None or not polls:
        return finding((), (), ["it asked nothing while the server hung up"])
    breaches = [breach for poll in polls for breach in _bad_waits(record, poll, polls[poll], span)]
    late = {poll: _late_waits(asked) for poll, asked in polls.items()}
    enough = {poll: waits for poll, waits in late.items() if len(waits) >= _ENOUGH}
    if enough and all(max(waits) - min(waits) < _REGULAR_MS for waits in enough.values()):
        words = "it waits by the clock and not by chance, so all devices come back at once"
        breaches.append(Breach(words, span.from_ms, span.to_ms))
    kept = [f"{poll}: {len(polls[poll])} tries, {_range(polls[poll])}" for poll in polls]
    return timed(record, breaches, kept, [] if enough else ["too few tries to see"])


def _bad_waits(record: Record, poll: str, asked: list[Request], span: Span) -> Iterator[Breach]:
    slack, jitter = slack_ms(record.scale), jitter_ms(record.scale)
    ends = [*(request.at_ms for request in asked[1:]), span.to_ms]
    for request, next_ms in zip(asked, ends, strict=True):
        wait_ms = next_ms - request.end_ms
        at = f"{clock(request.end_ms)} {poll}"
        if wait_ms > LONGEST_MS + slack:
            yield Breach(f"{at}: waited {seconds(wait_ms)}", request.end_ms, next_ms)
        elif wait_ms < SHORTEST_MS - jitter and next_ms != span.to_ms:
            yield Breach(f"{at}: waited only {seconds(wait_ms)}", request.end_ms, next_ms)
    late = _late_waits(asked)
    if len(late) >= _ENOUGH and median(late) < GROWN_MS - jitter:
        yield Breach(
            f"{poll}: still every {seconds(int(median(late)))} in the end", span.from_ms, span.to_ms
        )


def _waits(asked: list[Request]) -> list[int]:
    return [later.at_ms - one.end_ms for one, later in pairwise(asked)]


def _late_waits(asked: list[Request]) -> list[int]:
    """The second half of them, when they have grown."""
    waits = _waits(asked)
    return waits[len(waits) // 2 :]


def _range(asked: list[Request]) -> str:
    waits = _waits(asked)
    return f"{seconds(min(waits))} to {seconds(max(waits))} apart" if waits else "once"


def comes_back(record: Record) -> Finding:
    """Two minutes after an outage at the latest, everything is polled again."""
    breaches, kept = [], []
    for act in story.OUTAGES:
        late, good = _backs(record, act)
        breaches += late
        kept += good
    return timed(record, breaches, kept, _not_come_to(record, *story.OUTAGES))


def _not_come_to(record: Record, *acts: str) -> list[str]:
    missing = [act for act in acts if record.span(story.back_from(act)) is None]
    return [f"it did not come to {act!r}" for act in missing]


def _backs(record: Record, act: str) -> tuple[list[Breach], list[str]]:
    """What of its polls did not come back in time after an act, and what did."""
    span, back = record.span(act), record.span(story.back_from(act))
    if span is None or back is None:
        return [], []
    late, good = [], []
    for poll, requests in record.polls().items():
        if requests[0].at_ms > span.to_ms:
            continue
        until_ms = span.to_ms + BACK_MS + slack_ms(record.scale)
        first = next((r.at_ms for r in requests if r.is_good and r.at_ms >= span.to_ms), until_ms)
        words = f"{act}: {poll} came back after {seconds(first - span.to_ms)}"
        if first < until_ms:
            good.append(words)
        else:
            late.append(Breach(words.replace("after", "not within"), span.to_ms, until_ms))
    return late, good


def survives_nonsense(record: Record) -> Finding:
    """Whatever it is answered, a device goes on polling."""
    breaches, served = [], set()
    polls = record.polls()
    for poll, requests in polls.items():
        for request, later in zip(requests, [*requests[1:], None], strict=True):
            kind = _kind(request)
            served.add((poll, kind))
            until_ms = request.end_ms + BACK_MS + slack_ms(record.scale)
            if kind and (later is None or later.at_ms > until_ms):
                words = f"{clock(request.end_ms)} {poll} was not asked again after {kind}"
                breaches.append(Breach(words, request.end_ms, until_ms))
    missing = [
        f"{poll}: it did not come to {kind}"
        for poll in polls
        for kind in KINDS
        if (poll, kind) not in served
    ]
    kept = [f"{poll}: {len(KINDS)} kinds of nonsense" for poll in polls]
    return timed(record, breaches, kept, missing)


def _kind(request: Request) -> str:
    name, _, kind = request.treatment.partition(": ")
    return kind if name == NONSENSE else ""


def takes_refusals(record: Record) -> Finding:
    """Refused, a device neither hammers nor gives up; without a valid token it pairs anew."""
    breaches, kept = [], []
    for act in (*story.REFUSALS, story.TOKEN_ENDS):
        late, good = _backs(record, act)
        breaches += [*_hammering(record, act), *late]
        kept += [f"{act}: came back"] if good else []
    span = record.span(story.TOKEN_ENDS)
    if record.of(PAIRING) and span is not None:
        until_ms = span.from_ms + PAIRS_MS + slack_ms(record.scale)
        anew = [r for r in record.of(PAIRING) if span.from_ms <= r.at_ms <= until_ms]
        if anew:
            kept.append(f"{story.TOKEN_ENDS}: paired anew")
        else:
            breaches.append(Breach("it did not pair anew", span.from_ms, until_ms))
    return timed(record, breaches, kept, _not_come_to(record, *story.REFUSALS, story.TOKEN_ENDS))


def _hammering(record: Record, act: str) -> Iterator[Breach]:
    polls: dict[str, list[Request]] = {}
    for request in record.during(act, *POLLS):
        polls.setdefault(request.poll, []).append(request)
    for poll, requests in polls.items():
        for one, later in pairwise(requests):
            wait_ms = later.at_ms - one.end_ms
            if wait_ms < SHORTEST_MS - jitter_ms(record.scale):
                words = f"{clock(one.at_ms)} {act}: {poll} again after {seconds(wait_ms)}"
                yield Breach(words, one.at_ms, later.at_ms)


def is_there_in_the_end(record: Record) -> Finding:
    """After all of that it still polls whatever it polled in the beginning."""
    if record.ended:
        return finding([record.ended])
    if record.span(story.CALM) is None:
        return finding((), (), ["it did not come to the end"])
    last = {request.poll for request in record.during(story.CALM, *POLLS) if request.is_good}
    gone = [f"{poll} is not polled any more" for poll in record.polls() if poll not in last]
    return finding(gone, [f"{poll} is polled" for poll in sorted(last)])
