# What happens on a day: what the server goes by, what is pressed, what goes wrong. A table, and
# nothing else. Whoever adds to it sees that the tests of the day still mean what they say.

from firmware.hal.virtual.plan import Plan, at


def clock(hour: int, minute: int = 0, second: int = 0) -> int:
    return at(60 * hour + minute, second)


# Water from 9 to 22 each hour but at 18. The second prompt is dismissed, the third withdrawn. The
# server's clock goes wrong by an hour in the first Pomodoro, and back by one in the afternoon.
PLAN = Plan(
    start_min=9 * 60,
    end_min=22 * 60,
    interval_min=60,
    prompts=(
        (clock(15, 40), clock(24)),
        (clock(17, 35), clock(24)),
        (clock(20, 10), clock(20, 31)),
    ),
    focus_ms=clock(0, 25),
    break_ms=clock(0, 5),
    cycles=2,
    utc_offset_min=-480,
    steps=(
        (clock(9, 40), clock(10, 20), clock(1)),
        (clock(16, 30), clock(16, 50), -clock(1)),
    ),
    skipped=(18 * 60,),
)

PRESSES = (
    (clock(0, 30, 5), "second"),  # the status, when the server has told the time
    (clock(0, 30, 15), "short"),  # which is enough
    (clock(9, 2), "short"),  # acknowledges water
    (clock(9, 30), "short"),  # starts a session that runs to its end
    (clock(10, 2), "long"),  # has no meaning for water, and asks for encouragement
    (clock(10, 3), "short"),  # acknowledges water; the answer to this is lost
    (clock(11, 2), "short"),  # acknowledges water
    (clock(12, 2), "short"),  # acknowledges water; the power goes when that is kept
    (clock(13, 2), "short"),  # and here before it is
    (clock(14, 2), "short"),  # acknowledges water; the disk is full
    (clock(15, 6), "short"),  # acknowledges what the pet said by itself, while it is cut off
    (clock(15, 12), "short"),  # and what the server says
    (clock(15, 42), "short"),  # accepts the prompt, while the server takes no answer
    (clock(16, 2), "short"),  # acknowledges water; refused for good, so dropped
    (clock(16, 25), "short"),  # starts a session while the network is cut
    (clock(16, 25, 5), "short"),  # and again, which must not start a second one
    (clock(17, 2), "short"),  # acknowledges water
    (clock(17, 36), "second"),  # dismisses the prompt
    (clock(18, 10), "long"),  # encouragement
    (clock(18, 10, 4), "second"),  # which is enough
    (clock(18, 20), "long"),  # encouragement, the server stumbling
    (clock(18, 22), "short"),  # starts a session
    (clock(18, 26), "short"),  # and stops it
    (clock(18, 30), "long"),  # encouragement that never comes
    (clock(18, 40, 5), "second"),  # the status, until it goes by itself
    (clock(19, 5), "short"),  # acknowledges water while it is cut off, the power going after that
    (clock(20, 5), "short"),  # acknowledges water
    (clock(21, 25), "short"),  # acknowledges water, at last
    (clock(22, 5), "short"),  # acknowledges water, the last of the day
    (clock(23, 0, 5), "second"),  # the status, while it is cut off
)

GARBAGE = {"remind_now": 1, "show_prompt": "yes", "active": [], "phase": None, "next_poll_s": "x"}
PORTAL = (401, {"login": "here"})

FAULTS: tuple = (
    (clock(1), clock(1, 5), "", "garble", []),
    (clock(2), clock(2, 5), "", "garble", GARBAGE),
    (clock(3), clock(3, 5), "", "answer", (503, {"error": "try_again"})),
    (clock(3, 20), clock(3, 25), "", "answer", (500, None)),
    (clock(4), clock(4, 5), "", "answer", (429, None)),
    (clock(5), clock(5, 5), "poll", "answer", (403, {"error": "forbidden"})),
    (clock(5, 30), clock(5, 35), "", "answer", PORTAL),
    (clock(6), clock(6, 5), "", "lose_request", None),
    (clock(6, 30), clock(6, 35), "", "lose_answer", None),
    (clock(7), clock(7, 30), "", "slow", 6_000),
    (clock(8), clock(8, 5), "water", "garble", {"start_time": 9, "interval_min": "often"}),
    (clock(9, 45), clock(9, 46), "pomodoro", "garble", {"session_id": 7, "phase": None}),
    (clock(10, 3), clock(10, 3, 1), "water/ack", "lose_answer", None),
    (clock(11), clock(11, 1), "water/poll", "lose_answer", None),
    (clock(14, 30), clock(15, 10), "", "cut", None),
    (clock(15, 42), clock(15, 43), "prompt/ack", "answer", (503, {"error": "try_again"})),
    (clock(16, 2), clock(16, 2, 1), "water/ack", "answer", (404, {"error": "user_unknown"})),
    (clock(16, 24), clock(16, 28), "", "cut", None),
    (clock(18, 20), clock(18, 20, 1), "encouragement", "answer", (500, None)),
    (clock(18, 30), clock(18, 31), "encouragement", "garble", {"message": ["no", "text"]}),
    (clock(19, 3), clock(19, 20), "", "cut", None),
    (clock(20, 31), clock(20, 32), "prompt/poll", "slow", 7_000),
    (clock(22, 50), clock(23, 40), "", "cut", None),
)

# When somebody pulls the plug: in a session, with something to deliver, cut off and idle.
POWER_MS = (clock(16, 40), clock(19, 6), clock(23, 20))

FLASH_FAULTS = (
    (clock(12, 2), clock(12, 2, 1), "late"),
    (clock(13, 2), clock(13, 2, 1), "torn"),
    (clock(14, 2), clock(14, 3), "full"),
)
