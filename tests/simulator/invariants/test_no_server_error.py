"""Any status of 500 and above is an objection, whatever the request was."""

import pytest

from simulator.invariants import no_server_error
from simulator.invariants.no_server_error import NoServerError
from simulator.kernel.trace import number
from simulator.server.disk import AWAY, FULL, LOST_ANSWER, STORE
from tests.simulator.invariants.story import Story, exchanged, sole, verdict, world


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


UNAVAILABLE = {"ok": False, "error": "try again later", "code": "store_unavailable"}


@pytest.mark.parametrize(
    ("at", "status", "answer", "is_true"),
    [
        (60_000, 503, UNAVAILABLE, True),
        (119_000, 503, UNAVAILABLE, True),
        (200_000, 503, UNAVAILABLE, False),
        (59_000, 503, UNAVAILABLE, False),
        (60_000, 503, {**UNAVAILABLE, "code": "sight_failed"}, False),
        (60_000, 500, UNAVAILABLE, False),
    ],
)
def test_that_the_store_is_away_may_be_said_while_it_is(
    at: int, status: int, answer: dict[str, object], is_true: bool
) -> None:
    """For one minute, from the first one on; and not when the server itself is wrong."""
    (first,) = world()
    away: Story = [
        {**first, "faults": {"store": {"outages": 6}}},
        {"at": 60_000, "kind": "fault", "fault": AWAY, "who": STORE, "number": 1, "ms": 60_000},
    ]
    asked = exchanged(at, "GET /x", {}, answer, status=status)
    story = sorted([*away, *asked], key=lambda event: number(event, "at"))
    assert (verdict(NoServerError(), story) == []) is is_true


def test_the_names_of_what_fails_are_those_of_the_store() -> None:
    """A judge knows the trace alone, so the names stand in two places."""
    assert {AWAY, FULL, LOST_ANSWER} == {*no_server_error._FAILS}


def test_other_faults_do_not_take_the_store_away() -> None:
    """A worker that died, say."""
    crash = {"at": 60_000, "kind": "fault", "fault": "crash", "who": "server", "number": 1, "ms": 9}
    asked = exchanged(60_001, "GET /x", {}, UNAVAILABLE, status=503)
    assert "was answered 503" in sole(verdict(NoServerError(), world(), [crash, *asked]))


@pytest.mark.parametrize("code", ["sight_absent", "camera_unavailable"])
@pytest.mark.parametrize(
    ("operation", "is_camera", "status", "is_true"),
    [
        ("GET /api/video/latest", False, 503, True),
        ("GET /api/video/stream", False, 503, True),
        ("POST /api/video/presage-test", False, 503, True),
        ("GET /api/video/latest", True, 503, False),
        ("GET /api/video/latest", False, 500, False),
        ("GET /api/video/source", False, 503, False),
        ("POST /api/stress/session/start", False, 503, False),
    ],
)
def test_that_it_cannot_see_may_be_said_where_there_is_no_camera(
    operation: str, is_camera: bool, status: int, is_true: bool, code: str
) -> None:
    """To who asks for a picture, and to nobody else."""
    (first,) = world()
    begin: Story = [{**first, **({"camera": True} if is_camera else {})}]
    answer = {"ok": False, "error": "there is none", "code": code}
    asked = exchanged(1, operation, {}, answer, status=status)
    assert (verdict(NoServerError(), begin, asked) == []) is is_true


def test_that_it_fails_to_look_is_an_error_with_or_without_a_camera() -> None:
    """The process that looks at pictures has died, which nobody wished."""
    answer = {"ok": False, "error": "try again later", "code": "sight_failed"}
    asked = exchanged(1, "GET /api/video/latest", {}, answer, status=503)
    assert "was answered 503" in sole(verdict(NoServerError(), world(), asked))
