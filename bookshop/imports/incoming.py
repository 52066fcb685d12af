"""Some thousand checked records beside the shop's own tables, so that SQL can compare them.

What the file says of each is loaded; what that means for the shop is found by matching. Both tables
are temporary: they belong to one connection and are filled anew for every chunk.
"""

from functools import cache
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import WriteOptions, write_csv
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    case,
    delete,
    not_,
    or_,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

TEXT_FACTS = (
    *("title", "authors", "publisher", "series", "language", "category", "description"),
    *("cover_url", "binding", "age", "volume"),
)
NUMBER_FACTS = ("year", "pages")
FACTS = TEXT_FACTS + NUMBER_FACTS
LOADED = ("record", "line", "isbn13", "own_key", "sku", "price", "stock", *FACTS)


_of_a_connection = MetaData()
loaded = Table(
    "loaded_records",
    _of_a_connection,
    Column("place", Integer, primary_key=True),  # among those loaded
    Column("record", Integer),
    Column("line", Integer),
    Column("isbn13", Text),
    Column("own_key", Text),
    Column("sku", Text, server_default=""),
    Column("price", BigInteger),  # minor units
    Column("stock", Integer),
    *(Column(fact, Text, server_default="") for fact in TEXT_FACTS),
    *(Column(fact, Integer) for fact in NUMBER_FACTS),
    prefixes=["TEMPORARY"],
)
incoming = Table(
    "incoming_records",
    _of_a_connection,
    Column("place", Integer),
    Column("record", Integer),
    Column("line", Integer),
    Column("sku", Text),
    Column("price", BigInteger),
    Column("stock", Integer),
    # What matching finds in the shop. No price before: this seller did not sell it.
    Column("book_id", Integer),
    Column("adds_book", Boolean),  # nobody sold it: the id is one that it may have
    Column("told_by_another", Boolean),  # the book's facts are another seller's
    Column("offer_id", Integer),
    Column("sku_before", Text),
    Column("price_before", BigInteger),
    Column("on_hand_before", Integer),
    Column("reserved", Integer),
    Column("on_sale_before", Boolean),
    Column("copies_sent", Integer),  # since the upload
    Column("better_facts", Boolean),  # the record changes its book
    prefixes=["TEMPORARY"],
)
told = loaded.c
row = incoming.c
with_what_is_told = incoming.join(loaded, told.place == row.place)

_left = row.stock - row.copies_sent
on_hand = case((_left > 0, _left), else_=0)  # from now on

is_new = row.price_before.is_(None)
changes_offer = or_(
    is_new,
    row.price != row.price_before,
    and_(row.sku != "", row.sku != row.sku_before),
    on_hand != row.on_hand_before,
    not_(row.on_sale_before),
)
changes = or_(changes_offer, row.better_facts)

# PostgreSQL would compile each statement for a second to run it for a tenth of one; and, having no
# statistics of what was just written, read whole tables where a few thousand rows are looked up.
_FROM_FEW_TO_MANY = ("jit", "enable_hashjoin", "enable_mergejoin")


def load(session: Session, records: pa.RecordBatch) -> None:
    """The columns are LOADED; what stood here before is gone."""
    connection = session.connection()
    for table in (loaded, incoming):
        connection.exec_driver_sql(_creating(table, connection.dialect))
        empty(session, table)
    if not len(records):
        return
    said = records.select([name for name in LOADED if _is_said(records.column(name))])
    said = said.append_column("place", pa.array(range(len(records)), pa.int32()))
    names = ", ".join(said.schema.names)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size=-64000")  # KB: the index of ISBNs fits in
        places = ", ".join("?" * said.num_columns)
        statement = f"INSERT INTO {loaded.name} ({names}) VALUES ({places})"  # noqa: S608 (ours)
        rows = zip(*(column.to_pylist() for column in said.columns), strict=True)
        connection.exec_driver_sql(statement, list(rows))
        return
    for setting in _FROM_FEW_TO_MANY:
        connection.exec_driver_sql(f"SET LOCAL {setting} = off")
    written = BytesIO()  # what is not there is blank, a blank text is ""
    write_csv(said, written, WriteOptions(include_header=False))
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {loaded.name} ({names}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(written.getbuffer())


@cache
def _creating(table: Table, dialect: Dialect) -> str:
    return str(CreateTable(table, if_not_exists=True).compile(dialect=dialect))


def _is_said(column: pa.Array) -> bool:
    """Else the table's defaults say it: few files have every column."""
    if pa.types.is_string(column.type) and not column.null_count:
        return bool(pc.any(pc.not_equal(column, "")).as_py())
    return int(column.null_count) < len(column)


def empty(session: Session, table: Table) -> None:
    """PostgreSQL keeps what is deleted until it is vacuumed, which nobody does here."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(delete(table))
    else:
        session.connection().exec_driver_sql(f"TRUNCATE {table.name}")
