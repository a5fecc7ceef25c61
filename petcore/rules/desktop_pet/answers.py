"""What the pet says by itself that is always the same: three tables to read, and to reword.

Answers are spoken: short sentences, no markup. Not here: what depends on numbers (``wording``).
"""

from collections.abc import Mapping

NOT_UNDERSTOOD = (
    (
        "Sorry, I did not understand that. I am a small pet and know only a few orders, one at a"
        " time. Ask me what I can do."
    ),
    "That is too much for a small pet like me. Ask me what I can do, or say it in fewer words.",
    (
        "I am not sure what you mean. I am only a small pet with timers and water reminders. Ask me"
        " what I can do."
    ),
)
"""One of them, the same for the same words."""

TALK: Mapping[str, str] = {
    "hello": "Hello! It is nice to see you. What shall we do?",
    "thanks": "You are welcome!",
    "praise": "Thank you, that makes me happy!",
    "bye": "Goodbye! Come back soon.",
    "good_night": "Good night! Sleep well.",
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
    "pomodoro": (
        "A Pomodoro is a timer for work: you focus for 25 minutes and rest for 5, four times. It"
        " helps, as nobody can focus for ever. To try it, say, start a Pomodoro."
    ),
    "offer": (
        "If you know what you want to work on, yes! I keep the time for you. Just say, start a"
        " Pomodoro."
    ),
    "motivate": (
        "You can do this. You need not do all of it now, only the first small step, and that is the"
        " hardest one. I sit here with you while you take it."
    ),
    "stressed": (
        "That sounds hard. Breathe in slowly, and out even more slowly, three times. Then choose"
        " the smallest next step; the rest can wait."
    ),
    "tired": "Then be kind to yourself. Stand up, drink some water, and take a real break.",
    "sad": (
        "I am sorry to hear that. It is all right to feel like this, and I am glad you tell me. Be"
        " gentle with yourself today, and perhaps talk to a friend."
    ),
    "lonely": (
        "I am here with you. I am only a small pet, though, so why not write to somebody you like?"
    ),
    "bored": "Then let us do something small together. Stretch, drink some water, pick one task.",
    "thirsty": "Then drink a glass of water right now. I wait here for you.",
    "happy": "That is lovely! It makes me happy, too.",
    "passed": "Congratulations! You worked for it, and I am proud of you.",
    "robot": (
        "I am a small desktop pet, and a machine inside. I am not alive, but I keep you company."
    ),
    "joke": "Why did the tomato take a break? Because its twenty five minutes were over.",
    "yes": "All right. Tell me if I can do anything for you.",
    "no": "All right, then I do nothing.",
    "stop_what": (
        "What shall I stop? For the timer, say, stop the timer. For the study session, say, end my"
        " study session."
    ),
    "elsewhere": "I cannot do that. I am a small pet, and I only have timers and water reminders.",
    "adjust": (
        "I cannot pause, resume, skip or change a timer that runs. I can stop it and start a new"
        " one."
    ),
    "remind_at": (
        "I cannot remind you at one certain time, or put a reminder off. I can remind you again and"
        " again. For example, say, remind me to drink every hour."
    ),
    "for_a_while": (
        "I cannot remind you for a while only, but every day from one time to another. For example,"
        " say, remind me to drink every hour from 9 am to noon."
    ),
    "errand": "I can only remind you to drink. For that, say, remind me to drink every hour.",
    "later": "I cannot start anything later. Tell me when it is time, and I start it at once.",
    "clock": "I cannot tell you the time or the date. I only know how long your timers have left.",
    "forget": (
        "I cannot forget things when I am told to, but my memory can be erased in the app, all of"
        " it at once."
    ),
    "remember": "I cannot tell you what we said before. I understand one sentence at a time.",
    "call_me": "It is nice to meet you! I am a small pet, though, and cannot remember names.",
    "unknown_zone": (
        "I do not know the time there. Tell me a big city that has the same time. For example, say,"
        " my time zone is Berlin."
    ),
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
        "I could not change your water reminders. I can remind you once a day, every minute, or"
        " at any pace between."
    ),
}
"""What the pet says if a tool refused for any other reason."""

FIRST: Mapping[str, str] = {
    "need_break": "A break is a good idea: stand up, stretch, and look out of the window.",
}
"""What the pet says to an intent before what came of its tool."""

UNKNOWN = "Sorry, I could not find that out."
"""The same of what only looks something up."""
