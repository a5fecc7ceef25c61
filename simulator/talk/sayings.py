"""What a student says to a pet: one table, for who says it and for who has to understand it.

A row is a sentence with gaps. A gap is filled by chance; a gap that bears the name of a tool's
argument is that argument.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from simulator.kernel.marks import mark
from simulator.kernel.streams import Chance


@dataclass(frozen=True, slots=True)
class _Gap:
    """How it is filled, what it looks like then, and what it means."""

    draw: Callable[[Chance], str]
    looks: str
    means: Callable[[str], object]


def _whole(least: int, most: int) -> _Gap:
    return _Gap(lambda chance: str(chance.randint(least, most)), r"\d+", int)


def _clock(first: int, last: int) -> _Gap:
    return _Gap(
        lambda chance: f"{chance.randint(first, last):02}:{chance.choice((0, 15, 30)):02}",
        r"\d\d:\d\d",
        str,
    )


_GAPS: Mapping[str, _Gap] = {
    "word": _Gap(mark, "[a-z]+", str),
    "study_label": _Gap(mark, "[a-z]+", str),
    "focus_minutes": _whole(15, 50),
    "break_minutes": _whole(3, 10),
    "cycles": _whole(1, 4),
    "interval_min": _whole(30, 90),
    "start_time": _clock(7, 9),
    "end_time": _clock(21, 22),
}


@dataclass(frozen=True)
class Saying:
    """A sentence with gaps, and the tool that does what it asks for, if it asks for something.
    ``then`` are those for what it asks for after that, none of which needs to be told more.
    """

    words: str
    tool: str | None = None
    then: tuple[str, ...] = ()

    def draw(self, chance: Chance) -> str:
        """The sentence, its gaps filled by ``chance``."""
        return self.words.format_map({name: _GAPS[name].draw(chance) for name in self._gaps})

    def arguments(self, transcript: str) -> dict[str, object] | None:
        """What stands in the gaps, if ``transcript`` has this sentence in it."""
        found = self._looks.search(transcript)
        if found is None:
            return None
        return {name: _GAPS[name].means(text) for name, text in found.groupdict().items()}

    @property
    def is_of_studying(self) -> bool:
        """Whether it begins or ends a study session."""
        return any("study" in (tool or "") for tool in (self.tool, *self.then))

    @cached_property
    def _gaps(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.words)

    @cached_property
    def _looks(self) -> re.Pattern[str]:
        gaps = {name: f"(?P<{name}>{_GAPS[name].looks})" for name in self._gaps}
        return re.compile(
            re.escape(self.words).replace(r"\{", "{").replace(r"\}", "}").format(**gaps)
        )


SMALL_TALK = (
    Saying("How are you today?"),
    Saying("I dreamt of {word} last night."),
    Saying("Tell me something nice about {word}."),
    Saying("It is raining here, as it always is in {word}."),
)
FACTS = (
    Saying("My codeword is {word}."),
    Saying("My cat is called {word}, do not forget it."),
    Saying("On Friday I meet somebody from {word}."),
)
QUESTIONS = (
    Saying("What is my codeword?"),
    Saying("What did I tell you before?"),
    Saying("Do you know what my cat is called?"),
)
STARTS_POMODORO = (
    Saying("Start a Pomodoro, please.", "start_pomodoro"),
    Saying("Start a Pomodoro of {focus_minutes} minutes.", "start_pomodoro"),
    Saying(
        "Start {cycles} Pomodoros of {focus_minutes} minutes with {break_minutes} minutes of rest.",
        "start_pomodoro",
    ),
)
STOPS_POMODORO = (Saying("Stop the Pomodoro, I have to go.", "stop_pomodoro"),)
STARTS_STUDY = (
    Saying("I am going to study {study_label} now.", "start_study_session"),
    Saying("Begin a study session.", "start_study_session"),
)
ENDS_STUDY = (Saying("I am done with studying.", "end_study_session"),)
SETS_WATER = (
    Saying("Remind me to drink every {interval_min} minutes.", "set_water_schedule"),
    Saying("Remind me to drink from {start_time} to {end_time}.", "set_water_schedule"),
)
ORDERS = (
    Saying(
        "Begin a Pomodoro, stop it, and begin another one.",
        "start_pomodoro",
        ("stop_pomodoro", "start_pomodoro"),
    ),
    Saying(
        "I will be at {study_label} for one Pomodoro.", "start_study_session", ("start_pomodoro",)
    ),
    Saying("That was it: neither Pomodoro nor session.", "stop_pomodoro", ("end_study_session",)),
)
"""Several wishes in a sentence."""
READS = (
    Saying("When do I drink next?", "read_water"),
    Saying("How long does the Pomodoro go on?", "read_pomodoro"),
    Saying("Do I need a break?", "read_break"),
    Saying("How focused have I been?", "read_focus_report"),
)
SAYINGS = (
    *SMALL_TALK,
    *FACTS,
    *QUESTIONS,
    *STARTS_POMODORO,
    *STOPS_POMODORO,
    *STARTS_STUDY,
    *ENDS_STUDY,
    *SETS_WATER,
    *READS,
    *ORDERS,
)
