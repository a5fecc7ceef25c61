"""Queries that were read before: who asks the same gets the same; a refusal is not remembered."""

from collections.abc import Mapping

import pytest

from petcore.api.strict import parse_query
from petcore.api.wire import UserRequest
from petcore.errors import BadInput

_LONG = b"user_id=mary&more=" + b"x" * 600


class OtherRequest(UserRequest):
    """Of another operation, whose answers must be its own."""


@pytest.mark.parametrize("query", [b"user_id=ada", b"user_id=a%64a&x=1"])
def test_the_same_query_is_read_once(query: bytes) -> None:
    """For each model; what was read cannot be changed by who has it."""
    one = parse_query(UserRequest, query, {})
    assert one.user_id == "ada"
    assert parse_query(UserRequest, query, {}) is one
    assert type(parse_query(OtherRequest, query, {})) is OtherRequest
    with pytest.raises(ValueError, match="frozen"):
        setattr(one, "user_id", "eve")  # noqa: B010 -- as who does not look at types would


@pytest.mark.parametrize(
    "query",
    [b"user_id=", b"", b"user_id=a&user_id=b", b"user_id=%zz", b"user_id=%ff", b"user_id=a%00"],
)
def test_what_is_refused_is_refused_each_time(query: bytes) -> None:
    """Also between two queries that are good."""
    for _ in range(3):
        with pytest.raises(BadInput):
            parse_query(UserRequest, query, {})
        assert parse_query(UserRequest, b"user_id=ada", {}).user_id == "ada"


def test_what_is_long_is_not_kept() -> None:
    """Nobody fills the memory so; it is read all the same."""
    one = parse_query(UserRequest, _LONG, {})
    assert one.user_id == "mary"
    assert parse_query(UserRequest, _LONG, {}) is not one


@pytest.mark.parametrize(
    ("path", "user_id"), [({"user_id": "ada"}, "ada"), ({"user_id": "eve"}, "eve")]
)
def test_what_stood_in_the_path_is_never_another_ones(
    path: Mapping[str, str], user_id: str
) -> None:
    """The same query at another path asks something else."""
    assert parse_query(UserRequest, b"x=1", path).user_id == user_id
    with pytest.raises(BadInput):
        parse_query(UserRequest, b"user_id=mary", path)
