"""What every hearing must do: one suite, run by ``test_hearings.py`` for each of them.

A hearing's test class gives it ``hearing``, and ``said``: recordings in which the words that are
their keys are spoken, as this hearing can understand them. Here: only what the port promises.
"""

import asyncio
from collections.abc import Mapping

import pytest

from petcore.ports.audio import HEARD_RATE, Recording
from petcore.ports.hearing import Hearing
from tests.adapters.sound import recorded


class HearingConformance:
    """The suite."""

    @pytest.mark.asyncio
    async def test_the_words_come_back(
        self, hearing: Hearing, said: Mapping[str, Recording]
    ) -> None:
        """Of each recording its own, and again the second time."""
        for words, recording in [*said.items(), *said.items()]:
            assert await hearing.hear(recording) == words

    @pytest.mark.asyncio
    @pytest.mark.parametrize("seconds", [0.01, 1.0])
    async def test_nothing_is_heard_in_silence(self, hearing: Hearing, seconds: float) -> None:
        """No words are no error."""
        silence = recorded(bytes(int(seconds * HEARD_RATE) * 2))
        assert not await hearing.hear(silence)

    @pytest.mark.asyncio
    async def test_two_at_once_do_not_mix(
        self, hearing: Hearing, said: Mapping[str, Recording]
    ) -> None:
        """Each hears his own."""
        heard = await asyncio.gather(*map(hearing.hear, said.values()))
        assert heard == list(said)

    @pytest.mark.asyncio
    async def test_it_is_closed_twice(self, hearing: Hearing) -> None:
        """Also if it never heard anything, and it has a name."""
        await hearing.close()
        await hearing.close()
        assert hearing.name
