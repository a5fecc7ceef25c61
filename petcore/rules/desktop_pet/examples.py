"""Examples of what may be said to the pet, and what its tools are then given.

Each is in the grammar of what may be spoken, and each is understood once its words are there. Not
each is heard: an order that sounds like another, or like too little, is not believed.
"""

from collections.abc import Mapping

from petcore.rules.desktop_pet import declined as d
from petcore.rules.desktop_pet import phrases as p
from petcore.rules.desktop_pet import small_talk as t

EXAMPLES: Mapping[p.Rule, Mapping[str, Mapping[str, object]]] = {
    p.START_POMODORO: {
        "start a pomodoro": {},
        "please start a pomodoro": {},
        "could you start a new pomodoro please": {},
        "begin a focus timer": {},
        "start a pomodoro for twenty five minutes": {"focus_minutes": 25},
        "start a fifty minute pomodoro": {"focus_minutes": 50},
        "start a pomodoro for an hour": {"focus_minutes": 60},
        "start a focus timer for half an hour": {"focus_minutes": 30},
        "start a pomodoro for forty five minutes with fifteen minute breaks": {
            "focus_minutes": 45,
            "break_minutes": 15,
        },
        "start a thirty minute pomodoro with five minute breaks and three rounds": {
            "focus_minutes": 30,
            "break_minutes": 5,
            "cycles": 3,
        },
        "start a pomodoro with six cycles": {"cycles": 6},
    },
    p.START_TIMER: {
        "set a timer for ten minutes": {"focus_minutes": 10},
        "let us focus for an hour and a half": {"focus_minutes": 90},
    },
    p.STOP_POMODORO: {
        "stop the pomodoro": {},
        "stop my timer": {},
        "cancel the timer please": {},
        "can you end the pomodoro": {},
        "turn off the focus timer": {},
    },
    p.START_STUDY: {
        "start studying": {},
        "start studying math": {"study_label": "math"},
        "begin studying physics": {"study_label": "physics"},
        "start a study session": {},
        "start a new study session on history": {"study_label": "history"},
        "let us study programming": {"study_label": "programming"},
    },
    p.END_STUDY: {
        "i am done studying": {},
        "i have finished studying": {},
        "stop studying": {},
        "end my study session": {},
        "i am done with the session": {},
    },
    p.REMIND: {
        "remind me to drink": {},
        "remind me to drink every hour": {"interval_min": 60},
        "remind me to drink water every forty five minutes": {"interval_min": 45},
        "remind me every half hour": {"interval_min": 30},
        "please remind me every two hours to drink": {"interval_min": 120},
        "remind me from nine to ten pm": {"start_time": "09:00", "end_time": "22:00"},
        "remind me to drink every hour from eight am to six pm": {
            "interval_min": 60,
            "start_time": "08:00",
            "end_time": "18:00",
        },
        "turn on the water reminders": {},
    },
    p.STOP_REMINDING: {
        "stop reminding me": {},
        "stop reminding me to drink": {},
        "turn off the water reminders": {},
        "do not remind me any more": {},
    },
    p.READ_WATER: {
        "when should i drink next": {},
        "when is my next reminder": {},
        "should i drink some water": {},
        "how often do you remind me": {},
    },
    p.READ_POMODORO: {
        "how much time is left": {},
        "how long do i have": {},
        "how many minutes are left": {},
        "is a pomodoro running": {},
    },
    p.READ_BREAK: {
        "when is my next break": {},
        "how long until my next break": {},
        "when can i take a break": {},
        "do i need a break": {},
    },
    p.READ_REPORT: {
        "how focused was i": {},
        "how focused am i right now": {},
        "how did i do today": {},
        "how was my focus today": {},
        "how stressed am i": {},
        "show me my report": {},
    },
    t.HELLO: {"hello": {}, "good morning": {}},
    t.THANKS: {"thank you": {}, "thanks": {}},
    t.PRAISE: {"good job": {}},
    t.BYE: {"goodbye": {}},
    t.GOOD_NIGHT: {"good night": {}},
    t.NAME: {"who are you": {}, "what is your name": {}},
    t.HOW_ARE_YOU: {"how are you": {}, "how are you doing today": {}},
    t.HELP: {"what can you do": {}},
    t.FOCUS_ADVICE: {"help me focus": {}, "can you help me focus for the next hour": {}},
    t.OFFER: {"should i start a pomodoro": {}},
    t.STRESSED: {"i am so stressed": {}},
    t.TIRED: {"i am very tired": {}},
    d.ELSEWHERE: {"turn off the lights": {}, "stop the music": {}, "stop reading": {}},
}
