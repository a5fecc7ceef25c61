"""Promises about how a device asks: by the contract, in time, without haste, as who it is."""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil

from simulator.conformance import story
from simulator.conformance.answers import PUBLIC
from simulator.conformance.record import (
    COLLECT,
    FINE,
    PAIRING,
    Record,
    Request,
    Span,
)
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
from simulator.invariants.contract import operation
from simulator.invariants.exchanges import Exchange

FIXED_MS_MAX = 60_000
SECOND_MS = 1_000
_AS_TOLD_TWICE = 2
_IN_A_ROW = 5


def asks_by_the_contract(record: Record) -> Finding:
    """Every request is one of the contract, with the fields that it wants there."""
    wrong = [
        f"{clock(request.at_ms)} {request.operation}: {fault}"
        for request in record.of()
        if (fault := request.fault or _fault(request))
    ]
    return finding(wrong, [f"{len(record.requests)} requests"] if record.requests else ())


def _fault(request: Request) -> str:
    promised = operation(request.operation)
    if promised is None:
        return "is not in the contract"
    return promised.fault_of_request(
        Exchange(
            id=0,
            who="device",
            at=request.end_ms,
            operation=request.operation,
            asked=request.asked,
            headers=request.headers,
            status=request.status,
            answer={},
            answer_headers={},
            asked_at=request.at_ms,
        )
    )


def polls_in_time(record: Record) -> Finding:
    """Never later than ``next_poll_s`` says; or at fixed periods of at most a minute."""
    breaches, kept = [], []
    most_ms = FIXED_MS_MAX + slack_ms(record.scale)
    for poll, requests in record.polls().items():
        pauses = list(_pauses(record, requests))
        late = [pause for pause in pauses if pause.length_ms > pause.told_ms]
        if not pauses:
            continue
        longest_ms = max(pause.length_ms for pause in pauses)
        if not late:
            kept.append(f"{poll}: {len(pauses)} times when it was told to")
        elif longest_ms <= most_ms:
            kept.append(
                f"{poll}: {len(pauses)} times at its own period, at most {seconds(longest_ms)}"
            )
        breaches += [
            Breach(
                f"{clock(pause.from_ms)} {poll}: silent for {seconds(pause.length_ms)}",
                pause.from_ms,
                pause.from_ms + pause.length_ms,
            )
            for pause in late
            if pause.length_ms > most_ms
        ]
    return timed(record, breaches, kept)


class _Pause:
    """From a good answer to the next request; ``told_ms`` is how long it may be."""

    def __init__(self, from_ms: int, to_ms: int, told_ms: int) -> None:
        self.from_ms, self.length_ms, self.told_ms = from_ms, to_ms - from_ms, told_ms


def _pauses(record: Record, requests: list[Request]) -> Iterator[_Pause]:
    """Those that lie in a stretch in which all is well; one that does not end counts as far as it
    was seen.
    """
    stretches = _good_stretches(record)
    for place, request in enumerate(requests):
        told_s = request.answer.get("next_poll_s")
        stretch = next((span for span in stretches if span.holds(request.end_ms)), None)
        if not request.is_good or not isinstance(told_s, int) or stretch is None:
            continue
        may_ms = told_s * SECOND_MS + slack_ms(record.scale)
        if place + 1 < len(requests) and requests[place + 1].at_ms <= stretch.to_ms:
            yield _Pause(request.end_ms, requests[place + 1].at_ms, may_ms)
        elif stretch.to_ms - request.end_ms > may_ms:
            yield _Pause(request.end_ms, stretch.to_ms, may_ms)


def _good_stretches(record: Record) -> list[Span]:
    """While its token ends, a device has other things to do."""
    ends = record.span(story.TOKEN_ENDS)
    return [
        piece
        for span in record.treatments
        if span.name == FINE
        for piece in ([span] if ends is None else _without(span, ends))
    ]


def _without(span: Span, hole: Span) -> list[Span]:
    before = Span(span.name, span.from_ms, min(span.to_ms, hole.from_ms))
    after = Span(span.name, max(span.from_ms, hole.to_ms), span.to_ms)
    return [piece for piece in (before, after) if piece.from_ms < piece.to_ms]


def never_hurries(record: Record) -> Finding:
    """No poll is asked again within a second, but once or twice when something has happened."""
    jitter = jitter_ms(record.scale)
    row = _IN_A_ROW + ceil(4 * jitter / SECOND_MS)
    breaches = []
    for poll, requests in record.polls().items():
        for first, last in zip(requests, requests[row:], strict=False):
            took_ms = last.at_ms - first.at_ms
            if took_ms < (row - _AS_TOLD_TWICE) * SECOND_MS - jitter:
                words = f"{clock(first.at_ms)} {poll}: {row + 1} polls in {seconds(took_ms)}"
                breaches.append(Breach(words, first.at_ms, last.at_ms))
    return timed(record, breaches, [f"{poll}: {_nearest(r)}" for poll, r in record.polls().items()])


def _nearest(requests: list[Request]) -> str:
    gaps = sorted(later.at_ms - one.at_ms for one, later in pairwise(requests))
    return f"every {seconds(gaps[len(gaps) // 2])} or so" if gaps else "once"


def proves_who_it_is(record: Record) -> Finding:
    """Who has asked for a code collects a token and bears it from then on."""
    collected = [
        (request.end_ms, f"Bearer {request.answer['token']}")
        for request in record.of(COLLECT)
        if request.is_good and request.answer.get("status") == "paired"
    ]
    if not record.of(PAIRING):
        return finding((), (), ["it asks for no code"])
    if not collected:
        return finding(["it asked for a code and never collected its token"])
    wrong = [
        f"{clock(request.at_ms)} {request.operation} without the token it was given"
        for request in record.of()
        if request.operation not in PUBLIC
        and not request.fault
        and (due := _token_due(record, collected, request.at_ms))
        and request.headers.get("authorization") not in due
    ]
    return finding([*wrong, *_code_not_shown(record)], [f"paired {len(collected)} times"])


def _token_due(record: Record, collected: list[tuple[int, str]], at_ms: int) -> set[str]:
    """Which tokens may be borne at a moment: the newest, and for a little while the one before.
    None before the first had time to arrive.
    """
    slack = slack_ms(record.scale)
    given = [(since_ms, token) for since_ms, token in collected if since_ms <= at_ms]
    if not given or given[0][0] + slack > at_ms:
        return set()
    settled = [token for since_ms, token in given if since_ms + slack <= at_ms]
    return {settled[-1], given[-1][1]}


def _code_not_shown(record: Record) -> list[str]:
    codes = [str(r.answer.get("user_code")) for r in record.of(PAIRING) if r.is_good]
    shown = [f"{screen.title} {screen.detail}" for screen in record.screens]
    if not record.has_eyes or not codes or any(codes[0] in words for words in shown):
        return []
    return [f"its code {codes[0]} was never on the screen"]
