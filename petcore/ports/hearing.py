"""The port of hearing: who makes words of a recording."""

from typing import Protocol

from petcore.ports.audio import Recording


class Hearing(Protocol):
    """Listens."""

    @property
    def name(self) -> str:
        """What it is called in settings and logs."""
        ...

    async def hear(self, recording: Recording) -> str:
        """The words that were said; "" if there were none. Raises ``HearingFailed``, and
        ``HearingAbsent`` if this server cannot hear at all.
        """
        ...

    async def close(self) -> None:
        """Let go of what it holds. Closing twice is allowed."""
        ...
