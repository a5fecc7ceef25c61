"""What the estimator knows of each person who was seen lately.

Several may look through one camera, and each is told scores by what is usual for himself. Here is
what is known of them from one request to the next; of a broadcast that is over nobody asks any
more. Not here: what a camera shows (``shot``), and what is stored of a session (``metrics``).
"""

from collections import OrderedDict
from dataclasses import dataclass

from petcore.rules.vitals import Estimate, Vitals
from petcore.services.desktop_pet.baselines import Baselines
from petcore.services.desktop_pet.shot import Shot, judged
from petcore.services.recent import keep


@dataclass(frozen=True, slots=True)
class _Follower:
    """The person, as seen by a ``broadcast`` until ``read`` readings of it."""

    broadcast: int
    read: int
    vitals: Vitals


class Known:
    """Those who were seen lately."""

    def __init__(self, baselines: Baselines) -> None:
        self._baselines = baselines
        self._followed: OrderedDict[str, _Follower] = OrderedDict()

    async def begin(self, user_id: str) -> Vitals:
        """A person of whom nothing was seen yet, but in earlier sessions."""
        return await self._baselines.begin(user_id)

    async def estimate(self, user_id: str, shot: Shot) -> Estimate:
        """What a picture and those before it say of the person."""
        known = self._followed.get(user_id)
        if known is None or known.broadcast != shot.broadcast:
            known = _Follower(shot.broadcast, 0, await self.begin(user_id))
        seen, estimate = judged(known.vitals, shot.since(known.read), shot.at_ms)
        keep(self._followed, user_id, _Follower(shot.broadcast, shot.read, seen))
        return estimate
