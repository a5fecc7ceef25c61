"""What the pet understands that asks for nothing to be done: a list like that of ``phrases``."""

from petcore.rules.desktop_pet.phrases import Rule

HELLO = Rule(
    "hello",
    ("hello", "hi", "hey", "good (morning | afternoon | evening)"),
    (
        "(hello | hi | hey | good (morning | afternoon | evening)) (<called> | my friend)",
        "greetings",
        "are you there",
    ),
)
THANKS = Rule(
    "thanks",
    ("thanks", "thank you [very much]"),
    (
        "(thanks | thank you) (so much | a lot | for your help | for that)",
        "(thanks | thank you) <called>",
        "(many thanks | thx | cheers)",
    ),
)
PRAISE = Rule(
    "praise",
    ("good job", "well done"),
    (
        "good (pet | boy | girl | work)",
        "i (like | love) you",
        "you are (great | cute | nice | sweet | awesome | the best | so cute)",
    ),
)
BYE = Rule(
    "bye",
    ("goodbye", "good night", "see you"),
    ("bye [bye]", "see you (later | soon | tomorrow)", "(bye | good night) <called>", "good bye"),
)
NAME = Rule(
    "name",
    ("who are you", "what is your name"),
    ("what are you", "what are you called", "do you have a name", "introduce yourself"),
)
HOW_ARE_YOU = Rule(
    "how_are_you",
    ("how are you [doing] [today]",),
    (
        "how are you <called>",
        "how is it going",
        "what is up",
        "how do you feel [today]",
        "are you (ok | okay | well)",
    ),
)
HELP = Rule(
    "help",
    ("what can you do", "help"),
    (
        "help me",
        "what can i (say | ask) [you]",
        "what (do | can) you understand",
        "what are you able to do",
        "how do you work",
        "what can you (do for me | help [me] with)",
    ),
)
FOCUS_ADVICE = Rule(
    "focus_advice",
    (
        "help me focus <for_hours>",
        "how can i focus [better]",
        "i can not (focus | concentrate)",
        "should i start a pomodoro",
    ),
    (
        "help me [to] [stay] (focus | focused | concentrate | study) [better] <for_hours>",
        "how (do | can | should) i (stay focused | concentrate | focus) [better]",
        "i (am distracted | keep getting distracted | have trouble focusing | can not study)",
        "i do not feel like (studying | working)",
        "what is (a | the) pomodoro [timer | technique]",
        "should i (start | begin) [<a>] <timer> [now]",
    ),
)
STRESSED = Rule(
    "stressed",
    ("i am <very> stressed",),
    (
        "i (am | feel) <very> (stressed [out] | anxious | nervous | overwhelmed | worried)",
        "i am under [a lot of] (pressure | stress)",
        "this is too much",
    ),
)
TIRED = Rule(
    "tired",
    ("i am <very> tired",),
    ("i (am | feel) <very> (tired | exhausted | sleepy | worn out)",),
)
ELSEWHERE = Rule(
    "elsewhere",
    (
        "(stop | turn off | cancel | finish | start | turn on | end) [the | my | this] <elsewhere>",
        "(stop | start) (reading | talking | speaking | singing | cooking | cleaning | eating)",
        "remind me to (call | buy | eat | go | clean | pay) [<elsewhere>]",
        "let us (go | eat | talk | watch) [<elsewhere>]",
    ),
)
DANGER = Rule(
    "danger",
    typed=(
        "i [just] (want | would like) to (die | kill myself | hurt myself | harm myself)",
        "i (am going to | will) (kill | hurt | harm) myself",
        "i do not want to (live | be alive | be here) [any more | anymore | any longer]",
        "i am (suicidal | in danger)",
    ),
)

SMALL_TALK = (
    *(HELLO, THANKS, PRAISE, BYE, NAME, HOW_ARE_YOU, HELP, FOCUS_ADVICE, STRESSED, TIRED, DANGER),
    ELSEWHERE,
)
"""All of it."""

ASIDES = frozenset({"hello", "thanks", "praise", "bye", "how_are_you", "stressed", "tired"})
"""What is said beside something else, which then is what counts."""

SOMEBODY_ELSE = "somebody_else"
"""What an order is, or a question of somebody's data, that names somebody else."""
