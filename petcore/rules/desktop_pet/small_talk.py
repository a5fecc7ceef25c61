"""What the pet understands that asks for nothing to be done: a list like that of ``phrases``."""

from petcore.rules.desktop_pet.phrases import Rule

HELLO = Rule(
    "hello",
    ("hello", "hi", "hey", "good (morning | afternoon | evening)"),
    (
        "(hello | hi | hey | good (morning | afternoon | evening)) (<called> | my friend)",
        "greetings",
        "(are you there | can you hear me | do you hear me)",
    ),
)
THANKS = Rule(
    "thanks",
    ("thanks", "thank you [very much]"),
    (
        "(thanks | thank you) (so much | a lot | for your help | for that)",
        "(thanks | thank you) <called>",
        "(many thanks | thx | cheers)",
        "[thanks | thank you] that is (all | it | everything)",
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
    ("goodbye", "see you"),
    ("bye [bye]", "see you (later | soon | tomorrow)", "bye <called>", "good bye"),
)
GOOD_NIGHT = Rule("good_night", ("good night",), ("good night <called>", "sleep well"))
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
        "what else can you do [for me]",
    ),
)
FOCUS_ADVICE = Rule(
    "focus_advice",
    (
        "help me focus <for_hours>",
        "how can i focus [better]",
        "i can not (focus | concentrate)",
    ),
    (
        "help me [to] [stay] (focus | focused | concentrate | study) [better] <for_hours>",
        "how (do | can | should) i (stay focused | concentrate | focus) [better]",
        "i (am distracted | keep getting distracted | have trouble focusing | can not study)",
        "i can not (focus | concentrate | study) [<today> | at all | any more | anymore]",
    ),
)
POMODORO = Rule(
    "pomodoro",
    typed=(
        "what is (a | the) pomodoro [timer | technique | method]",
        "(explain | what does) [a | the] pomodoro [timer | technique | method] [mean]",
        "how does (a | the) pomodoro [timer | technique | method] work",
    ),
)
OFFER = Rule(
    "offer",
    ("should i start a pomodoro",),
    ("should (i | we) (start | begin | do) [<a>] (<timer> | <session>) [now]",),
)
MOTIVATE = Rule(
    "motivate",
    typed=(
        "(motivate | encourage) me",
        "(say something (nice | kind) | cheer me up) [to me]",
        "i (need | want) [some] (motivation | encouragement)",
        "i do not feel like (studying | working)",
    ),
)
STRESSED = Rule(
    "stressed",
    ("i am <very> stressed",),
    (
        (
            "i (am | feel) <very> (stressed [out] | anxious | nervous | overwhelmed | worried)"
            " [(about | because of) <errand>] <today>"
        ),
        "i am (afraid | scared) [of <errand>]",
        "i am under [a lot of] (pressure | stress)",
        "this is too much",
    ),
)
TIRED = Rule(
    "tired",
    ("i am <very> tired",),
    ("i (am | feel) <very> (tired | exhausted | sleepy | worn out) <today>",),
)
SAD = Rule(
    "sad",
    typed=(
        "i (am | feel) <very> (sad | down | depressed | unhappy | miserable | bad | awful) <today>",
        "i (had | am having) a (bad | hard | terrible) day",
        "i (failed | did not pass) [<exam_of>]",
    ),
)
LONELY = Rule("lonely", typed=("i (am | feel) <very> (lonely | alone) <today>",))
BORED = Rule("bored", typed=("i (am | feel) <very> bored <today>", "this is <very> boring"))
THIRSTY = Rule("thirsty", typed=("i (am | feel) <very> thirsty <today>",))
HAPPY = Rule(
    "happy",
    typed=(
        "i (am | feel) <very> (happy | good | great | excited | proud | fine | better) <today>",
        "i (had | am having) a (good | great) day",
    ),
)
PASSED = Rule(
    "passed",
    typed=("i [just | have] (passed | aced) [<exam_of>]", "i (made | did) it"),
)
ROBOT = Rule(
    "robot",
    typed=(
        "are you <very> (a robot | human | real | alive | an ai | a machine | a person)",
        "are you a real (person | pet | animal)",
    ),
)
JOKE = Rule("joke", typed=("(tell [me] a | another) joke", "do you know a joke", "make me laugh"))
YES = Rule(
    "yes", typed=("(yes | yeah | yep | okay | ok | sure | alright | all right | fine | good)",)
)
NO = Rule("no", typed=("(no | nope | nah | no thanks | no thank you | never mind | nevermind)",))
STOP_WHAT = Rule(
    "stop_what",
    typed=(
        "(stop | end | cancel | finish | quit | abort) [it | this | that]",
        "i am (done | finished)",
        "that is enough",
    ),
)
SMALL_TALK = (
    *(HELLO, THANKS, PRAISE, BYE, GOOD_NIGHT, NAME, HOW_ARE_YOU, HELP, ROBOT, JOKE),
    *(FOCUS_ADVICE, POMODORO, OFFER, MOTIVATE, STRESSED, TIRED, SAD, LONELY, BORED, THIRSTY),
    *(HAPPY, PASSED, YES, NO, STOP_WHAT),
)
"""All of it."""

ASIDES = frozenset(
    rule.name
    for rule in (
        *(HELLO, THANKS, PRAISE, BYE, GOOD_NIGHT, HOW_ARE_YOU, STRESSED, TIRED, SAD, LONELY),
        *(BORED, HAPPY, PASSED, YES),
    )
)
"""What is said beside something else, which then is what counts."""

DANGER = "danger"
"""What is told anywhere in a transcript (``danger``)."""

SOMEBODY_ELSE = "somebody_else"
"""What an order is, or a question of somebody's data, that names somebody else."""

UNCLEAR = "unclear"
"""Whatever is not understood."""
