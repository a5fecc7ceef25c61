"""What the pet says, and that it does not become dull."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.desktop_pet.encouragement import MESSAGES, REMEMBERED, Band, bands, choose

scores = st.floats(0, 1)


@pytest.mark.parametrize(
    ("focus", "stress", "expected"),
    [
        (0.0, 0.0, (Band.LOW, Band.LOW)),
        (0.39, 0.4, (Band.LOW, Band.MEDIUM)),
        (0.4, 0.75, (Band.MEDIUM, Band.HIGH)),
        (0.48, 0.68, (Band.MEDIUM, Band.MEDIUM)),  # the document's own example
        (0.7, 0.74, (Band.HIGH, Band.MEDIUM)),
        (1.0, 1.0, (Band.HIGH, Band.HIGH)),
    ],
)
def test_scores_fall_into_bands(focus: float, stress: float, expected: tuple[Band, Band]) -> None:
    """Each edge belongs to the band above it."""
    assert bands(focus, stress) == expected


def test_each_pair_of_bands_has_messages_of_its_own() -> None:
    """Nine pairs, each with several messages, and none twice."""
    said = [message for messages in MESSAGES.values() for message in messages]
    assert set(MESSAGES) == {(focus, stress) for focus in Band for stress in Band}
    assert len(said) == len(set(said))
    assert min(len(messages) for messages in MESSAGES.values()) >= 3


@given(scores, scores, st.integers(1, 40))
def test_nothing_is_said_again_before_all_was_said(focus: float, stress: float, times: int) -> None:
    """The messages of a band come round one after the other."""
    heard: list[str] = []
    for _ in range(times):
        heard.insert(0, choose(focus, stress, heard[:REMEMBERED]))
    count = len(MESSAGES[bands(focus, stress)])
    for start in range(len(heard)):
        window = heard[start : start + count]
        assert len(set(window)) == len(window)


@given(scores, scores, st.lists(st.sampled_from(sum(MESSAGES.values(), ())), max_size=REMEMBERED))
def test_the_choice_is_of_the_band_and_repeatable(
    focus: float, stress: float, heard: list[str]
) -> None:
    """The same scores and memory give the same message, and it fits the scores."""
    message = choose(focus, stress, heard)
    assert message in MESSAGES[bands(focus, stress)]
    assert message == choose(focus, stress, heard)
