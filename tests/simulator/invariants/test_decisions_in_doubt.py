"""A decision on a prompt is stored once, perhaps by an answer that came to no end: then samples may
count again from fifteen minutes after that answer, not after the one that told of it.
"""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.break_prompts import BreakPrompts
from tests.simulator.invariants.story import (
    PROMPT,
    Story,
    minute,
    prompt_ack,
    prompt_poll,
    samples,
    sole,
    study,
    unheard,
    verdict,
    with_status,
    world,
)

OTHER = "99999999-9999-4999-8999-999999999999"


def shown(at: float, id: str | None = PROMPT, since: float = 10) -> Story:
    """A poll at a minute shows the prompt of another minute, or none."""
    return prompt_poll(minute(at), id, minute(since))


def dismissal(at: float, *, accepts: bool = False, id: str = PROMPT) -> Story:
    """The prompt is answered at a minute, and has been dismissed."""
    return prompt_ack(minute(at), id, accepts, answered=False)


def failed(story: Story, status: int = 503) -> Story:
    """The same, but the server says that it could not, or will not."""
    return with_status(story, status)


ASKED = [world(), study(0), samples(range(11)), shown(10.5)]
"""A prompt at minute 10; its user sees it."""
FIRST = failed(dismissal(11))
"""He dismisses it, and the store does not tell whether it has it."""
TOLD = dismissal(11.5)
"""He does so again. If that was the first one, samples of minute 27 and later count."""
_POLL = shown(11.2)
ASKS, SHOWS = [{**_POLL[0], "at": minute(10.9)}], _POLL[1:]
"""A poll is asked before that, and answered later."""


def objections(*stories: Story, high_until: int, then: Story) -> list[str]:
    """What is said of ``then``, when stress has gone on to be high."""
    high = samples(range(12, high_until + 1))
    return verdict(BreakPrompts(TzdataZones()), *ASKED, *stories, high, then)


@pytest.mark.parametrize(
    "stories",
    [
        [FIRST, TOLD],
        [unheard(dismissal(11)), TOLD],
        [FIRST, failed(dismissal(11.2)), TOLD],
        [FIRST, dismissal(11.5, accepts=True)],
        [shown(11), FIRST, TOLD],
        [ASKS, FIRST, SHOWS, TOLD],
    ],
)
def test_a_decision_may_be_that_of_an_answer_in_doubt(stories: list[Story]) -> None:
    """Also if the user has changed his mind: the first decision is kept."""
    assert objections(*stories, high_until=36, then=shown(36.5, OTHER, since=36)) == []


@pytest.mark.parametrize(
    "stories",
    [
        [TOLD],
        [failed(dismissal(11), 409), TOLD],
        [failed(dismissal(11, accepts=True)), TOLD],
        [failed(dismissal(11, id=OTHER)), TOLD],
        [FIRST, shown(11.2), TOLD],
        [shown(11.2), failed(dismissal(11.3)), TOLD],
    ],
)
def test_what_cannot_have_decided_excuses_nothing(stories: list[Story]) -> None:
    """It was refused, said something else or of something else, or a poll showed the prompt later.
    A minute later there is the prompt that there must be.
    """
    early = objections(*stories, high_until=36, then=shown(36.5, OTHER, since=36))
    assert "had not been high" in sole(early)
    assert objections(*stories, high_until=37, then=shown(37.5, OTHER, since=37)) == []


def test_an_answer_in_doubt_need_not_have_decided() -> None:
    """No prompt must come while the samples may not count yet, and one must as soon as they do;
    none may come when they do not count either way.
    """
    assert objections(FIRST, TOLD, high_until=36, then=shown(36.5, None)) == []
    assert objections(FIRST, TOLD, high_until=37, then=shown(37.5, OTHER, since=37)) == []
    missed = objections(FIRST, TOLD, high_until=37, then=shown(37.5, None))
    assert "shows no prompt" in sole(missed)
    early = objections(FIRST, TOLD, high_until=35, then=shown(35.5, OTHER, since=35))
    assert "had not been high" in sole(early)


@pytest.mark.parametrize(("polled", "kept"), [(11, True), (11.2, False)])
def test_an_open_prompt_was_not_resolved_before_a_poll_that_shows_it(
    polled: float, kept: bool
) -> None:
    """Nobody answers it again, so only the answer in doubt can have resolved it."""
    stories = (shown(polled), FIRST) if kept else (FIRST, shown(polled))
    found = objections(*stories, high_until=36, then=shown(36.5, OTHER, since=36))
    assert (found == []) is kept
    assert objections(*stories, high_until=37, then=shown(37.5, OTHER, since=37)) == []
