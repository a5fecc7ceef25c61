"""What one thing said comes to at each fault of ``talk_server.py``: a status and an object, or the
reason why there are none; what the talker is told; how many bytes are spoken.
"""

from tests.firmware.talk_server import DONE_SAYS, ERROR, HEARD, REFUSED_SAYS, TEXTS

CUT, LATE, STOPPED = "the answer is cut off", "no answer in time", "stopped"
NO_STREAM, NO_SIZE = "no stream of events", "no size of a chunk"
GOOD = [200, None]
DONE = ["done", DONE_SAYS]
HEARD_FIRST = ["heard", HEARD]
# Of an honest answer all is told but the sound; what it says when it is done is not all that short.
HONEST = ["heard", "action", "text", "text", "done"]
FIRST_PIECE = 1_492

Outcome = tuple[object, list[object], int]


def _fails(reason: str, *told: object, spoken: int = 0) -> Outcome:
    return reason, list(told), spoken


def _ends(*told: object, spoken: int = 0) -> Outcome:
    return GOOD, [*told, DONE], spoken


OUTCOMES: dict[str, Outcome] = {
    # Refusals.
    "not_found": ([404, REFUSED_SAYS], [], 0),
    "bad_gateway": ([502, ERROR], [], 0),
    "proxy": ([502, None], [], 0),
    "early_unauthorized": ([401, REFUSED_SAYS], [], 0),
    "early_too_large": ([413, REFUSED_SAYS], [], 0),
    # Heads.
    "html": _fails(NO_STREAM),
    "json": _fails(NO_STREAM),
    "no_chunks": _fails(NO_SIZE),
    "small_letters": _ends(),
    "long_head": _fails("the head is too long"),
    # Chunks.
    "no_size": _fails(NO_SIZE),
    "size_of_letters": _fails(NO_SIZE),
    "negative_size": _fails(NO_SIZE),
    "size_0x": _fails(NO_SIZE),
    "huge_size": _fails(NO_SIZE),
    "long_size": _fails("a chunk's line is too long"),
    "bare_line_end": _fails(NO_SIZE),
    "longer_than_told": _fails(NO_SIZE),
    "shorter_than_told": _ends(),
    "endless_trailers": _fails(CUT),
    "nothing": _fails(CUT),
    # Events.
    "cut_in_a_word": _fails(CUT, HEARD_FIRST, ["text", {"text": "I am"}], spoken=FIRST_PIECE),
    "cut_in_a_line": _fails(CUT, HEARD_FIRST),
    "ended_without_done": _fails(CUT, HEARD_FIRST),
    "error": (GOOD, [HEARD_FIRST, ["error", ERROR]], FIRST_PIECE),
    "garbage": _ends(HEARD_FIRST),
    "no_json": _ends(["text", None]),
    "nested": _ends(["text", None]),
    "wrong_types": _ends(["heard", [1]], ["text", {"text": 5}]),
    "unknown_events": _ends(),
    "line_ends": _ends(HEARD_FIRST),
    "long_text": _ends(["text", None], ["text", {"text": "short"}]),
    "long_done": (GOOD, [["done", None]], 0),
    "long_name": _ends(),
    # Sound. Half a sample at the end is none.
    "odd_pieces": _ends(spoken=9_000),
    "odd_end": _ends(spoken=3_000),
    "tiny_pieces": _ends(spoken=FIRST_PIECE + 8),
    "long_sound": _ends(spoken=3_000),
    "mp3": _ends(),
    "other_rate": _ends(),
    "no_base64": _ends(spoken=3_000),
    "no_sound": _ends(spoken=3_000),
    "empty_sound": _ends(spoken=3_000),
    # What takes its time.
    "silence": _fails(LATE),
    "stalls": _fails(LATE, HEARD_FIRST, spoken=FIRST_PIECE),
}
BY_CHANCE = {"early_close": (CUT, "no connection"), "early_reset": (CUT, "no connection")}
"""Those that may come to several, whichever the system tells first."""

HONEST_SPOKEN = {"honest": 0.5, "in_one": 0.1, "byte_by_byte": 0.01}
"""Of those that only look odd, how many seconds are spoken."""

HONEST_TEXTS = list(TEXTS)
