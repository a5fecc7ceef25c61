"""What the pet says by itself that is always the same: three tables to read, and to reword.

Answers are spoken: short sentences, no markup. Not here: what depends on numbers (``wording``).
"""

from collections.abc import Mapping

NOT_UNDERSTOOD = (
    "Sorry, I did not understand that. I am a small pet and know only a few orders, one at a time."
    " Ask me what I can do."
)

TALK: Mapping[str, str] = {
    "hello": "Hello! It is nice to see you. What shall we do?",
    "thanks": "You are welcome!",
    "praise": "Thank you, that makes me happy!",
    "bye": "Goodbye! Come back soon.",
    "name": "I am {name}. I keep you company, and I keep an eye on your timers and your water.",
    "how_are_you": "I am fine, thank you. I like sitting here with you.",
    "help": (
        "I am a small pet, so I know only a few things. I can start and stop a Pomodoro or a study"
        " session, remind you to drink, and tell you when your next break is and how focused you"
        " were. Try: start a Pomodoro for 25 minutes."
    ),
    "focus_advice": (
        "Pick one clear goal, put your phone away, and work on nothing else for 25 minutes. Then"
        " take a break of 5 minutes. If you like, I keep the time: just say, start a Pomodoro."
    ),
    "stressed": (
        "That sounds hard. Breathe in slowly, and out even more slowly, three times. Then choose"
        " the smallest next step; the rest can wait."
    ),
    "tired": "Then be kind to yourself. Stand up, drink some water, and take a real break.",
    "danger": (
        "I am only a small pet, and this is more than I can help with. Please talk to somebody you"
        " trust right now, or call your local emergency number. You matter."
    ),
    "somebody_else": "I do things for you only, not for anybody else, so I did nothing.",
}
"""Answers that need no tool."""

REFUSED: Mapping[str, str] = {
    "no Pomodoro is running": "No Pomodoro is running, so there is nothing to stop.",
    "no study session is running": "No study session is running, so there is nothing to end.",
    "no study session yet": "You have not had a study session yet. Say, start studying.",
}
"""What a tool refused for a reason that is no mistake, as the pet says it."""

FAILED: Mapping[str, str] = {
    "start_pomodoro": (
        "I could not start that Pomodoro. It takes 1 to 240 minutes of focus, breaks of 1 to 120"
        " minutes, and 1 to 24 rounds."
    ),
    "stop_pomodoro": "I could not stop the Pomodoro.",
    "start_study_session": "I could not start a study session. Try it with a shorter name.",
    "end_study_session": "I could not end the study session.",
    "set_water_schedule": (
        "I could not change your water reminders. I can remind you every minute, once a day, or"
        " anything between."
    ),
}
"""What the pet says if a tool refused for any other reason."""

UNKNOWN = "Sorry, I could not find that out."
"""The same of what only looks something up."""
