"""What a seller has uploaded. What was told of each file may be megabytes, and is left behind."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bookshop.imports.models import Door, Import, ImportState


@dataclass(frozen=True)
class PastImport:
    id: int
    state: ImportState
    door: Door
    filename: str
    path: str  # blank when the file is no longer kept
    size: int
    format: str
    rows: int
    accepted: int
    rejected: int
    new: int
    changed: int
    unchanged: int
    withdrawn: int
    uploaded_at: datetime
    applied_at: datetime | None
    ended_at: datetime | None  # when it came into its state, if it rests there
    refused: dict[str, Any] | None


@dataclass(frozen=True)
class Page:
    imports: list[PastImport]
    total: int


def of_seller(session: Session, seller_id: int, page: int = 1, per_page: int = 20) -> Page:
    """Newest first."""
    mine = Import.seller_id == seller_id
    total = session.scalar(select(func.count()).select_from(Import).where(mine)) or 0
    columns = [getattr(Import, field.name) for field in fields(PastImport)]
    newest = select(*columns).where(mine).order_by(Import.id.desc())
    rows = session.execute(newest.offset((page - 1) * per_page).limit(per_page))
    return Page([PastImport(*row) for row in rows], total)
