"""What the student did and felt: from the events ``truth`` and ``student`` of a trace."""

from collections.abc import Callable, Mapping

from simulator.kernel.trace import Event, number, words
from simulator.report.story import Elsewhere, Mark, Span, Truth
from simulator.report.wall import zone_called

_REMINDER, _PROMPT = "reminder", "prompt"


class PersonTold:
    """Listens to one student."""

    def __init__(self) -> None:
        self.truth: list[Truth] = []
        self.wishes: list[Mark] = []
        self.reactions: Mapping[str, list[Mark]] = {_REMINDER: [], _PROMPT: []}
        """To reminders and to prompts: when, and the look of what came of it."""
        self.elsewhere: list[Elsewhere] = []
        self._activities: list[tuple[int, str]] = []
        self._sessions: list[Span] = []
        self._studying: tuple[int, str] | None = None

    def feels(self, event: Event) -> None:
        """A ``truth`` event."""
        at, activity = number(event, "at"), words(event, "activity")
        self.truth.append(Truth(at, number(event, "focus"), number(event, "stress")))
        if not self._activities or self._activities[-1][1] != activity:
            self._activities.append((at, activity))

    def does(self, event: Event) -> None:
        """A ``student`` event; what it does not know it passes over."""
        handler = _DEEDS.get(words(event, "does"))
        if handler is not None:
            handler(self, event)

    def activities(self, until: int) -> list[Span]:
        """What the student was at, without gaps."""
        ends = [at for at, _ in self._activities[1:]] + [until]
        return [
            Span(at, end, what) for (at, what), end in zip(self._activities, ends, strict=False)
        ]

    def sessions(self, until: int) -> list[Span]:
        """The study sessions; one that was not ended lasts ``until`` the end."""
        if self._studying is None:
            return self._sessions
        start, label = self._studying
        return [*self._sessions, Span(start, until, "session", label)]

    def _starts(self, event: Event) -> None:
        self._sessions = self.sessions(number(event, "at"))
        self._studying = number(event, "at"), str(event.get("label", ""))

    def _ends(self, event: Event) -> None:
        self._sessions = self.sessions(number(event, "at"))
        self._studying = None

    def _drinks(self, event: Event) -> None:
        self._reacts(_REMINDER, "drank_late" if event.get("late") else "drank", event)

    def _reacts(self, to: str, look: str, event: Event) -> None:
        self.reactions[to].append(Mark(number(event, "at"), look))

    def _wishes(self, look: str, event: Event) -> None:
        self.wishes.append(Mark(number(event, "at"), look, _changed(event)))

    def _arrives(self, event: Event) -> None:
        zone = zone_called(event.get("where"))
        if zone is not None:
            self.elsewhere.append(Elsewhere(number(event, "at"), zone))


def reacted(asked: Mark, reactions: list[Mark], before: int | None) -> Mark:
    """``asked`` with what the student did about it ``before`` the next one of its kind."""
    for reaction in reactions:
        if reaction.at >= asked.at and (before is None or reaction.at < before):
            return Mark(asked.at, reaction.look, asked.words, reaction.at)
    return asked


def _changed(event: Event) -> str:
    names = ("start_time", "end_time", "interval_min", "enabled")
    facts = [f"{name} {event[name]}" for name in names if event.get(name) is not None]
    return ", ".join(facts)


def _reaction(to: str, look: str) -> Callable[[PersonTold, Event], None]:
    return lambda told, event: told._reacts(to, look, event)  # noqa: SLF001 -- its own table


def _wish(look: str) -> Callable[[PersonTold, Event], None]:
    return lambda told, event: told._wishes(look, event)  # noqa: SLF001 -- its own table


_DEEDS: Mapping[str, Callable[[PersonTold, Event], None]] = {
    "starts to study": PersonTold._starts,  # noqa: SLF001 -- its own table
    "ends the session": PersonTold._ends,  # noqa: SLF001
    "drinks": PersonTold._drinks,  # noqa: SLF001
    "arrives": PersonTold._arrives,  # noqa: SLF001
    "ignores the reminder": _reaction(_REMINDER, "reminder_ignored"),
    "accepts the prompt": _reaction(_PROMPT, "accepted"),
    "dismisses the prompt": _reaction(_PROMPT, "dismissed"),
    "ignores the prompt": _reaction(_PROMPT, "prompt_ignored"),
    "asks for encouragement": _wish("encouragement"),
    "looks at the status": _wish("status_look"),
    "changes the water schedule": _wish("change"),
}
"""What a student may do, by the words of the trace."""
