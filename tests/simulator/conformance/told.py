"""Records written by hand, for promises to be judged by. Seconds in, milliseconds of the record."""

from simulator.conformance import record as of
from simulator.conformance.promises import PROMISES
from simulator.conformance.record import FINE, Press, Record, Request, Screen, Span
from simulator.conformance.verdict import Finding, Verdict
from simulator.kernel.trace import Json

USER: Json = {"user_id": "audrey"}
KEPT, BROKEN, UNTESTED = Verdict.KEPT, Verdict.BROKEN, Verdict.UNTESTED


def request(
    at_s: float,
    operation: str,
    act: str = "calm",
    *,
    answer: Json | None = None,
    asked: Json | None = None,
    key: str | None = None,
    treatment: str = FINE,
    status: int = 200,
    end_s: float | None = None,
    headers: Json | None = None,
) -> Request:
    """Give one request that is answered within the moment."""
    said = {**(headers or {}), **({"idempotency-key": key} if key else {})}
    if operation.startswith("POST"):
        said.setdefault("content-type", "application/json")
    return Request(
        at_ms=int(at_s * 1000),
        end_ms=int((at_s if end_s is None else end_s) * 1000),
        act=act,
        operation=operation,
        asked=USER if asked is None else asked,
        headers=said,
        treatment=treatment,
        status=status if treatment == FINE else 0,
        answer=answer or {},
    )


def polls(
    act: str, *at_s: float, operation: str = of.WATER_POLL, treatment: str = FINE, told_s: int = 10
) -> list[Request]:
    """Give polls of an act at these moments; each is told when to come again."""
    answer: Json = {"next_poll_s": told_s}
    return [request(at, operation, act, answer=answer, treatment=treatment) for at in at_s]


def screen(at_s: float, name: str, title: str = "", detail: object = "", **marks: bool) -> Screen:
    """Give a scene that began then."""
    return Screen(int(at_s * 1000), name, title, detail, marks.get("offline", False))


def press(at_s: float, act: str, kind: str = "short") -> Press:
    """Give a press."""
    return Press(int(at_s * 1000), act, kind)


def span(name: str, from_s: float, to_s: float) -> Span:
    """Give an act or a treatment."""
    return Span(name, int(from_s * 1000), int(to_s * 1000))


def record(
    *facts: Request | Screen | Press,
    acts: tuple[Span, ...] = (),
    treatments: tuple[Span, ...] = (),
    said: dict[str, bool] | None = None,
    eyes: bool = True,
    hands: bool = True,
    lags: tuple[tuple[int, int], ...] = (),
) -> Record:
    """Put a record together, as it is when the story is over."""
    return Record(
        has_eyes=eyes,
        has_hands=hands,
        requests=[fact for fact in facts if isinstance(fact, Request)],
        screens=[fact for fact in facts if isinstance(fact, Screen)],
        presses=[fact for fact in facts if isinstance(fact, Press)],
        said=said or {},
        acts=list(acts),
        treatments=list(treatments),
        lags=list(lags),
    )


def judged(promise: str, told: Record) -> Finding:
    """Give what becomes of the promise of this name."""
    (judge,) = [row.judge for row in PROMISES if row.name == promise]
    return judge(told)
