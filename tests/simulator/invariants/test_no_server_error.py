"""Any status of 500 and above is an objection, whatever the request was."""

import pytest

from simulator.invariants.no_server_error import NoServerError
from tests.simulator.invariants.story import exchanged, sole, verdict


@pytest.mark.parametrize("status", [200, 201, 404, 499])
def test_what_is_no_error_of_the_server_is_accepted(status: int) -> None:
    """Refusals are answers, too."""
    judge = NoServerError()
    assert verdict(judge, exchanged(1, "GET /x", {}, {}, status=status)) == []
    assert judge.cases == 1


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_server_is_noticed(status: int) -> None:
    """Whether or not its answer arrives."""
    story = exchanged(1, "GET /x", {}, {}, status=status, arrives=False)
    assert f"was answered {status}" in sole(verdict(NoServerError(), story))


def test_an_error_page_is_noticed_although_it_is_no_json() -> None:
    """Whoever fails may not even keep to the form."""
    request, served, *_ = exchanged(1, "GET /x", {}, {}, status=500)
    page = {**served, "body": "<html>"}
    assert "was answered 500" in sole(verdict(NoServerError(), [request, page]))


@pytest.mark.parametrize("status", [500, 502, 503])
def test_what_the_pet_talks_by_is_not_the_server(status: int) -> None:
    """It may fail (502) or take too long (503) where there is talk, and nowhere else."""
    refused = {"ok": False}
    talk, read = (
        exchanged(1, operation, {}, refused, status=status)
        for operation in ("POST /api/chat/message", "GET /api/chat/memory")
    )
    assert len(verdict(NoServerError(), talk)) == (status == 500)
    assert len(verdict(NoServerError(), read)) == 1
