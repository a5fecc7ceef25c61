"""Verdicts on worlds that nobody lived through."""

from simulator.sweep.verdict import Verdict


def verdict(seed: int, *, is_good: bool = True) -> Verdict:
    """One of a world that nobody lived through."""
    said: dict[str, object] = {"seed": seed, "digest": f"{seed:064x}", "cases": {"a judge": 3}}
    if not is_good:
        broken = {"judge": "a judge", "at": 3_600_000, "words": "was told a lie"}
        said |= {"objections": {"a judge": 2}, "broken": [broken]}
    return Verdict.model_validate(said)
