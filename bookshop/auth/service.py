"""Passwords and sign-ins. Of a token only its hash is kept, as of a password."""

import hashlib
import secrets
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session, joinedload

from bookshop.auth.models import SignIn
from bookshop.database import now
from bookshop.errors import Invalid
from bookshop.translations import N_
from bookshop.users import service as users
from bookshop.users.models import User

STAYS_SIGNED_IN = timedelta(days=30)
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200  # hashing a megabyte would be a way to keep the shop busy

_hasher = PasswordHasher()


class WrongPassword(Invalid):
    """Does not tell whether the login exists."""

    text = N_("No account has this login and password. Check both and try again.")


class PasswordTooShort(Invalid):
    text = N_("A password has at least %(least)d characters.")


class PasswordTooLong(Invalid):
    text = N_("A password has at most %(most)d characters.")


def register(session: Session, new: users.NewUser, password: str) -> User:
    """A new user. Raises what users.create raises, and for the password."""
    return users.create(session, new, hashed(password))


def sign_in(session: Session, login_or_email: str, password: str) -> tuple[User, str]:
    """The user and the token that proves it from now on."""
    user = proven(session, login_or_email, password)
    return user, sign_in_proven(session, user, password)


def proven(session: Session, login_or_email: str, password: str) -> User:
    """The user whose password it is. Slow on purpose: not to be asked while writing."""
    user = users.find(session, login_or_email)
    if not _is_right(user.password_hash if user else _nobodys_hash(), password) or user is None:
        raise WrongPassword(field="password")
    return user


def sign_in_proven(session: Session, user: User, password: str) -> str:
    """The token. A hash that was made when hashing was weaker is made anew."""
    if _hasher.check_needs_rehash(user.password_hash):
        users.get(session, user.id).password_hash = hashed(password)
    return sign_in_at_once(session, user)


def sign_in_at_once(session: Session, user: User) -> str:
    """Without asking for the password: right after the registration."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(token_hash=_hash(token), user_id=user.id, expires_at=now() + STAYS_SIGNED_IN)
    )
    return token


def who_is(session: Session, token: str) -> User | None:
    return session.scalars(_SIGNED_IN, {"token": _hash(token), "moment": now()}).one_or_none()


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))


def change_password(session: Session, user_id: int, old: str, new: str) -> None:
    """Ends every sign-in of this user, here too."""
    user = users.get(session, user_id)
    if not _is_right(user.password_hash, old):
        raise WrongPassword(field="old_password")
    user.password_hash = hashed(new)
    end_all_sign_ins(session, user_id)


def end_all_sign_ins(session: Session, user_id: int) -> None:
    session.execute(delete(SignIn).where(SignIn.user_id == user_id))


def forget_expired(session: Session) -> None:
    session.execute(delete(SignIn).where(SignIn.expires_at < now()))


def hashed(password: str) -> str:
    return _hasher.hash(checked_password(password))


def checked_password(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(field="password", least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong(field="password", most=LONGEST_PASSWORD)
    return password


@cache
def _nobodys_hash() -> str:
    """To be compared with when there is no such user: that must take as long."""
    return _hasher.hash(secrets.token_urlsafe())


def _is_right(password_hash: str, password: str) -> bool:
    try:
        right = _hasher.verify(password_hash, password[:LONGEST_PASSWORD])
    except VerificationError:
        return False
    return right and len(password) <= LONGEST_PASSWORD


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# Put together once: every request of one who is signed in begins with it.
_SIGNED_IN = (
    select(User)
    .join(SignIn, SignIn.user_id == User.id)
    .where(SignIn.token_hash == bindparam("token"), SignIn.expires_at > bindparam("moment"))
    .where(User.deleted_at.is_(None))
    .options(joinedload(User.shop))
)
