"""The language of a pet without a language model: it understands a few orders and answers them.

Here: that an answer comes of at most one tool. Not here: what is understood, and the words of the
answer; both are rules, and are given.
"""

import re
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Generic, Protocol, TypeVar

from petcore.ports.language import Act, Talk, ToolCall

_SENTENCE = re.compile(r".+?(?:[.!?]\s+|\Z)", re.DOTALL)


class Meaning(Protocol):
    """What was understood; ``tool`` is None if there is nothing to do but to answer."""

    @property
    def tool(self) -> str | None:
        """The tool that is to be used."""
        ...

    @property
    def arguments(self) -> Mapping[str, object]:
        """What it is to be used with."""
        ...


Understood = TypeVar("Understood", bound=Meaning)


class OfflineLanguage(Generic[Understood]):
    """The ``Language`` that looks at nothing but what was said last.

    ``understand`` says what a transcript means, None if nothing; ``reply`` words the answer for
    what was understood, for what came of its tool, and for the name of the pet.
    """

    name = "offline"

    def __init__(
        self,
        understand: Callable[[str], Understood | None],
        reply: Callable[[Understood | None, Mapping[str, object] | None, str | None], str],
    ) -> None:
        self._understand = understand
        self._reply = reply

    async def answer(self, talk: Talk, act: Act) -> AsyncGenerator[str, None]:
        """The answer, sentence by sentence. It never fails."""
        meant = self._understand(talk.transcript)
        result = None
        if meant is not None and meant.tool is not None:
            result = await act(ToolCall(meant.tool, meant.arguments))
        for sentence in _SENTENCE.findall(self._reply(meant, result, talk.pet_name)):
            yield sentence

    async def close(self) -> None:
        """There is nothing to let go of."""
