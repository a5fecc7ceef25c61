"""Every kind of store, for whoever tests something on all of them.

Here: a fresh and empty store of a kind. Not here: what a store must do; see ``tests/adapters``.
"""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from petcore.ports.store import Store
from petcore.settings import MongoDriver
from petcore.wiring import create_store
from tests.mongo.server import REAL, MongoServer, mongo_server, real_database

KINDS = ("memory", "sqlite", "motor", "pymongo", *(("real_motor", "real_pymongo") if REAL else ()))
"""The last two are on a real MongoDB, and only if ``PETCORE_TEST_MONGODB_URI`` names one."""


@contextmanager
def fresh_store(kind: str) -> Iterator[Store]:
    """An empty store that is not open yet. What it held is gone in the end."""
    if kind == "memory":
        yield create_store("memory:")
    elif kind == "sqlite":
        with TemporaryDirectory() as folder:
            yield create_store(f"sqlite:///{Path(folder) / 'petcore.db'}")
    elif kind in ("motor", "pymongo"):
        yield create_store(_stand_in().uri(), _driver(kind))
    elif kind in KINDS:
        with real_database() as uri:
            yield create_store(uri, _driver(kind))
    else:
        raise ValueError(f"{kind!r} is no kind of store; there are {', '.join(KINDS)}")


def _driver(kind: str) -> MongoDriver:
    return "motor" if kind.endswith("motor") else "pymongo"


@cache
def _stand_in() -> MongoServer:
    """One for all tests of this process: starting one takes longer than most of them."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(mongo_server())
