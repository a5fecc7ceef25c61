# Typed reading of answers. Everything the server says passes here before the pet believes it.
# A field of the wrong type is an AnswerError, and an AnswerError is a failed poll.


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


# The type is compared, not asked for: to isinstance a true is an int.
def _field(answer, name: str, kind):
    if type(answer) is not dict:
        raise AnswerError("the answer is not an object")
    value = answer.get(name)
    if type(value) is not kind:
        raise AnswerError(f"{name} is not {kind.__name__}")
    return value
