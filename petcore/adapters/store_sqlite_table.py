"""The SQL of one collection: text and parameters, nothing that runs.

Here: how a collection becomes a table. The whole document stands as text in the column
``document``; each indexed field has a column of its own beside it, called ``document.<field>``,
a name that no field has. Columns rather than ``json_extract`` expressions,
because that function cuts a string at its first NUL, so two values would count as one.

Names come from collections, which hold nothing but letters, digits and ``_``; values are always
parameters.
"""
# ruff: noqa: S608

from collections.abc import Mapping
from typing import Any, cast

from petcore.ports.document_text import to_text
from petcore.ports.store import Collection, Index, Query, Scalar

Document = Mapping[str, object]
Statement = tuple[str, tuple[Scalar, ...]]

_OWN = ("_id", "version")


def column(field: str) -> str:
    """The quoted name of the column that holds the field."""
    return f'"{field}"' if field in _OWN else f'"document.{field}"'


class Table:
    """One collection as SQL."""

    def __init__(self, collection: Collection[Any]) -> None:
        self.collection = collection
        self.name = f'"{collection.name}"'
        self.fields = tuple(name for name in collection.indexed_fields() if name not in _OWN)
        columns = ("_id", "version", "document", *map(column, self.fields))
        places = ", ".join("?" * len(columns))
        changes = ", ".join(f"{name} = ?" for name in columns[1:])
        self.get = f"SELECT document FROM {self.name} WHERE _id = ?"
        self._insert = f"INSERT INTO {self.name} ({', '.join(columns)}) VALUES ({places})"
        self._replace = f"UPDATE {self.name} SET {changes} WHERE _id = ? AND version = ?"

    def create(self) -> str:
        """The statement that makes the table if there is none. Values keep their type in it."""
        columns = "".join(f", {column(field)}" for field in self.fields)
        fixed = "_id TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL"
        return f"CREATE TABLE IF NOT EXISTS {self.name} ({fixed}{columns})"

    def add_column(self, field: str, value_of: str) -> tuple[str, str]:
        """The statements that make a field's column, with ``value_of(document)`` in every row."""
        place = column(field)
        added = f"ALTER TABLE {self.name} ADD COLUMN {place}"
        return added, f"UPDATE {self.name} SET {place} = {value_of}(document)"

    def create_indexes(self) -> dict[str, str]:
        """Each declared index's name in the file, and the statement that makes it."""
        return dict(map(self._create_index, self.collection.indexes))

    def insert(self, document: Document) -> Statement:
        """Store a new document."""
        return self._insert, self._row(document)

    def replace(self, document: Document, expected: int) -> Statement:
        """Replace the document with this ``_id`` if its version is ``expected``."""
        id, *rest = self._row(document)
        return self._replace, (*rest, id, expected)

    def find(self, query: Query[Any]) -> Statement:
        """The texts of the documents the query describes, in its order."""
        return self._select(_lessened(query.without), query)

    def delete(self, query: Query[Any]) -> Statement:
        """Delete the documents the query describes."""
        chosen, values = self._select("_id", query)
        return f"DELETE FROM {self.name} WHERE _id IN ({chosen})", values

    def count(self, query: Query[Any]) -> Statement:
        """How many documents the query describes."""
        chosen, values = self._select("1", query)
        return f"SELECT count(*) FROM ({chosen})", values

    def _select(self, what: str, query: Query[Any]) -> Statement:
        order, turn = column(query.order), "DESC" if query.descending else "ASC"
        terms = [(f"{column(name)} = ?", value) for name, value in query.equal.items()]
        terms += [] if query.at_least is None else [(f"{order} >= ?", query.at_least)]
        terms += [] if query.below is None else [(f"{order} < ?", query.below)]
        where = f" WHERE {' AND '.join(term for term, _ in terms)}" if terms else ""
        limit = () if query.limit is None else (query.limit,)
        text = f"SELECT {what} FROM {self.name}{where} ORDER BY {order} {turn}, _id {turn}"
        return text + " LIMIT ?" * len(limit), (*(value for _, value in terms), *limit)

    def _row(self, document: Document) -> tuple[Scalar, ...]:
        text = to_text(document)
        self.collection.require_scalars(document)
        id, version, *values = (document[name] for name in (*_OWN, *self.fields))
        return cast("tuple[Scalar, ...]", (id, version, text, *values))

    def _create_index(self, index: Index) -> tuple[str, str]:
        kind = "UNIQUE INDEX" if index.unique else "INDEX"
        # The name says all there is to say, so an index that is declared anew is made anew.
        name = f"{self.collection.name}: {kind.lower()} of {', '.join(index.fields)}"
        # With ``_id`` at the end, ties come in order; in a unique index it would undo the use.
        columns = map(column, index.fields if index.unique else (*index.fields, "_id"))
        made = f'CREATE {kind} IF NOT EXISTS "{name}" ON {self.name} ({", ".join(columns)})'
        return name, made


def _lessened(without: tuple[str, ...]) -> str:
    """The document's text but for these fields: SQLite cuts them out, so nobody else reads them."""
    paths = "".join(f", '$.{name}'" for name in without)
    return f"json_remove(document{paths})" if paths else "document"


class NoTable(Table):
    """A collection that has no table: nothing is found in it. What is written to it fails."""

    def __init__(self, collection: Collection[Document]) -> None:
        super().__init__(collection)
        self.get = "SELECT '' WHERE ? IS NULL"

    def find(self, query: Query[Document]) -> Statement:
        """No texts."""
        return "SELECT '' WHERE 0", ()

    def delete(self, query: Query[Document]) -> Statement:
        """Delete nothing."""
        return "SELECT '' WHERE 0", ()

    def count(self, query: Query[Document]) -> Statement:
        """None."""
        return "SELECT 0", ()
