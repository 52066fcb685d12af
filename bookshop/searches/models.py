"""A search that was made. By whom, nothing here can tell."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from bookshop.database import Base, now


class Search(Base):
    __tablename__ = "searches"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]  # folded and shortened
    found: Mapped[int]  # books that have all the words; 0 where only the nearest were shown
    took_ms: Mapped[float]
    degraded: Mapped[bool]  # answered without the index
    at: Mapped[datetime] = mapped_column(default=now, index=True)
