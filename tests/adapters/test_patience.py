"""How long and how often something is asked, with pauses that do not wait."""

import asyncio

import pytest

from petcore.adapters.patience import Deadline, GivenUp, Patience, TryAgain, insist
from tests.adapters.patient import Pauses, at_once

SOON_S = 0.02


class Service:
    """Fails as often as it is told to, each time by the next of its ``failures``."""

    def __init__(self, *failures: Exception) -> None:
        self.asked = 0
        self._failures = list(failures)

    async def __call__(self) -> str:
        """The answer, at last."""
        self.asked += 1
        if self._failures:
            raise self._failures.pop(0)
        return "at last"


async def never() -> str:
    """An answer that does not come."""
    await asyncio.Event().wait()
    return "never"


@pytest.mark.asyncio
async def test_it_asks_until_there_is_an_answer() -> None:
    """With pauses that double."""
    service, pauses = Service(TryAgain("a"), TryAgain("b"), TryAgain("c")), Pauses()
    assert await insist(service, Patience(attempts=4, pause_s=0.25), pauses) == "at last"
    assert pauses.asked == [0.25, 0.5, 1.0]


@pytest.mark.asyncio
async def test_it_gives_up_after_the_last_attempt() -> None:
    """It says what the last one failed by, and does not pause after it."""
    service, pauses = Service(*[TryAgain(f"fault {number}") for number in range(9)]), Pauses()
    with pytest.raises(GivenUp) as caught:
        await insist(service, Patience(attempts=3), pauses)
    assert caught.value.why == "fault 2"
    assert (service.asked, len(pauses.asked)) == (3, 2)


@pytest.mark.asyncio
async def test_it_waits_as_long_as_it_is_asked_to() -> None:
    """Never shorter than it would by itself."""
    service, pauses = Service(TryAgain("a", 4.0), TryAgain("b", 0.1)), Pauses()
    assert await insist(service, Patience(pause_s=1.0), pauses) == "at last"
    assert pauses.asked == [4.0, 2.0]


@pytest.mark.asyncio
async def test_it_does_not_wait_for_what_comes_too_late() -> None:
    """Who asks for more time than there is has failed at once, for its own reason."""
    service, pauses = Service(TryAgain("come tomorrow", 86_400.0)), Pauses()
    with pytest.raises(GivenUp, match="come tomorrow"):
        await insist(service, Patience(), pauses)
    assert pauses.asked == []


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [ValueError("x"), TimeoutError("x"), GivenUp("x")])
async def test_other_errors_go_through(error: Exception) -> None:
    """At once, one of the attempt's own time-outs too."""
    service = Service(error)
    with pytest.raises(type(error)) as caught:
        await insist(service, Patience(silence_s=9.0), at_once)
    assert caught.value is error
    assert service.asked == 1


@pytest.mark.asyncio
async def test_an_attempt_may_not_be_silent() -> None:
    """It is ended and counts as failed, so the next one may help."""
    asked: list[int] = []

    async def deaf_once() -> str:
        asked.append(1)
        return await never() if len(asked) == 1 else "at last"

    assert await insist(deaf_once, Patience(silence_s=SOON_S), at_once) == "at last"
    with pytest.raises(GivenUp, match="not a word for"):
        await insist(never, Patience(attempts=2, silence_s=SOON_S), at_once)


@pytest.mark.asyncio
async def test_the_deadline_is_for_all_of_it() -> None:
    """For an attempt, for the pauses between, and for what others have used of it before."""
    patience = Patience(attempts=9, deadline_s=SOON_S)
    with pytest.raises(GivenUp, match=f"no answer within {SOON_S} s"):
        await insist(never, patience, at_once)

    async def for_ever(seconds: float) -> None:
        await never()

    with pytest.raises(GivenUp, match="no answer within"):
        await insist(Service(TryAgain("a")), Patience(deadline_s=SOON_S), for_ever)
    with pytest.raises(GivenUp, match="no answer within 0 s"):
        await insist(never, Patience(), at_once, Deadline(0))


@pytest.mark.asyncio
async def test_a_deadline_cuts_off_what_is_awaited() -> None:
    """And only that: an answer that is there is given, and what was run into goes through."""
    end = Deadline(SOON_S)
    assert await end.before(Service()()) == "at last"
    with pytest.raises(GivenUp, match="no answer within"):
        await end.before(never())
    assert end.left_s == 0
    with pytest.raises(TimeoutError, match="its own"):
        await Deadline(9).before(Service(TimeoutError("its own"))())


@pytest.mark.asyncio
async def test_a_deadline_knows_silence() -> None:
    """The sooner of the two counts."""
    with pytest.raises(GivenUp, match=f"not a word for {SOON_S} s"):
        await Deadline(9).before(never(), SOON_S)
    with pytest.raises(GivenUp, match=f"no answer within {SOON_S} s"):
        await Deadline(SOON_S).before(never(), 9)


@pytest.mark.asyncio
async def test_who_is_cancelled_is_cancelled() -> None:
    """That is no failure of the service."""
    task = asyncio.create_task(insist(never, Patience(silence_s=9), at_once))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
