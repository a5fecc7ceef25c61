"""The hearing that needs no network and no key: pocketsphinx, in a process of its own.

Here: how long it is waited for, and what is said when nothing comes of it. Not here: how it listens
(``hearing_pocketsphinx_child``).
"""

from collections.abc import Mapping

from petcore.adapters.child import Bounds, Child, ChildFailed, Declined, Why
from petcore.errors import HearingFailed
from petcore.ports.audio import Recording

_BOUNDS = Bounds(deadline_s=25.0, waiting_max=8)
_CHILD = "petcore.adapters.hearing_pocketsphinx_child"
_WORDS: Mapping[Why, str] = {
    "busy": "too many recordings are waiting to be heard",
    "late": "listening took too long",
    "unstarted": "the process that listens cannot be started",
    "ended": "the process that listens has ended",
    "closed": "nobody listens any more",
}


class PocketsphinxHearing:
    """The ``Hearing`` of pocketsphinx: what ``grammar`` (JSGF) expects it hears well, other English
    badly. It listens to one recording at a time; all of that is within ``bounds``.
    """

    name = "pocketsphinx"

    def __init__(self, grammar: str, bounds: Bounds = _BOUNDS) -> None:
        self._child = Child(_CHILD, bounds, grammar.encode())

    async def hear(self, recording: Recording) -> str:
        """The words that were said; "" if there were none. Raises ``HearingFailed``."""
        if not recording.samples.strip(b"\0"):
            return ""
        try:
            return (await self._child.ask(recording.samples)).decode()
        except ChildFailed as failed:
            raise HearingFailed(_WORDS[failed.why]) from failed
        except Declined as declined:
            raise AssertionError("nothing is declined by who only listens") from declined

    async def close(self) -> None:
        """End the process; whoever waits for it hears that it failed."""
        await self._child.close()
