"""``python -m tests.mongo.standin FOLDER PORT``: nx-27017, a stand-in for MongoDB on SQLite files.

Prints the port it listens on (0 chooses a free one) and serves until it is killed. It speaks the
wire protocol and keeps what it has acknowledged; it is no MongoDB, so only the port's narrow
vocabulary may be asked of it.

Three of its defects are put right here: a compound index that names ``_id`` breaks every insert
after it; compound indexes serve no read; and a unique index that cannot be made is refused without
its code. An index without ``_id``, and one of its first field alone, mean the same to whoever asks.

Like a MongoDB under test it can be told to refuse the next command of a name: see
``MongoServer.refuse``.
"""

import asyncio
import sys
from functools import partial
from sqlite3 import IntegrityError
from typing import Any

from nx_27017.handler import NeoSQLiteHandler
from nx_27017.server import handle_client

Message = dict[str, Any]
Answer = tuple[int, Message]


class Handler(NeoSQLiteHandler):  # type: ignore[misc]  # it ships no types
    """Handles commands, each of them first put into words it understands."""

    def __init__(self, folder: str) -> None:
        super().__init__(data_dir=folder)
        self._refusals: dict[str, Message] = {}

    def handle_insert(self, msg: Message) -> Answer:
        """Insert."""
        answered: Answer = self._refused(msg) or super().handle_insert(msg)
        return answered

    def handle_command(self, msg: Message) -> Answer:
        """Answer any other command."""
        command = _command(msg)
        if "configureFailPoint" in command:
            asked = command["data"]
            self._refusals.update(dict.fromkeys(asked["failCommands"], asked))
            return msg["request_id"], {"ok": 1}
        if "createIndexes" in command:
            command["indexes"] = _understood(command["indexes"])
        try:
            answered: Answer = self._refused(msg) or super().handle_command(msg)
        except IntegrityError as error:
            return msg["request_id"], {"ok": 0, "code": 11000, "errmsg": str(error)}
        return answered

    def _refused(self, msg: Message) -> Answer | None:
        command = _command(msg)
        asked = self._refusals.pop(next(iter(command), ""), None)
        if asked is None:
            return None
        # Like that of a real one, the message may hold whatever was in the command.
        refusal = {"ok": 0, "code": asked["errorCode"], "errmsg": f"refused: {command} {msg}"}
        return msg["request_id"], refusal


def _command(msg: Message) -> Message:
    bodies = (content for kind, content in msg["sections"] if kind == "body")
    return next(bodies, {})


def _understood(indexes: list[Message]) -> list[Message]:
    unique = {next(iter(index["key"])) for index in indexes if index.get("unique")}
    understood = {}
    for index in indexes:
        fields = [name for name in index["key"] if name != "_id"]
        if len(fields) > 1 and fields[0] not in unique:
            understood[fields[0],] = {"key": {fields[0]: 1}, "name": f"{fields[0]}_1"}
        key = dict.fromkeys(fields, 1)
        understood[tuple(fields)] = {**index, "key": key, "name": "_".join((*fields, "1"))}
    return list(understood.values())


async def serve(folder: str, port: int) -> None:
    """Serve the databases in ``folder``."""
    answer = partial(handle_client, handler=Handler(folder))
    server = await asyncio.start_server(answer, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
