# Talking: who holds the talk button is heard, who lets go of it is answered. Belongs here: when the
# pet listens, what it shows of what it hears, thinks and says, and what it says when that fails.
# Does not: the exchange itself (Board.talk).
#
# A tap is too short for a word: it only makes the pet stop. What was said is said once; who is not
# answered says it again. Polls go on meanwhile, and what they bring is shown afterwards.

from firmware.logic.asker import TIME_OUTS
from firmware.logic.check import AnswerError, has, is_plain, shown, text
from firmware.logic.pages import Pages
from firmware.logic.supervise import reason_of
from firmware.logic.wire import is_good

STREAM = "/api/chat/stream"
# Numbers of the failures of Board.talk() that are not the wire's.
NO_MICROPHONE = 19
STOPPED = 4
# Also when nobody talks it wakes this often: the watch waits for it (watch.py).
IDLE_MS = 300_000
TAP_MS = 300
LISTEN_MS = 30_000
# Whoever lets go has often not quite ended.
TAIL_MS = 200
# From the touch of the button to the end of the last word.
TALK_MS = 240_000
PAGE_MS_MIN = 1_500
LETTER_MS = 65
HEARD_LEN_MAX = 60

# What is shown: of speaking nothing but the words.
LISTENING = "listening"
THINKING = "thinking"
SPEAKING = ""

UNREACHABLE = "I cannot reach the server. Try again later."
CUT_OFF = "We were cut off. Say it again?"
TOO_LONG = "That took too long. Say it again?"
DEAF = "My microphone does not answer."
LOST = "I forgot what we talked of. Say it again?"
DUMB = "My server cannot talk."
FAILED = "Something went wrong. Say it again?"
BY_STATUS = {400: "I heard no words. Say it again?", 404: DUMB, 413: TOO_LONG}
BY_CODE = {
    "language_failed": "I cannot think right now. Try again later.",
    "hearing_failed": "I cannot hear right now. Try again later.",
    "hearing_absent": "My server cannot hear.",
}


class Talk:
    # `wake` is set when the pet may have changed something that is polled for.
    def __init__(self, parts, wake) -> None:
        self.parts = parts
        self.hal = parts.hal
        self.known = parts.known
        self.wake = wake
        self.turn_ms = max(IDLE_MS, TALK_MS) + TIME_OUTS * parts.config.http_timeout_ms
        self.wanted = parts.hal.event()
        self.stopping = parts.hal.event()
        self.conversation: tuple = ("", "")  # (whose, its id)
        self._reset()

    def _reset(self) -> None:
        self.user_id = self.parts.token.user_id
        self.began_at = self.hal.ticks_ms()
        self.released_at: int | None = None
        self.failure = ""
        self.pages = Pages()
        self.page = -1  # the number of the one that is shown
        self.page_ms = 0
        self.paged_at = 0

    # The button was touched. A pet that is nobody's has nobody to talk with.
    def begin(self) -> None:
        self.stop()
        token = self.parts.token
        if self.known.code is None and (token.text or not token.is_needed):
            self.wanted.set()

    # What it said before is enough as well.
    def stop(self) -> None:
        self.stopping.set()
        self.known.hush()

    async def turn(self) -> None:
        if not await self.hal.wait(self.wanted, IDLE_MS):
            return
        self.wanted.clear()
        self.stopping.clear()
        self.parts.marks.begin("talk")
        self._reset()
        try:
            self.known.converse((LISTENING, ""))
            await self._talk()
            await self._speak_rest()
        finally:
            self.known.converse(None)
        if self.failure and not self.stopping.is_set():
            self.known.say(self.failure, self.hal.ticks_ms())

    # What follows is asked by the host, again and again.

    def is_listening(self) -> bool:
        now = self.hal.ticks_ms()
        if self.released_at is None:
            if self.hal.is_talk_held() and self._passed_ms(now) < LISTEN_MS:
                return not self.stopping.is_set()
            self.released_at = now
            if self._passed_ms(now) < TAP_MS:
                self.stop()
        if self.hal.ticks_diff(now, self.released_at) < TAIL_MS and not self.stopping.is_set():
            return True
        self.known.converse((THINKING, ""))
        return False

    def goes_on(self) -> bool:
        now = self.hal.ticks_ms()
        if self._passed_ms(now) >= TALK_MS:
            self.failure = TOO_LONG
            return False
        self._turn_page(now)
        return not self.stopping.is_set() and self.parts.token.user_id == self.user_id

    # One event; what is garbage, or too long to be read, is None.
    def take(self, event: str, said: object) -> None:
        try:
            self._take(event, said)
        except AnswerError as failure:
            self.hal.log(f"{event} was garbage: {failure}")

    def _take(self, event: str, said: object) -> None:
        if event == "heard":
            conversation_id = text(said, "conversation_id")
            # Another one might be too long to be sent.
            if is_plain(conversation_id):
                self.conversation = (self.user_id, conversation_id)
            self.known.converse((THINKING, shown(said, "transcript")[:HEARD_LEN_MAX]))
        elif event == "text":
            self.pages.add(shown(said, "text"))
        elif event == "action":
            self.wake.set()
        elif event == "error":
            self.failure = _words(FAILED, said)

    def _passed_ms(self, now: int) -> int:
        return self.hal.ticks_diff(now, self.began_at)

    async def _talk(self) -> None:
        token = self.parts.token
        used = token.text
        headers = token.headers()
        headers["Idempotency-Key"] = self.parts.keys.next()
        try:
            status, answer = await self.hal.talk(STREAM, self._wish(), headers, self)
        except OSError as failure:
            self._fail(failure)
            return
        token.judge(used, status, answer)
        if not is_good(status):
            self._refused(status, answer)

    def _wish(self) -> dict:
        wish = {
            "user_id": self.user_id,
            "include_audio": self.hal.can_speak(),
            "audio_format": "wav",
        }
        whose, conversation_id = self.conversation
        if conversation_id and whose == self.user_id:
            wish["conversation_id"] = conversation_id
        return wish

    def _fail(self, failure: Exception) -> None:
        number = failure.args[0]
        if number == STOPPED:
            return
        self.hal.log(f"no answer to POST {STREAM}: {reason_of(failure)}")
        if number == NO_MICROPHONE:
            self.failure = DEAF
        else:
            self.failure = UNREACHABLE if self.released_at is None else CUT_OFF

    # A proxy whose server is away says anything, and means nothing by it. A conversation that the
    # server itself does not know any more is not asked about again.
    def _refused(self, status: int, answer: object) -> None:
        self.hal.log(f"talk refused: {status}")
        words = BY_STATUS.get(status, FAILED) if has(answer, "error") else UNREACHABLE
        if words == DUMB and self.conversation[1]:
            words = LOST
            self.conversation = ("", "")
        self.failure = _words(words, answer)

    # The pages that are left when nothing more comes.
    async def _speak_rest(self) -> None:
        while self.goes_on() and self.page >= 0:
            left_ms = self.page_ms - self.hal.ticks_diff(self.hal.ticks_ms(), self.paged_at)
            if left_ms <= 0:
                return
            await self.hal.wait(self.stopping, left_ms)

    # A page stands for as long as it takes to say it, and until there is another one.
    def _turn_page(self, now: int) -> None:
        is_read = self.page < 0 or self.hal.ticks_diff(now, self.paged_at) >= self.page_ms
        if is_read and self.pages.page(self.page + 1) is not None:
            self.page += 1
            self.paged_at = now
        page = None if self.page < 0 else self.pages.page(self.page)
        if page is not None:
            self.page_ms = max(PAGE_MS_MIN, len(page) * LETTER_MS)
            self.known.converse((SPEAKING, page))


# What is said of a failure that has a code of its own.
def _words(words: str, answer: object) -> str:
    try:
        return BY_CODE.get(text(answer, "code"), words)
    except AnswerError:
        return words
