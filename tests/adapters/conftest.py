"""What the tests of stores share: failures that are explained, drivers, and a stand-in."""

from collections.abc import Iterator
from typing import get_args

import pytest

from petcore.settings import MongoDriver
from tests.mongo.server import MongoServer, mongo_server

pytest.register_assert_rewrite("tests.adapters.store_conformance")


@pytest.fixture(params=get_args(MongoDriver))
def driver(request: pytest.FixtureRequest) -> MongoDriver:
    """Both of MongoDB's."""
    driver: MongoDriver = request.param
    return driver


@pytest.fixture(scope="module")
def server() -> Iterator[MongoServer]:
    """A stand-in for the tests of one file."""
    with mongo_server() as server:
        yield server
