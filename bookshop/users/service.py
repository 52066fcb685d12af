"""Create, change and find people. Passwords arrive here as hashes (see auth)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.errors import Conflict, Invalid, NotFound
from bookshop.messages import UserRegistered
from bookshop.translations import LANGUAGES, N_
from bookshop.users.models import Role, Shop, User

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")
LONGEST_NAME = 100
LONGEST_PHONE = 30


class BadLogin(Invalid):
    text = N_(
        "A login is 3 to 32 letters a–z, digits, dots, dashes; it begins with a letter or digit."
    )


class BadEmail(Invalid):
    text = N_("“%(value)s” is not an email address: it needs a name, an @ and a domain.")


class TooLong(Invalid):
    text = N_("This is too long: at most %(most)d characters.")


class BadPhone(Invalid):
    text = N_("A phone number is 5 to 20 digits, like +7 921 555-01-42.")


class Missing(Invalid):
    text = N_("Please fill this in.")


class UnknownLanguage(Invalid):
    text = N_("The shop speaks Russian (ru) and English (en).")


class LoginTaken(Conflict):
    text = N_("The login “%(value)s” is taken: choose another.")


class EmailTaken(Conflict):
    text = N_("There is an account with this email already: sign in, or use another address.")


class ShopNameTaken(Conflict):
    text = N_("There is a shop named “%(value)s” already: choose another name.")


class NoSuchUser(NotFound):
    text = N_("There is no such user.")


@dataclass(frozen=True)
class NewUser:
    login: str
    email: str
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    language: str = "ru"
    role: Role = Role.CUSTOMER
    shop_name: str = ""  # sellers only


def create(session: Session, new: NewUser, password_hash: str) -> User:
    """Raises Invalid with the field, or Conflict when login, email or shop name is taken."""
    user = User(
        login=checked_login(new.login),
        email=checked_email(new.email),
        password_hash=password_hash,
        first_name=checked_name(new.first_name, "first_name"),
        last_name=checked_name(new.last_name, "last_name"),
        phone=checked_phone(new.phone),
        language=checked_language(new.language),
        role=new.role,
    )
    _add(session, user, lambda: _refuse_if_taken(session, user))
    if new.role is Role.SELLER:
        shop = _new_shop(user, new.shop_name)
        _add(session, shop, lambda: _refuse_if_name_taken(session, shop.name))
    outbox.announce(session, UserRegistered(user.id))
    return user


def change(session: Session, user_id: int, **changes: str) -> User:
    """Change first_name, last_name, phone, email or language; what is not named stays."""
    user = get(session, user_id)
    check = {
        "first_name": lambda text: checked_name(text, "first_name"),
        "last_name": lambda text: checked_name(text, "last_name"),
        "phone": checked_phone,
        "email": checked_email,
        "language": checked_language,
    }
    for field, text in changes.items():
        value = check[field](text)
        if field == "email" and value != user.email and _email_is_taken(session, value):
            raise EmailTaken(field="email")
        setattr(user, field, value)
    try:
        session.flush()
    except IntegrityError:  # another has just taken it
        raise EmailTaken(field="email") from None
    return user


def get(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None or user.deleted_at:
        raise NoSuchUser
    return user


def find(session: Session, login_or_email: str) -> User | None:
    wanted = login_or_email.strip().lower()
    query = select(User).where(or_(User.login == wanted, User.email == wanted))
    # A login may look like somebody else's email; the login wins.
    found = sorted(session.scalars(query), key=lambda user: user.login != wanted)
    return found[0] if found and not found[0].deleted_at else None


def shop_of(session: Session, seller_id: int) -> Shop:
    shop = session.get(Shop, seller_id)
    if shop is None:
        raise NoSuchUser
    return shop


def as_json(user: User) -> dict[str, Any]:
    """What every door tells a person of himself."""
    return {
        "id": user.id,
        "login": user.login,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "language": user.language,
        "role": user.role.value,
        "shop": user.shop and user.shop.name,
    }


def checked_login(text: str) -> str:
    login = text.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise BadLogin(field="login")
    return login


def checked_email(text: str) -> str:
    try:
        email = validate_email(
            text.strip(),
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,  # not every mail server between us and him would pass it on
        )
    except EmailNotValidError:
        raise BadEmail(field="email", value=text.strip()[:80]) from None
    if "." not in email.domain:
        raise BadEmail(field="email", value=text.strip()[:80])
    return email.normalized.lower()


def checked_name(text: str, field: str) -> str:
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise TooLong(field=field, most=LONGEST_NAME)
    return name


def checked_phone(text: str) -> str:
    """Blank, or as it was written with 5 to 20 digits in it."""
    phone = " ".join(text.split())
    digits = sum(sign.isdigit() for sign in phone)
    if phone and (not 5 <= digits <= 20 or re.search(r"[^\d\s()+./-]", phone)):
        raise BadPhone(field="phone")
    return phone


def checked_language(text: str) -> str:
    if text not in LANGUAGES:
        raise UnknownLanguage(field="language")
    return text


def _add(session: Session, new: User | Shop, refuse_if_taken: Callable[[], None]) -> None:
    """Another may take the name between our look and our writing: he has it then, all the same."""
    refuse_if_taken()
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        refuse_if_taken()
        raise


def _refuse_if_taken(session: Session, user: User) -> None:
    if session.scalar(select(User.id).where(User.login == user.login)):
        raise LoginTaken(field="login", value=user.login)
    if _email_is_taken(session, user.email):
        raise EmailTaken(field="email")


def _email_is_taken(session: Session, email: str) -> bool:
    return session.scalar(select(User.id).where(User.email == email)) is not None


def _refuse_if_name_taken(session: Session, name: str) -> None:
    if session.scalar(select(Shop.seller_id).where(func.lower(Shop.name) == name.lower())):
        raise ShopNameTaken(field="shop_name", value=name)


def _new_shop(user: User, name: str) -> Shop:
    name = checked_name(name, "shop_name")
    if not name:
        raise Missing(field="shop_name")
    return Shop(seller_id=user.id, name=name, payout_account=f"seller-{user.login}")
