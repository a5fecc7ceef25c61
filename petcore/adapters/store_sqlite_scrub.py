"""Freeing the file of the SQLite store from what was deleted.

``secure_delete`` overwrites what a statement deletes. But when SQLite divides a full page in two,
what moved out stays behind in the gap for a while, and no later deletion knows of it. Only writing
the file anew leaves nothing.
"""

from pathlib import Path

from petcore.adapters.store_sqlite_file import File
from petcore.errors import StoreUnavailable


def scrub(path: Path) -> bool:
    """Write the file at ``path`` anew, which needs as much room again while it lasts.

    False says that another program has it open, whose log may hold what was deleted until that
    program ends. Raises ``StoreUnavailable``, and ``StartRefused`` if the file cannot be used.
    """
    file = File(path)
    try:
        (outcome,) = file.read_there([lambda connection: connection.execute("VACUUM").fetchall()])
    finally:
        file.close()
    if isinstance(outcome, StoreUnavailable):
        raise outcome
    # The last to close takes the log away.
    return not path.with_name(f"{path.name}-wal").exists()
