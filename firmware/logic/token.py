# The token: what proves to the server whose pet this is. Belongs here: how it is kept, and what
# the server must say before it is believed to be worthless. Does not: how the pet
# gets one (pairing.py).

from firmware.logic.check import AnswerError, is_plain, text
from firmware.logic.keeping import try_keep

KEPT = "token"
UNAUTHORIZED = 401


class Token:
    # A pet that needs none acts for the user of its config. One that needs one acts for the user
    # who confirmed it. Token and user are kept as one value, "token user", so that no loss of power
    # parts them. When the token goes, the user stays, as " user": what the pet still holds of his
    # must not go to the next one. The event `held` is set while there is a token, `lost` while
    # there is none.
    def __init__(self, hal, config) -> None:
        self.hal = hal
        self.firmware_version = config.firmware_version
        self.is_needed = config.pairs
        self.held = hal.event()
        self.lost = hal.event()
        self.text = ""
        self.user_id = config.user_id
        if self.is_needed:
            self._read(hal.kept(KEPT) or f" {config.user_id}")

    # Returns when the pet has the token that it needs.
    async def ready(self) -> None:
        if self.is_needed:
            await self.hal.wait(self.held)

    # Kept before it is used: a pet that used a token and lost it could never get it again.
    def take(self, token: str, user_id: str) -> None:
        kept = f"{token} {user_id}"
        self.hal.keep(KEPT, kept)
        self._read(kept)

    def headers(self) -> dict:
        if not self.text:
            return {}
        return {
            "Authorization": f"Bearer {self.text}",
            "Firmware-Version": self.firmware_version,
        }

    # A request with the token `used` was answered so: the token is let go of if it is the server
    # that says so, in its own words. A hotel's Wi-Fi says 401, too. What was asked with an older
    # token says nothing of the one held now.
    def judge(self, used: str, status: int, answer: object) -> None:
        if used and used == self.text and status == UNAUTHORIZED and says(answer, "unauthorized"):
            self.hal.log("the token is not valid any more")
            kept = f" {self.user_id}"
            try_keep(self.hal, KEPT, kept)
            self._read(kept)

    # A token that no request could carry is none.
    def _read(self, kept: str) -> None:
        token, _, self.user_id = kept.partition(" ")
        self.text = token if is_plain(token) else ""
        if self.text:
            self.lost.clear()
            self.held.set()
        else:
            self.held.clear()
            self.lost.set()


# Whether an answer is the server's own refusal with this code.
def says(answer: object, code: str) -> bool:
    try:
        return text(answer, "code") == code
    except AnswerError:
        return False
