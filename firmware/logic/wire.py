# One exchange with the server, and what its status means. Belongs here: a single try.
# Does not: trying again (that is the caller's patience) and the fields of an answer (check.py).

NO_ANSWER = 0
GOOD = 2  # the hundreds of a status
REFUSED = 4
TRY_AGAIN = (408, 429)


def is_good(status: int) -> bool:
    return status // 100 == GOOD


# The server understood and said no: asking the same again at once would not help.
def is_refusal(status: int) -> bool:
    return status // 100 == REFUSED and status not in TRY_AGAIN


class Wire:
    def __init__(self, hal, timeout_ms: int) -> None:
        self.hal = hal
        self.timeout_ms = timeout_ms

    async def get(self, path: str, key: str | None = None) -> tuple:
        return await self._exchange("GET", path, None, key)

    async def post(self, path: str, body: dict, key: str) -> tuple:
        return await self._exchange("POST", path, body, key)

    async def _exchange(self, method: str, path: str, body: dict | None, key: str | None) -> tuple:
        headers = {"Idempotency-Key": key} if key else None
        try:
            return await self.hal.http(method, path, body, headers, self.timeout_ms)
        except OSError as failure:
            reason = " ".join([str(part) for part in failure.args])
            self.hal.log(f"no answer to {method} {path}: {reason}")
            return NO_ANSWER, None
