"""The store in MongoDB, through both drivers: the whole suite, and what only it must do."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from petcore.adapters.store_mongo import Driver, MongoStore
from petcore.ports.store import Store
from tests.adapters.store_conformance import StoreConformance
from tests.mongo.server import MongoServer, mongo_server


@pytest.fixture(scope="module")
def server() -> Iterator[MongoServer]:
    """A stand-in for the tests of this file."""
    with mongo_server() as server:
        yield server


class TestMongoStore(StoreConformance):
    """Runs the suite."""

    # The stand-in would read it as SQL.
    word = "orders"

    @pytest.fixture(params=["motor", "pymongo"])
    def driver(self, request: pytest.FixtureRequest) -> Driver:
        """Both."""
        driver: Driver = request.param
        return driver

    @pytest_asyncio.fixture
    async def store(self, server: MongoServer, driver: Driver) -> AsyncIterator[Store]:
        """An empty store."""
        store = MongoStore(server.uri(), driver=driver)
        await store.open()
        yield store
        await store.close()
