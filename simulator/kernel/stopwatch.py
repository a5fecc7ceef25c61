"""How long a run takes for those who wait for it. The only file here that reads a real clock."""

from time import perf_counter


class Stopwatch:
    """Runs from the moment it is made."""

    def __init__(self) -> None:
        self._began = perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds of the real world since then."""
        return perf_counter() - self._began
