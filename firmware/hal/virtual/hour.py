# One hour of a pet in virtual time: what is pressed, what goes wrong, and the log of all of it with
# a checksum at its end. The log is the same on every VM:
#
#     micropython -X heapsize=64k -m firmware.hal.virtual.hour

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.life import Trace, live
from firmware.hal.virtual.plan import HOUR_MS, at
from firmware.hal.virtual.server import VirtualServer
from firmware.logic.config import Config

PRESSES = (
    (at(1), "short"),  # starts a session that runs to its end
    (at(2, 5), "long"),  # asks for encouragement
    (at(10, 40), "short"),  # acknowledges water; the answer to this is lost
    (at(16), "short"),  # starts a session while the network is cut
    (at(16, 5), "short"),  # and again, which must not start a second one
    (at(20, 30), "long"),  # dismisses the prompt, while the server takes no acknowledgement
    (at(20, 40), "long"),  # has no meaning for the water underneath
    (at(21, 30), "short"),  # acknowledges water
    (at(26), "long"),  # encouragement, the server stumbling
    (at(27), "short"),  # starts a session
    (at(29), "short"),  # and stops it
    (at(30, 50), "short"),  # acknowledges water; refused for good, so dropped
    (at(40, 40), "short"),  # accepts the second prompt
    (at(41), "short"),  # acknowledges water
    (at(44), "long"),  # encouragement that never comes
    (at(50, 40), "short"),  # acknowledges water
    (at(51), "long"),  # encouragement
    (at(51, 3), "short"),  # which is enough
)

# (from, until, a part of the path, what happens, with what)
FAULTS: tuple = (
    (at(4), at(4, 30), "pomodoro", "garble", {"session_id": 7, "phase": None}),
    (at(5), at(5, 40), "prompt/poll", "garble", []),
    (at(10), at(10, 20), "water/poll", "lose_answer", None),
    (at(10, 40), at(10, 41), "water/ack", "lose_answer", None),
    (at(13), at(18), "", "cut", None),
    (at(20, 30), at(21, 20), "prompt/ack", "answer", (503, {"error": "try_again"})),
    (at(23), at(23, 40), "poll", "lose_request", None),
    (at(26), at(26, 1), "encouragement", "answer", (500, None)),
    (at(30, 50), at(30, 51), "water/ack", "answer", (404, {"error": "user_unknown"})),
    (at(33), at(35), "water/poll", "answer", (403, {"error": "forbidden"})),
    (at(36), at(36, 30), "active", "answer", (429, None)),
    (at(44), at(45), "encouragement", "garble", {"ok": True, "message": ["no", "text"]}),
    (at(50), at(50, 20), "water/poll", "garble", {"remind_now": 1}),
)


def run(write=print) -> str:
    trace = Trace(write)
    board = VirtualBoard(VirtualServer(), trace.line, FAULTS, PRESSES)
    live(board, Config("audrey öz", "pet-1"), HOUR_MS)
    return trace.end()


if __name__ == "__main__":
    run()
