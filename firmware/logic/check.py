# Typed reading of answers. Everything the server says passes here before the pet believes it.
# A field of the wrong type is an AnswerError, and an AnswerError is a failed poll.

# What a panel can show of a text; more would only take memory.
SHOWN_LEN_MAX = 200
IDENTITY_LEN_MAX = 256


class AnswerError(Exception):
    pass


def flag(answer: object, name: str) -> bool:
    return _field(answer, name, bool)


def whole(answer: object, name: str) -> int:
    return _field(answer, name, int)


def text(answer: object, name: str) -> str:
    return _field(answer, name, str)


def part(answer: object, name: str) -> dict:
    return _field(answer, name, dict)


# A text for people, as much of it as they will see.
def shown(answer: object, name: str) -> str:
    return _readable(text(answer, name)[:SHOWN_LEN_MAX], name)


# What the server calls something by. It is given back as it is, so it must not be cut.
def identity(answer: object, name: str) -> str:
    value = text(answer, name)
    if not 1 <= len(value) <= IDENTITY_LEN_MAX:
        raise AnswerError(f"{name} is empty or too long")
    return _readable(value, name)


# What can be sent in the head of a request, and kept with a space behind it: visible ASCII.
def is_plain(value: object) -> bool:
    if type(value) is not str or not 1 <= len(value) <= IDENTITY_LEN_MAX:
        return False
    return all("!" <= letter <= "~" for letter in value)


# Whether an answer has the field and says something there.
def has(answer: object, name: str) -> bool:
    return type(answer) is dict and answer.get(name) is not None


# The type is compared, not asked for: to isinstance a true is an int.
def _field(answer, name: str, kind):
    if type(answer) is not dict:
        raise AnswerError("the answer is not an object")
    value = answer.get(name)
    if type(value) is not kind:
        raise AnswerError(f"{name} is not {kind.__name__}")
    return value


# JSON may name halves of a character, which CPython could neither send nor print.
def _readable(value: str, name: str) -> str:
    if not _has_bytes(value):
        raise AnswerError(f"{name} is not text")
    return value


def _has_bytes(value: str) -> bool:
    try:
        value.encode()
    except ValueError:
        return False
    return True
