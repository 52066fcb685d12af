"""A letter is written once, kept, and marked when it has gone."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bookshop.database import Base, now


class Letter(Base):
    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("event", "recipient", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(index=True)  # the message's key, "OrderPaid-12"
    recipient: Mapped[str]
    kind: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(index=True)
    language: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
