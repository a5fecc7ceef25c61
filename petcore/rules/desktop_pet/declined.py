"""What the pet cannot do, and says so by name: a list like that of ``phrases``.

Some of it may be spoken, though nobody is to say it to a pet: where orders to other things can be
heard as what they are, they are not heard as the pet's own.
"""

from petcore.rules.desktop_pet.phrases import Rule

ELSEWHERE = Rule(
    "elsewhere",
    (
        "(stop | turn off | cancel | finish | start | turn on | end) [the | my | this] <elsewhere>",
        "(stop | start) (reading | talking | speaking | singing | cooking | cleaning | eating)",
        "remind me to (call | buy | eat | go | clean | pay) [<elsewhere>]",
        "remind me (of | about) (my | the) (<elsewhere> | mother | father | sister | brother)",
        "let us (go | eat | talk | watch | play) [a | the] [<elsewhere>]",
        "i am done with (the | my) (<elsewhere> | book | work)",
    ),
    ("turn (off | on) [the | my] (<elsewhere>) in <errand>",),
)
ADJUST = Rule(
    "adjust",
    typed=(
        (
            "(pause | resume | skip | extend | prolong | restart | continue | reset | shorten)"
            " [<a> | this] (<timer> | <session> | break | round | pause | cycle) [by <time_span>]"
        ),
        "(pause | resume | skip | extend | restart | continue) [it | this | that]",
        "add [another] <time_span> [more] [to [<a>] <timer>]",
        "(5 more | another) <time_span>",
    ),
)
REMIND_AT = Rule(
    "remind_at",
    typed=(
        "remind me [<drink>] (at | after) <start_time>",
        "remind me [<drink>] in <time_span>",
        "remind me at <start_time> <drink>",
        "remind me in <time_span> <drink>",
        "snooze [it | this | <water>] [for <time_span>]",
        "remind me [<drink>] later",
        "not now",
    ),
)
FOR_A_WHILE = Rule(
    "for_a_while",
    typed=("remind me [<drink>] [every <interval>] for [the] [next] <time_span>",),
)
ERRAND = Rule(
    "errand",
    typed=(
        "remind me (to | about | of | that) <errand>",
        "(set | wake) [an | my | me] alarm <errand>",
    ),
)
LATER = Rule(
    "later",
    typed=(
        (
            "<start> [<a>] [new] (<timer> | <session>) (at <start_time> | in <time_span> | later"
            " | soon | tomorrow | tonight)"
        ),
        "<start> studying (at <start_time> | in <time_span> | later | tomorrow)",
    ),
)
CLOCK = Rule(
    "clock",
    typed=(
        "what time is it",
        "what is the (time | date)",
        "what (day | date) is (it | today) [today]",
        "how late is it",
    ),
)
FORGET = Rule(
    "forget",
    typed=(
        "forget (everything | it all | me | all | what i [have] said | about me)",
        "(erase | delete | clear | wipe) (your memory | my data | all my data | everything)",
    ),
)
REMEMBER = Rule(
    "remember",
    typed=(
        "what did (we | i) (talk about | say) [before | last time | yesterday | today]",
        "do you remember (me | us | what i said | my name | anything)",
        "what do you (remember | know) [about me | of me]",
        "what is my name",
    ),
)
CALL_ME = Rule("call_me", typed=("call me <called>", "my name is <called>"))
UNKNOWN_ZONE = Rule(
    "unknown_zone",
    typed=(
        "i live in <place>",
        "my time zone is <place>",
        "(set | change) (my | the) time zone to <place>",
    ),
)

DECLINED = (
    *(ELSEWHERE, ADJUST, REMIND_AT, FOR_A_WHILE, ERRAND, LATER, CLOCK, FORGET, REMEMBER, CALL_ME),
    UNKNOWN_ZONE,
)
"""All of it. It is looked at after all that the pet can do."""
