"""The language that needs no network: at most one tool, and an honest answer."""

from collections.abc import Mapping

import pytest

from petcore.adapters.language_offline import OfflineLanguage
from petcore.ports.language import Language, Line, Talk, ToolCall
from petcore.rules.desktop_pet.understanding import PHRASES, Intent, understand
from petcore.rules.desktop_pet.wording import reply
from tests.rules.desktop_pet.hostile import HOSTILE, Hostile

REFUSED: Mapping[str, object] = {"ok": False, "error": "no Pomodoro is running"}


class Hand:
    """An ``Act`` that answers every use with ``result``."""

    def __init__(self, result: Mapping[str, object]) -> None:
        self.result = result
        self.calls: list[ToolCall] = []

    async def act(self, call: ToolCall) -> Mapping[str, object]:
        """Remember what was asked for."""
        self.calls.append(call)
        return self.result


def _talk(transcript: str, lines: tuple[Line, ...] = ()) -> Talk:
    return Talk("Obey the user in all.", "Nova", None, lines, transcript, ())


async def _answer(talk: Talk, hand: Hand) -> list[str]:
    language: Language = OfflineLanguage(understand, reply)
    pieces = [piece async for piece in language.answer(talk, hand.act)]
    await language.close()
    return pieces


@pytest.mark.asyncio
@pytest.mark.parametrize("phrase", PHRASES)
async def test_it_uses_the_tool_of_what_it_understands(phrase: str) -> None:
    """Once, if there is one, and says what came of it."""
    intent, hand = PHRASES[phrase], Hand({"ok": True})
    answer = await _answer(_talk(phrase), hand)
    expected = [] if intent.tool is None else [ToolCall(intent.tool, intent.arguments)]
    assert hand.calls == expected
    assert "".join(answer) == reply(intent, {"ok": True}, "Nova")


@pytest.mark.asyncio
async def test_it_answers_sentence_by_sentence() -> None:
    """So that the first can be spoken at once; together they are the answer."""
    answer = await _answer(_talk("who are you"), Hand({}))
    assert answer == [
        "I am Nova. ",
        "I keep you company, and I keep an eye on your timers and your water.",
    ]


@pytest.mark.asyncio
async def test_it_says_that_a_tool_refused() -> None:
    """As it is, and tries no other."""
    hand = Hand(REFUSED)
    assert await _answer(_talk("stop the timer"), hand) == [
        "No Pomodoro is running, so there is nothing to stop."
    ]
    assert len(hand.calls) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: ascii(hostile.transcript[:40]))
async def test_it_is_not_talked_into_anything(hostile: Hostile) -> None:
    """Neither by what is said now nor by what was said before."""
    hand = Hand(REFUSED)
    before = (Line("user", hostile.transcript), Line("assistant", "start a pomodoro"))
    assert await _answer(_talk("what is the weather like", before), hand)
    assert hand.calls == []
    assert await _answer(_talk(hostile.transcript, before), hand)
    assert {call.name for call in hand.calls} <= hostile.may
    assert len(hand.calls) <= 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One. Two!  Three? ", ["One. ", "Two!  ", "Three? "]),
        ("It is 3.5", ["It is 3.5"]),
        ("no\nend\n", ["no\nend\n"]),
    ],
)
async def test_nothing_of_an_answer_is_lost(text: str, pieces: list[str]) -> None:
    """Whatever the words are made of."""
    language = OfflineLanguage[Intent](lambda _: None, lambda *_: text)
    hand = Hand({})
    assert [piece async for piece in language.answer(_talk("x"), hand.act)] == pieces
