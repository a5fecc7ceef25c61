# One exchange with the server, and what its status means. Belongs here: a single try.
# Does not: trying again (that is the caller's patience) and the fields of an answer (check.py).

from firmware.logic.check import has
from firmware.logic.supervise import reason_of
from firmware.logic.token import UNAUTHORIZED

NO_ANSWER = 0
GOOD = 2  # the hundreds of a status
REFUSED = 4
TRY_AGAIN = (408, 429)


def is_good(status: int) -> bool:
    return status // 100 == GOOD


# The server understood and said no, in its own words: asking the same again would not help. A proxy
# whose server is away, or a hotel's Wi-Fi, says 404 of everything, and means nothing by it.
def is_refusal(status: int, answer: object) -> bool:
    return status // 100 == REFUSED and status not in TRY_AGAIN and has(answer, "error")


class Wire:
    def __init__(self, hal, timeout_ms: int, token) -> None:
        self.hal = hal
        self.timeout_ms = timeout_ms
        self.token = token

    async def get(self, path: str, key: str | None = None) -> tuple:
        return await self._exchange_as_paired("GET", path, None, key)

    async def post(self, path: str, body: dict, key: str) -> tuple:
        return await self._exchange_as_paired("POST", path, body, key)

    # Without token and key, whether or not there is a token.
    async def ask(self, path: str, body: dict) -> tuple:
        return await self._exchange("POST", path, body, {})

    # Waits until the pet is paired, if it has to be. Of a pet with a token a 401 does not mean that
    # what it asks is wrong: asking again will help, with another token or on another Wi-Fi. What
    # was asked for one user is neither sent nor answered when the pet is another's.
    async def _exchange_as_paired(
        self, method: str, path: str, body: dict | None, key: str | None
    ) -> tuple:
        user_id = self.token.user_id
        await self.token.ready()
        if self.token.user_id != user_id:
            return NO_ANSWER, None
        used = self.token.text
        headers = self.token.headers()
        if key:
            headers["Idempotency-Key"] = key
        status, answer = await self._exchange(method, path, body, headers)
        self.token.judge(used, status, answer)
        if self.token.user_id != user_id or (used and status == UNAUTHORIZED):
            return NO_ANSWER, None
        return status, answer

    async def _exchange(self, method: str, path: str, body: dict | None, headers: dict) -> tuple:
        try:
            return await self.hal.http(method, path, body, headers or None, self.timeout_ms)
        except OSError as failure:
            # Not the query, which names the user.
            self.hal.log(f"no answer to {method} {path.partition('?')[0]}: {reason_of(failure)}")
            return NO_ANSWER, None
