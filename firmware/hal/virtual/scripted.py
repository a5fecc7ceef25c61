# A server that answers from a script, one answer after the other, the last one again and again.
# An answer that is an OSError is a failure of the wire. It keeps what it was asked.


class ScriptedServer:
    def __init__(self, answers) -> None:
        self.answers = list(answers)
        self.requests: list = []  # (method, path, obj, key)

    def answer(self, _now_ms: int, method: str, path: str, obj, headers) -> tuple:
        self.requests.append((method, path, obj, (headers or {}).get("Idempotency-Key")))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, OSError):
            raise answer
        return answer
