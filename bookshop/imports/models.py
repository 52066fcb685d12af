"""An uploaded catalogue on its way into the shop, and what it changed there."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bookshop.database import Base, a_word, now
from bookshop.money import Money


class ImportState(StrEnum):
    RECEIVED = "received"
    CHECKING = "checking"
    PREVIEW = "preview"
    APPLYING = "applying"
    APPLIED = "applied"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNDONE = "undone"


class Door(StrEnum):
    """By which it came: the seller's own account, or an operator's hand on the machine."""

    DASHBOARD = "dashboard"
    API = "api"
    COMMAND_LINE = "command line"


class Import(Base):
    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_seller_id_id", "seller_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("shops.seller_id"))
    door: Mapped[Door] = mapped_column(a_word(Door), default=Door.DASHBOARD)
    filename: Mapped[str]
    path: Mapped[str]  # the file as it came, its name among the uploads; blank when it is forgotten
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    state: Mapped[ImportState] = mapped_column(a_word(ImportState), default=ImportState.RECEIVED)
    apply_at_once: Mapped[bool] = mapped_column(default=False)
    withdraw_missing: Mapped[bool] = mapped_column(default=False)
    mapping: Mapped[dict[str, str] | None] = mapped_column(JSON)  # column -> field, by the seller
    default_stock: Mapped[int | None]  # copies of each book where the file does not say
    progress: Mapped[int] = mapped_column(default=0)  # thousandths of the work at hand
    format: Mapped[str] = mapped_column(default="")
    encoding: Mapped[str] = mapped_column(default="")
    # Counts of records; new + changed + unchanged = accepted.
    rows: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)  # on sale, and not in the file
    is_whole: Mapped[bool] = mapped_column(default=True)  # else nothing that it lacks is withdrawn
    # The first of them; how many there are of each kind is in the counts, by code.
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    problem_counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    warning_counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    preview: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # see planning
    columns: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # see columns
    refused: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    checked_as: Mapped[str] = mapped_column(default="")  # the last check begun, and its files' name
    applied_records: Mapped[int] = mapped_column(default=0)  # how far the applying has come
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    applied_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ImportChange(Base):
    """What one import did to one offer, so that it can be undone. None before: it was new.

    Its references are not declared: PostgreSQL would look each of them up again, row by row, which
    takes as long as writing the row. Neither offers nor imports nor shops are ever deleted.
    """

    __tablename__ = "import_changes"

    import_id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    price_before: Mapped[Money | None]
    price_after: Mapped[Money]
    on_hand_before: Mapped[int | None]
    on_hand_after: Mapped[int]
    on_sale_before: Mapped[bool] = mapped_column(default=False)
    on_sale_after: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime] = mapped_column(default=now)


class ColumnMapping(Base):
    """What a seller said that the columns of his files are, for the next file of the same form."""

    __tablename__ = "column_mappings"

    seller_id: Mapped[int] = mapped_column(ForeignKey("shops.seller_id"), primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)  # see columns.form_of
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(default=now)


class FactDifference(Base):
    """A fact of a book that another seller's file tells otherwise than its first seller's."""

    __tablename__ = "fact_differences"

    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("shops.seller_id"), primary_key=True)
    fact: Mapped[str] = mapped_column(primary_key=True)
    told: Mapped[str]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    at: Mapped[datetime] = mapped_column(default=now, index=True)
