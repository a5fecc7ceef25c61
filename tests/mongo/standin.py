"""``python -m tests.mongo.standin FOLDER PORT``: nx-27017, a stand-in for MongoDB on SQLite files.

Prints the port it listens on (0 chooses a free one) and serves until it is killed. It speaks the
wire protocol and keeps what it has acknowledged; it is no MongoDB, so only the port's narrow
vocabulary may be asked of it.

Two of its defects are put right here: a compound index that names ``_id`` breaks every insert
after it, and compound indexes serve no read. An index without ``_id``, and one of its first field
alone, mean the same to whoever asks.
"""

import asyncio
import sys
from functools import partial
from typing import Any

from nx_27017.handler import NeoSQLiteHandler
from nx_27017.server import handle_client


class Handler(NeoSQLiteHandler):  # type: ignore[misc]  # it ships no types
    """Handles commands, each of them first put into words it understands."""

    def handle_command(self, msg: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer a command."""
        for _, command in msg["sections"]:
            if isinstance(command, dict) and "createIndexes" in command:
                command["indexes"] = _understood(command["indexes"])
        answered: tuple[int, dict[str, Any]] = super().handle_command(msg)
        return answered


def _understood(indexes: list[dict[str, Any]]) -> list[dict[str, Any]]:
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
    answer = partial(handle_client, handler=Handler(data_dir=folder))
    server = await asyncio.start_server(answer, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
