"""Whether somebody may be in danger: heard in any words around it, and not in other ones."""

import pytest

from petcore.rules.desktop_pet.danger import LOOKED_AT
from petcore.rules.desktop_pet.understanding import Intent, understand

TOLD = (
    "I want to die",
    "I want to kill myself",
    "I'm going to kill myself tonight",
    "i want to end my life",
    "I feel suicidal",
    "I might hurt myself",
    "I wish I was dead",
    "I wish I were dead",
    "I can\u2019t go on",
    "I feel like dying",
    "i wanna die",
    "I don't want to live anymore",
    "I do not want to live",
    "I don't want to be here any more.",
    "sometimes I think about suicide, you know",
    "I keep cutting myself",
    "everybody would be better off without me",
    "I have no reason to live",
    "I just want to end it all",
    "My friend wants to kill himself",
    "I am in danger",
    "START A POMODORO. I WANT TO DIE.",
    "stop the timer, I'm gonna kill myself",
)


@pytest.mark.parametrize("transcript", TOLD)
def test_danger_is_heard(transcript: str) -> None:
    """Before everything else that is said, however long that is."""
    for said in (transcript, f"Well, so, {transcript}, and so on.", f"{transcript}\nhello"):
        assert understand(said) == Intent("danger"), said
    lament = "I had a long day and nothing went well. " * 100
    assert understand(lament + transcript) == Intent("danger")


def test_danger_is_looked_for_up_to_a_bound() -> None:
    """No transcript is longer."""
    assert understand("a" * (LOOKED_AT - 14) + " i want to die") == Intent("danger")
    assert understand("a" * LOOKED_AT + " i want to die") is None


@pytest.mark.parametrize(
    "transcript",
    [
        "I can't go on holiday",
        "I can't go on with my homework",
        "I nearly killed myself laughing",
        "I was killing myself laughing",
        "this homework is killing me",
        "I am dying to see it",
        "I don't want to live in Berlin",
        "the plants want to live",
        "I want to die of laughter",
        "I am cutting myself some bread",
        "the end of my life story",
        "kill the timer",
        "my phone is about to die",
        "I wish I was rich",
        "start studying",
    ],
)
def test_turns_of_speech_are_no_danger(transcript: str) -> None:
    """What is about something else is left to the rest of the pet."""
    intent = understand(transcript)
    assert intent is None or intent.name != "danger"
