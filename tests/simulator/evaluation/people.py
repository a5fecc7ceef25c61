"""Lives that nobody lived, for tests of the figures: every minute is written by hand."""

from collections.abc import Callable, Sequence

from simulator.evaluation.record import Asked, Guess, Life, Minute, Sitting

Score = Callable[[float], float | None]


def minutes(
    stress: Sequence[float],
    said: Score = lambda true: true,
    confidence: float = 0.8,
    pulse: Callable[[float], float | None] = lambda true: 65 + 22 * true,
    focus: Sequence[float] | None = None,
) -> tuple[Minute, ...]:
    """A minute for each true stress, from minute 1 on; ``said`` makes scores of truths."""
    true_focus = focus or [1 - one for one in stress]
    return tuple(
        Minute(at, calm, one, guess := _guess(said, calm, one, confidence), guess, pulse(one))
        for at, (one, calm) in enumerate(zip(stress, true_focus, strict=True), start=1)
    )


def life(seed: int, *sittings: Sequence[Minute], asked: Sequence[int] = ()) -> Life:
    """A person with these sessions, who was asked in each at those minutes."""
    prompts = tuple(Asked(at, 15_000, 40_000) for at in asked)
    return Life(
        seed,
        0.8,
        "by hand",
        tuple(Sitting(number, tuple(one), prompts) for number, one in enumerate(sittings)),
    )


def day(hard_from: int = 20, hard_to: int = 45, length: int = 70) -> list[float]:
    """Calm, but for a hard part; never the same twice, so that it can be correlated."""
    return [
        (0.9 if hard_from <= at < hard_to else 0.2) + 0.001 * (at % 7)
        for at in range(1, length + 1)
    ]


def _guess(said: Score, focus: float, stress: float, confidence: float) -> Guess:
    score = said(stress)
    return Guess(None if score is None else said(focus), score, confidence, score is not None)
