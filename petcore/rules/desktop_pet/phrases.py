"""The orders that the pet understands without a language model: a list to read, and to add to.

A phrase is written as in a speech grammar (JSGF): ``[a]`` may be left out, ``(a | b)`` is one of
them, ``<name>`` is an entry of ``PARTS`` or a ``Slot``. Here: words. Not here: those that ask for
nothing (``small_talk``), how all are matched (``expansion``), and what is left out of a transcript
before (``plain``).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """An intent, what it does, and the phrases that mean it: those that may be spoken, and those
    that must be typed, as their words or slots are too many to be heard apart.
    """

    name: str
    spoken: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    tool: str | None = None
    arguments: tuple[tuple[str, object], ...] = ()


PARTS: Mapping[str, str] = {
    "start": "(start | begin | set | run)",
    "stop": "(stop | end | cancel | finish)",
    "a": "(a | an | the | my | another)",
    "timer": "(pomodoro [timer] | focus timer | timer)",
    "one": "[a | an | another | one]",
    "breaks": "with [a] <pause_long> (break | breaks)",
    "rounds": "[and | for | with] <cycles>",
    "session": "(study session | focus session | session)",
    "water": "([the | my] [water | drink | drinking] (reminder | reminders))",
    "drink": "to (drink [some | more] [water] | hydrate)",
    "hours": "(from | between) <start_time> (to | until | and) <end_time>",
    "somehow": "[together | more | some more | hard | harder | quickly | fast | well | alone"
    " | with me | a bit | a little | a bit more | a little more | for a bit | for a while | now"
    " | today]",
    "today": "[today | now | right now]",
    "left": "(left | remaining)",
    "until": "(until | till | to) [my | the] [next]",
    "for_hours": "[for [the] [next] <time_span>]",
    "elsewhere": "(light | lights | lamp | tv | television | music | song | radio | movie | video"
    " | game | car | engine | computer | phone | alarm | meeting | party | dinner | dishes)",
    "very": "[so | very | really | too]",
}
"""Parts that several phrases share."""

START_TIMER = Rule(
    "start_timer",
    typed=(
        "<start> [<a>] [new] timer [for | of | to] (<focus> | <focus_bare>)",
        "<start> [<a>] [new] <focus_long> timer",
        "<one> <focus_long> timer",
        "[let us] (focus | concentrate) for <focus>",
        "(start | begin) focusing for <focus>",
    ),
    tool="start_pomodoro",
    arguments=(("cycles", 1),),
)
START_POMODORO = Rule(
    "start_pomodoro",
    (
        "<start> [<a>] [new] <timer> [(for | of) <focus>] [<breaks>] [<rounds>]",
        "<start> [<a>] [new] <focus_long> <timer> [<breaks>] [<rounds>]",
        "let us focus for <focus>",
    ),
    (
        "<start> [<a>] <cycles> <timer>",
        "<start> [<a>] <timer> with <focus> [of] (focus | work) and <pause> [of] (break | rest)",
        "<start> [[<a>] <timer> (with | for | of)] <cycles> [of <focus>] [<breaks>]",
        "<start> [<a>] <timer> [for] <focus> [(and | then) [a] <pause> (break | breaks)]",
        "<start> [<a>] [new] <focus_long> <timer> (and | then) [a] <pause_long> (break | breaks)",
        "<start> [<a>] (pomodoro [timer] | focus timer) [for | of | to] (<focus> | <focus_bare>)",
        "<start> [<a>] <timer> [for | of] <focus_bare> [/] <pause_bare>",
        "<start> [<a>] <focus_bare> [/] <pause_bare> <timer>",
        "<start> [<a>] <timer> for [my | the] <exam_of>",
        "let us (work | study | concentrate) for <focus>",
        (
            "[i want | i would like | i need | give me | let us (do | have | start)] <one>"
            " [<focus_long>] pomodoro [timer] [for <focus>] [<breaks>]"
        ),
        "(let us focus | let us concentrate | start focusing | begin focusing) <somehow>",
    ),
    tool="start_pomodoro",
)
STOP_POMODORO = Rule(
    "stop_pomodoro",
    ("<stop> [<a>] <timer>", "turn off [<a>] <timer>"),
    ("turn [<a>] <timer> off", "abort [<a>] <timer>", "no more <timer>"),
    tool="stop_pomodoro",
)
START_STUDY = Rule(
    "start_study_session",
    (
        "(start | begin) studying [<study_label>]",
        "(start | begin) [<a>] [new] <session> [(on | about) <study_label>]",
        "let us study [<study_label>]",
    ),
    (
        "(start | begin) (studying | [<a>] <session>) for [my | the | an] <exam>",
        "(start | begin) (studying | [<a>] <session>) for (my | the | an) <study_label>",
        "(start | begin) [<a>] [new] <session> (called | named) <study_label>",
        "(study | let us study | let us learn | start studying | start learning) <somehow>",
        "(let us | i want to | i would like to) (study | learn) <study_label> <somehow>",
        "study [for [my | the | an]] <exam> <somehow>",
        "(start | begin) (studying | learning) <study_label> <somehow>",
        "(start | begin) [<a>] [new] <study_label> (study session | session)",
        "(start | begin) [to] (study | learn | learning) [<study_label>]",
    ),
    tool="start_study_session",
)
END_STUDY = Rule(
    "end_study_session",
    (
        "i am done [with] studying",
        "i am done with [<a>] <session>",
        "i (have finished | finished) (studying | [<a>] <session>)",
        "<stop> [<a>] <session>",
        "(stop | finish) studying",
    ),
    (
        "i am (done | finished) [with] (studying | learning) [<subject>]",
        "i have (stopped | done) studying",
        "i am (done | finished) [with] [<a>] (studies | <session>)",
    ),
    tool="end_study_session",
)
REMIND = Rule(
    "set_water_schedule",
    (
        "remind me <drink> [every <interval>] [<hours>]",
        "remind me every <interval> [<drink>] [<hours>]",
        "remind me <hours> [<drink>]",
        "(turn on | start | enable) <water>",
    ),
    (
        "remind me <hours> <drink> every <interval>",
        "remind me <hours> every <interval> [<drink>]",
        "(set | change) <water> [to] [every] <interval> [<hours>]",
        "(set | change) <water> [to] <hours>",
        "turn <water> (on | back on)",
        "(resume | activate | switch on) <water>",
        "start reminding me [<drink>] [every <interval>] [<hours>]",
        "remind me [<drink>] [every <interval>] (until | till) <end_time>",
        "remind me [<drink>] [every <interval>] (starting | beginning) [at | from] <start_time>",
        "remind me [<drink>] [every <interval>] from <start_time> on",
    ),
    tool="set_water_schedule",
    arguments=(("enabled", True),),
)
SET_ZONE = Rule(
    "set_water_schedule",
    typed=(
        "i live in <timezone>",
        "my time zone is [the one of] <timezone>",
        "(set | change) (my | the) time zone to <timezone>",
    ),
    tool="set_water_schedule",
)
STOP_REMINDING = Rule(
    "set_water_schedule",
    (
        "stop reminding me [<drink>]",
        "(stop | turn off) <water>",
        "do not remind me (<drink> | any more)",
    ),
    (
        "turn <water> off",
        "(disable | cancel | deactivate | switch off | pause | mute | no more) <water>",
        "do not remind me [<drink>] (anymore | any longer | any more)",
        "never remind me [<drink>]",
    ),
    tool="set_water_schedule",
    arguments=(("enabled", False),),
)
READ_WATER = Rule(
    "read_water",
    (
        "when should i drink [water] [next | again]",
        "when is [my | the] next (reminder | drink | glass [of water] | water reminder)",
        "should i drink [some | more] [water] [now]",
        "how often do you remind me [<drink>]",
    ),
    (
        "when (do | will) you remind me [<drink>] [next | again]",
        "when do i (have | need) to drink [water] [next | again]",
        "what (is | are) [my | the] water (schedule | reminder | reminders)",
        "how long <until> (reminder | drink | glass [of water])",
    ),
    tool="read_water",
)
READ_POMODORO = Rule(
    "read_pomodoro",
    (
        "how much (time | longer) [is | do i have] [<left>]",
        "how long (is left | do i have | to go)",
        "how many minutes are <left>",
        "is (a | the | my) <timer> running",
    ),
    (
        "how much time (is | do i have) <left> [in | on | of] [<a>] <timer>",
        "how (long | much time) (is | do i have) <left>",
        "how many minutes (do i have | are) <left> [in | on | of] [<a>] <timer>",
        "how much longer (do i have to | must i | should i) (focus | work)",
        "(what | which) (cycle | round) (is this | am i in | are we in)",
        "where does [<a>] <timer> stand",
        "what is [<a>] <timer> at",
        "how long does [<a>] <timer> (run | last)",
        "time <left>",
        "how long [is] <left> [in | on | of] [<a>] [<timer>]",
        "when (does | will) [<a>] <timer> (end | stop | finish | be over)",
    ),
    tool="read_pomodoro",
)
READ_BREAK = Rule(
    "read_break",
    (
        "when is [my | the] next break",
        "how long until [my | the] [next] break",
        "when can i [take | have] a break",
        "do i need a break",
        "should i take a break [now]",
        "am i on [a] break",
    ),
    (
        "when (does | will) [my | the] [next] break (start | begin | come)",
        "when do i (get | have) [a | my] [next] break",
        "how (long | much longer | much time | many minutes) <until> break",
        "when [my | the] next break is",
        "is it [already] (time for a break | break time) [yet]",
        "what is [my | the] next break",
        "(can | may) i [take | have] a break [now]",
    ),
    tool="read_break",
)
NEED_BREAK = Rule(
    "need_break",
    typed=(
        "i (need | want | would like) [to (take | have)] a break",
        "let us (take | have) a break",
    ),
    tool="read_break",
)
READ_REPORT = Rule(
    "read_focus_report",
    (
        "how focused (was | am) i <today>",
        "how (did | do) i do <today>",
        "how (was | is) my (focus | concentration) <today>",
        "how stressed (was | am) i <today>",
        "(show | give) me my [focus] report",
    ),
    (
        "how am i doing <today>",
        "(am | was) i (focused | stressed) <today>",
        "how focused have i been <today>",
        "how (was | is | did) my [last] <session> [go | going]",
        "what (was | is) my (focus | stress) [score | level] <today>",
        "how well (did i | do i | am i) (focus | study | studying | focusing) <today>",
        "how much did i focus <today>",
    ),
    tool="read_focus_report",
)
ORDERS = (
    *(START_TIMER, START_POMODORO, STOP_POMODORO, START_STUDY, END_STUDY),
    *(REMIND, SET_ZONE, STOP_REMINDING),
    *(READ_WATER, READ_POMODORO, READ_BREAK, NEED_BREAK, READ_REPORT),
)
"""All of them. The first rule that a clause fits is what it means."""
