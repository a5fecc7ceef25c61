"""What the adapters of services on the network make of a status and of a text."""

from http import HTTPStatus

import pytest

from petcore.adapters.network_service import busy, encodable, may_pass


def test_which_statuses_may_pass() -> None:
    """Those of a service that is slow, busy or broken, and those by which it alone says so."""
    passing = {status.value for status in HTTPStatus if may_pass(status)}
    assert passing == {408, 429} | {status.value for status in HTTPStatus if status >= 500}
    assert may_pass(599)
    assert may_pass(409, 409, 425)
    assert not may_pass(404, 409, 425)


def test_how_long_a_busy_service_is_left_alone() -> None:
    """As long as it asks for; and the log hears its status."""
    failed = busy(429, 3.0)
    assert (failed.after_s, "429" in failed.why) == (3.0, True)


@pytest.mark.parametrize(
    ("text", "sent"),
    [("", ""), ("Gr\u00fc\u00dfe \U0001f389", "Gr\u00fc\u00dfe \U0001f389"), ("a\ud83d!", "a?!")],
)
def test_what_can_be_encoded(text: str, sent: str) -> None:
    """All of it, but for halves of letters."""
    assert encodable(text) == sent
