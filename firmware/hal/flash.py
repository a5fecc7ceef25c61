# What outlasts the power: each text in a file of its own, in one folder. Belongs here: keeping and
# reading. Does not: what is kept (logic) or how often the board boots (boots.py).
#
# A text is written beside the old one and then takes its place, which a file system does at once or
# not at all. So the power may go at any moment: what is read afterwards is the old text or the new
# one. A file that was being written then is never read, and the next keep() writes over it.

import errno
import os

NEW = ".new"
LEN_MAX = 8192  # bytes, in UTF-8
PIECE_LEN = 64
TOO_LARGE = 27
SIZE = 6  # of os.stat()
# What CPython has: a computer writes to its disk some time later unless it is asked.
_fsync = getattr(os, "fsync", None)


class Flash:
    def __init__(self, folder: str) -> None:
        self.folder = folder

    # None when there is nothing, or nothing that can be read.
    def kept(self, name: str) -> str | None:
        path = self._path(name)
        try:
            size = int(os.stat(path)[SIZE])
            if size > LEN_MAX:
                return None
            with open(path, "rb") as file:
                return str(file.read(size), "utf-8")
        except (OSError, ValueError):
            return None

    # Safe when it returns. OSError when it cannot be kept, and then the old text still is.
    def keep(self, name: str, value: str | None) -> None:
        path = self._path(name)
        if value is None:
            _remove(path)
            return
        if sum([len(piece) for piece in _pieces(value)]) > LEN_MAX:
            raise OSError(TOO_LARGE, f"{name} is too large to keep")
        _write(path + NEW, value)
        os.rename(path + NEW, path)

    def _path(self, name: str) -> str:
        return f"{self.folder}/{name}"


# Since a heap in pieces has no room for a copy of all of it.
def _pieces(value: str):
    for begin in range(0, len(value), PIECE_LEN):
        yield value[begin : begin + PIECE_LEN].encode()


# Closing is what makes a board write. What was begun and cannot be ended gives its room back.
def _write(path: str, value: str) -> None:
    try:
        with open(path, "wb") as file:
            for piece in _pieces(value):
                file.write(piece)
            if _fsync:
                file.flush()
                _fsync(file.fileno())
    except OSError:
        _remove(path)
        raise


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError as failure:
        if failure.args[0] != errno.ENOENT:
            raise
