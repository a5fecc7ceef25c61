# One connection to a server, from its opening to its end, all of it within one time. Belongs here:
# bytes. Does not: what they mean (http.py).
#
# A socket is asked again and again whether it is ready, and nothing is ever cancelled: the
# open_connection of MicroPython leaks its socket when a time-out cancels it while it connects. Who
# makes a connection closes it. The same lines run on a board and on a computer.

import errno
import select
import socket

from firmware.hal.tasks import sleep_ms, ticks_diff, ticks_ms

# Pauses between two questions; the last one is repeated. Most answers come within the first few.
PAUSES_MS = (0, 1, 1, 2, 4, 8, 16)
UNDER_WAY = (errno.EINPROGRESS, errno.EAGAIN)


# Blocks all tasks while a name is looked up; a number is not looked up. An ESP32 has IPv4.
def resolve(host: str, port: int):
    try:
        return socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][-1]
    except OSError as failure:
        trouble = failure
    raise OSError(errno.EHOSTUNREACH, f"no address of {host}: {trouble}")


class Connection:
    # `look` is called before every pause: who has had enough raises an OSError there.
    def __init__(self, timeout_ms: int, look=None) -> None:
        self.began = ticks_ms()
        self.timeout_ms = timeout_ms
        self.look = look
        self.poller = select.poll()
        self.socket = self._tried(socket.socket, socket.AF_INET)
        self.socket.setblocking(False)

    # Returns when the connection is under way: whether it succeeds, the first send() tells.
    def open(self, address) -> None:
        self.poller.register(self.socket, select.POLLOUT)
        self._tried(self.socket.connect, address)

    # All of it.
    async def send(self, view) -> None:
        sent = 0
        while sent < len(view):
            await self._ready(select.POLLOUT)
            accepted = self._tried(self.socket.send, view[sent:])
            if accepted:
                sent += accepted
            else:
                await self._pause(len(PAUSES_MS))

    # Some bytes into the view; 0 when the other end has closed.
    async def receive(self, view) -> int:
        receive = getattr(self.socket, "readinto", None) or self.socket.recv_into
        while True:
            await self._ready(select.POLLIN)
            received = self._tried(receive, view)
            if received is not None:
                return received
            await self._pause(len(PAUSES_MS))

    # From now on it has so much time.
    def renew(self, timeout_ms: int) -> None:
        self.began = ticks_ms()
        self.timeout_ms = timeout_ms

    # Whether there is something to receive, the end among it.
    def has_news(self) -> bool:
        self.poller.modify(self.socket, select.POLLIN)
        return bool(self.poller.poll(0))

    def close(self) -> None:
        self.socket.close()

    # None when it was not ready after all, which a poll may say again and again.
    def _tried(self, act, given):
        try:
            return act(given)
        except OSError as failure:
            number = failure.args[0]
        if number in UNDER_WAY:
            return None
        raise OSError(number, "no connection")

    # An error counts as ready, too: whoever acts then hears of it.
    async def _ready(self, event: int) -> None:
        self.poller.modify(self.socket, event)
        tries = 0
        while not self.poller.poll(0):
            await self._pause(tries)
            tries += 1

    # Longer after more tries, for as long as there is time.
    async def _pause(self, tries: int) -> None:
        if self.look is not None:
            self.look()
        if ticks_diff(ticks_ms(), self.began) >= self.timeout_ms:
            raise OSError(errno.ETIMEDOUT, "no answer in time")
        await sleep_ms(PAUSES_MS[min(tries, len(PAUSES_MS) - 1)])
