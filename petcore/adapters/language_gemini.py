"""A pet that talks by Gemini: rounds of text and tools, until the model has said what it wants.

Here: which model is asked, how often, and for how long. Not here: what is sent and what comes back
(``language_gemini_turn``), and how (``language_gemini_client``).

* A request is made again only as long as nothing of its answer was used: no text was passed on and
  no tool was used. What was done by the tools of earlier rounds stands in the next request.
* The deadline is for the whole answer. It cuts off nothing but waiting for the service.
"""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from petcore.adapters.language_gemini_client import GeminiClient, ModelGone
from petcore.adapters.language_gemini_turn import Dialog, Turn, wish
from petcore.adapters.network_service import Refused
from petcore.adapters.patience import Deadline, GivenUp, Patience, TryAgain, insist
from petcore.errors import LanguageFailed, StartRefused
from petcore.ports.clock import Pause
from petcore.ports.language import Act, Talk, ToolCall

_log = logging.getLogger("petcore.language")

PATIENCE = Patience(attempts=3, pause_s=0.5, deadline_s=20.0, silence_s=9.0)
"""A model that thinks is silent for some seconds before its first word."""

ROUNDS_MAX = 6
"""Turns of the model for one answer; the last one has to end in words."""

CALLS_MAX = 12
"""Tools that are used for one answer."""

ANSWER_MAX = 16_000
"""Characters after which nobody listens any more."""

SUCCESSORS = {"gemini-3-pro-preview": "gemini-3.1-pro-preview"}
"""What its maker names in place of a model that was shut down."""

_GONE_MAX = 256
_NAME = re.compile(r"(?:models/)?((?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127})")
_ENOUGH: Mapping[str, object] = {"ok": False, "error": "too many tools were used for one answer"}


class GeminiLanguage:
    """The ``Language`` of a server with a key. ``model`` is asked unless the persona names another
    one that there is; ``url`` "" is the service's own.

    Raises ``StartRefused`` if any of these three cannot be meant.
    """

    name = "gemini"

    def __init__(
        self, key: str, model: str, url: str, pause: Pause, patience: Patience = PATIENCE
    ) -> None:
        self._models = _Models(model)
        self._client = GeminiClient(key, url, patience.deadline_s)
        self._pause = pause
        self._patience = patience

    async def answer(self, talk: Talk, act: Act) -> AsyncIterator[str]:
        """What the model says, as it writes. Raises ``LanguageFailed``."""
        with _told_in_the_log():
            dialog, said, end = Dialog(talk), _Said(), Deadline(self._patience.deadline_s)
            deeds = _Deeds(act)
            for may_call in (True,) * (ROUNDS_MAX - 1) + (False,):
                attempt = partial(self._attempt, dialog, may_call, is_more_wanted=not said.length)
                turn = await self._begun(attempt, talk.model, end)
                try:
                    piece = said.begun(turn.opening)
                    while piece:
                        yield piece
                        piece = said.next(await end.before(turn.text(), self._patience.silence_s))
                finally:
                    await turn.close()
                if said.is_enough or not turn.calls:
                    return
                if may_call:
                    dialog.add(turn, [await deeds.done(wish(call)) for call in turn.calls])
            if not said.length:
                raise Refused("it used tools and found no words")

    async def close(self) -> None:
        """Let go of the connections. An answer that is wanted later opens new ones."""
        await self._client.close()

    async def _begun(
        self, attempt: Callable[[str], Awaitable[Turn]], wanted: str | None, end: Deadline
    ) -> Turn:
        """The next turn, by the first of the models that there is, up to its first words."""
        gone: list[str] = []
        for model in self._models.instead_of(wanted):
            try:
                begun = partial(attempt, model)
                turn = await insist(begun, self._patience, self._pause, end)
            except ModelGone:
                gone.append(model)
            else:
                self._models.forget(gone, model)
                return turn
        raise Refused("it has no such model; check PETCORE_GEMINI_MODEL")

    async def _attempt(
        self, dialog: Dialog, may_call: bool, model: str, *, is_more_wanted: bool
    ) -> Turn:
        config = dialog.config(may_call=may_call)
        turn = Turn(self._client.streamed(model, dialog.contents, config))
        try:
            await turn.open(is_more_wanted=is_more_wanted)
        except BaseException:
            await turn.close()
            raise
        return turn


class _Models:
    """Which models are asked, and which are gone for as long as this process lives."""

    def __init__(self, usual: str) -> None:
        if (found := _NAME.fullmatch(usual)) is None:
            raise StartRefused("PETCORE_GEMINI_MODEL: must be the name of a model")
        self._usual = found[1]
        self._gone: set[str] = set()

    def instead_of(self, wanted: str | None) -> list[str]:
        """The names to try, best first; at least one. What cannot be a name is none."""
        found = _NAME.fullmatch(wanted or "")
        names = [
            name for first in (found and found[1], self._usual) if first for name in _line(first)
        ]
        # One is left: who was forgotten was so because a later one answered.
        return [name for name in dict.fromkeys(names) if name not in self._gone]

    def forget(self, gone: list[str], model: str) -> None:
        """Ask no more for those that are ``gone``; that ``model`` is there proves that it is they,
        and not the address.
        """
        if gone:
            self._gone = {*sorted(self._gone)[:_GONE_MAX], *gone}
            _log.warning("Gemini: a model is gone; %s answers for it from now on", model)


def _line(model: str) -> list[str]:
    """A model and its successors."""
    names = [model]
    while (model := SUCCESSORS.get(model, "")) and model not in names:
        names.append(model)
    return names


class _Said:
    """The answer so far, as much of it as matters for what follows."""

    def __init__(self) -> None:
        self.length = 0
        """In characters."""
        self._ends_open = False

    @property
    def is_enough(self) -> bool:
        """Whether nobody wants more."""
        return self.length >= ANSWER_MAX

    def begun(self, opening: str) -> str:
        """How a turn begins: apart from the words of an earlier one."""
        is_stuck = self._ends_open and opening and not opening[0].isspace()
        return self.next(f" {opening}" if is_stuck else opening)

    def next(self, piece: str) -> str:
        """As much of a piece as is wanted."""
        piece = piece[: ANSWER_MAX - self.length]
        self.length += len(piece)
        self._ends_open = not piece[-1].isspace() if piece else self._ends_open
        return piece


class _Deeds:
    """What the tools do for one answer."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._left = CALLS_MAX

    async def done(self, call: ToolCall) -> Mapping[str, object]:
        """What came of it; that it was one too many is said without doing it."""
        self._left -= 1
        return await self._act(call) if self._left >= 0 else _ENOUGH


@contextmanager
def _told_in_the_log() -> Iterator[None]:
    """Make of any failure of the service a line of the log and a ``LanguageFailed``."""
    try:
        yield
    except (Refused, GivenUp, TryAgain) as failure:
        why = failure.why
    except ModelGone:
        why = "it lost its model in the middle"
    else:
        return
    _log.warning("Gemini: %s", why)
    # Not from the failure, which holds what the service said.
    raise LanguageFailed("the language service did not answer") from None
