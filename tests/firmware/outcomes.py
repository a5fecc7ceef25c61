"""What a question for encouragement comes to at each fault of ``chaos.py``: an answer, or the
reason why there is none.
"""

HONEST_ANSWER = (200, {"ok": True, "message": "Weiter so! 加油 🌱"})
LOST, CUT, LATE = "no connection", "the answer is cut off", "no answer in time"
LONG_HEAD, NO_HTTP, NO_STATUS = "the head is too long", "no HTTP", "no status"
NO_LENGTH, NO_JSON = "no length", "the body is no JSON"
TOO_MANY = "the body has too many parts"
OUTCOMES: dict[str, object] = {
    "close": CUT,
    "reset": LOST,
    "refuse": CUT,
    "half_open": CUT,
    "pieces": HONEST_ANSWER,
    "late": HONEST_ANSWER,
    "more_than_told": HONEST_ANSWER,
    "cut_head": CUT,
    "cut_body": CUT,
    "short_length": NO_JSON,
    "http_09": CUT,
    "garbage_line": CUT,
    "nothing_but_ends": NO_HTTP,
    "zeros": LONG_HEAD,
    "future": NO_HTTP,
    "short_status": NO_HTTP,
    "long_status": NO_HTTP,
    "status_of_letters": NO_STATUS,
    "status_999": NO_STATUS,
    "bare_line_ends": CUT,
    "endless_head": LONG_HEAD,
    "endless_hints": LONG_HEAD,
    "long_line": LONG_HEAD,
    "no_length": "no Content-Length",
    "no_header": "no Content-Length",
    "negative_length": NO_LENGTH,
    "signed_length": NO_LENGTH,
    "length_in_words": NO_LENGTH,
    "huge_length": NO_LENGTH,
    "length_4g": NO_LENGTH,
    "two_lengths": "two lengths",
    "same_length_twice": HONEST_ANSWER,
    "odd_headers": HONEST_ANSWER,
    "chunked": "the body is coded",
    "continue_100": HONEST_ANSWER,
    "empty": (200, None),
    "no_content": (204, None),
    "html": NO_JSON,
    "large": "the body is too long",
    "nested": TOO_MANY,
    "open_brackets": TOO_MANY,
    "two_values": NO_JSON,
    "broken_utf8": NO_JSON,
    "utf16": NO_JSON,
    "not_an_object": (200, [1, 2]),
    "moved": (301, None),
    "bad_gateway": (502, None),
    "bad_gateway_large": (502, None),
    "bad_gateway_chunked": (502, None),
    "unavailable": (503, {"error": "try_again"}),
    "hotel_401": (401, None),
    "too_many": (429, {"error": "slowly"}),
    "silence": LATE,
    "stopped_body": LATE,
    "drip": LATE,
}
# What these come to is chance's.
BY_CHANCE = {"wrong_types", "wrong_types_again"}
