"""What tables, columns and indexes a file has: made as declared, or looked at as they are.

Not here: their SQL (``store_sqlite_table``), and the transactions in which they are made.
"""

import sqlite3

from petcore.adapters.store_sqlite_table import Document, NoTable, Table
from petcore.errors import Duplicate, StoreUnavailable
from petcore.ports.document_text import from_text
from petcore.ports.store import Collection

Connection = sqlite3.Connection


def prepare(writer: Connection, table: Table) -> None:
    """Make the table and its indexes what the collection declares, whatever they were."""
    writer.execute(table.create())
    present = {row[1] for row in writer.execute(f"PRAGMA table_info({table.name})")}
    for field in table.fields:
        if f"document.{field}" not in present:
            _add_column(writer, table, field)
    _keep_indexes(writer, table)


def look(reader: Connection, collection: Collection[Document]) -> Table:
    """The table as it stands in the file. Raises ``StoreUnavailable`` if an older petcore made it
    and no server of this version has opened it since.
    """
    table = Table(collection)
    present = {row[1] for row in reader.execute(f"PRAGMA table_info({table.name})")}
    for field in table.fields if present else ():
        if f"document.{field}" not in present:
            older = f"an older petcore wrote it: {collection.name} has no column of {field}"
            raise StoreUnavailable(f"{older}; start a server of this version on it once")
    return table if present else NoTable(collection)


def _add_column(writer: Connection, table: Table, field: str) -> None:
    """Give a field that older documents have, but no index had, its column."""
    writer.create_function("value_of", 1, lambda text: from_text(text)[field])
    for statement in table.add_column(field, "value_of"):
        writer.execute(statement)


def _keep_indexes(writer: Connection, table: Table) -> None:
    declared = table.create_indexes()
    made = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql NOT NULL"
    for (name,) in writer.execute(made, (table.collection.name,)).fetchall():
        if name not in declared:
            writer.execute(f'DROP INDEX "{name}"')
    for name, statement in declared.items():
        try:
            writer.execute(statement)
        except sqlite3.IntegrityError as error:
            raise Duplicate(f'no "{name}" can be: two documents agree; change one') from error
