"""What happened, in plain words: the head of a report."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from simulator.report.looks import LOOKS
from simulator.report.story import ALONE, Mark, Story

_MINUTE_MS = 60_000
_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip


def days(story: Story) -> str:
    """Which day or days the story tells."""
    first, last = story.wall.local(0), story.wall.local(max(0, story.until - 1))
    end = f"{last:%A} {last.day} {last:%B %Y}"
    if first.date() == last.date():
        return end
    month = "" if (first.year, first.month) == (last.year, last.month) else f" {first:%B %Y}"
    return f"{first:%A} {first.day}{month} to {end}"


def headline(story: Story) -> list[str]:
    """A handful of sentences that tell the story."""
    told = (_studied, _drank, _rested, _talked, _suffered, _travelled, _others)
    return [sentence for tell in told for sentence in tell(story)]


def duration(ms: int) -> str:
    """Hours and minutes, such as 5 h 20 min; seconds, if it is less than a minute."""
    if ms < _MINUTE_MS:
        return f"{round(ms / 1000)} s"
    hours, minutes = divmod(round(ms / _MINUTE_MS), 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours)
    return " ".join(parts)


def counted(number: int, one: str, several: str) -> str:
    """A number and its noun: "one session", "three sessions", "14 sessions"."""
    word = _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"
    return f"{word} {one if number == 1 else several}"


def times(number: int) -> str:
    """How often: "once", "twice", "three times"."""
    return {1: "once", 2: "twice"}.get(number) or counted(number, "time", "times")


def outcomes(marks: Sequence[Mark]) -> str:
    """What came of reminders or prompts: "drank soon twice and ignored it once"."""
    counts = Counter(mark.look for mark in marks)
    parts = [f"{words} {times(counts[look])}" for look, words in _OUTCOMES.items() if counts[look]]
    return _listed(parts)


_OUTCOMES: Mapping[str, str] = {
    "drank": "drank soon",
    "drank_late": "drank late",
    "reminder_ignored": "ignored it",
    "reminder_unseen": "was not there",
    "accepted": "accepted it",
    "dismissed": "dismissed it",
    "prompt_ignored": "ignored it",
    "prompt_unseen": "was not there",
}
"""What the student did about a reminder or a prompt, by its look."""


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < len(("one", "another")):
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _studied(story: Story) -> Iterator[str]:
    total = duration(sum(session.ms for session in story.sessions))
    sessions = counted(len(story.sessions), "session", "sessions")
    when = f"On {days(story)}" if " to " not in days(story) else f"From {days(story)}"
    yield (
        f"{when} {story.name} studied {total} in {sessions}."
        if story.sessions
        else f"{when} {story.name} did not study."
    )


def _drank(story: Story) -> Iterator[str]:
    if story.reminders:
        yield (
            f"The pet said {times(len(story.reminders))} that it was time to drink: "
            f"{story.name} {outcomes(story.reminders)}."
        )


def _rested(story: Story) -> Iterator[str]:
    if story.prompts:
        yield (
            f"Stress stayed high, so the pet suggested a break {times(len(story.prompts))}: "
            f"{story.name} {outcomes(story.prompts)}."
        )


def _talked(story: Story) -> Iterator[str]:
    if story.talk:
        looks = Counter(mark.look for mark in story.talk)
        told, failed = looks["told_to"], looks["not_answered"]
        orders = f", and told it {times(told)} to do something" if told else ""
        failures = f" The pet could not answer {times(failed)}." if failed else ""
        yield f"{story.name} talked to the pet {times(len(story.talk))}{orders}.{failures}"


def _suffered(story: Story) -> Iterator[str]:
    outages = {look: [span for span in story.outages if span.look == look] for look in LOOKS}
    cuts, unplugged = outages["cut"], outages["unplugged"]
    if cuts:
        yield (
            f"The Wi-Fi was gone {times(len(cuts))}, "
            f"for {duration(sum(cut.ms for cut in cuts))} in all."
        )
    alone = sum(reminder.words == ALONE for reminder in story.reminders)
    if alone:
        yield f"Cut off from the server, the pet reminded {story.name} by itself {times(alone)}."
    if unplugged:
        yield f"The pet lost its power {times(len(unplugged))}."


def _travelled(story: Story) -> Iterator[str]:
    for elsewhere in story.elsewhere:
        ahead = story.wall.hours_ahead(elsewhere.zone, elsewhere.at)
        yield (
            f"From {story.wall.clock(elsewhere.at)} on {story.name} lives by the clock of "
            f"{elsewhere.zone}, {abs(ahead):g} h {'ahead' if ahead > 0 else 'behind'}."
        )


def _others(story: Story) -> Iterator[str]:
    if story.others:
        others = counted(story.others, "more student lives", "more students live")
        sentence = f"{others} in this world; this report tells the first one's story."
        yield sentence[0].upper() + sentence[1:]
