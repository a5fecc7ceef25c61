"""A store that lets the trace know of each sample when it is stored, whoever made it.

For worlds in which the server makes the scores: there no request says them, and a judge who only
heard of the end could not tell when a break prompt was due.
"""

import orjson

from petcore.ports.store import Collection, R, Store
from simulator.kernel.masking import masked
from simulator.kernel.trace import Trace
from simulator.kernel.wrapped import WrappedStore

_SAMPLES = "focus_samples"


class OverheardStore(WrappedStore):
    """Hands everything on to ``store``."""

    def __init__(self, store: Store, trace: Trace) -> None:
        super().__init__(store)
        self._trace = trace

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document durably. Raises ``Duplicate`` and stores nothing if it is not."""
        await self._store.insert(collection, document)
        if collection.name == _SAMPLES:
            text = masked(orjson.dumps(document).decode())
            self._trace.note("measured", document=text)
