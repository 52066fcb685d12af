"""A sign-in, known by a random token of which only the hash is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bookshop.database import Base, now
from bookshop.users.models import User


class SignIn(Base):
    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(primary_key=True)  # sha256, hex
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]

    user: Mapped[User] = relationship()
