from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from bookshop.auth import service as auth
from bookshop.auth.models import SignIn
from bookshop.database import now
from bookshop.users import service as users
from bookshop.users.models import User
from bookshop.users.service import NewUser

PASSWORD = "battery staple"


@pytest.fixture
def ada(shop):
    return shop.does(auth.register, NewUser("ada", "ada@example.com"), PASSWORD).id


def signs_in(shop, password=PASSWORD, login="ada"):
    """The token."""
    return shop.does(auth.sign_in, login, password)[1]


def who(shop, token):
    with shop.database.reading() as session:
        user = auth.who_is(session, token)
    return user and user.id


@pytest.mark.parametrize("login", ["ada", "ADA", " ada@example.com "])
def test_whoever_registered_signs_in_by_login_or_email(shop, ada, login):
    assert who(shop, signs_in(shop, login=login)) == ada


@pytest.mark.parametrize(
    ("login", "password"),
    [("ada", PASSWORD.upper()), ("ada", ""), ("ada", PASSWORD + " "), ("eve", PASSWORD)],
)
def test_a_wrong_password_and_an_unknown_login_are_the_same_error(shop, ada, login, password):
    with pytest.raises(auth.WrongPassword) as error:
        signs_in(shop, password, login)

    assert error.value.told_in("en") == auth.WrongPassword.text


@pytest.mark.parametrize(
    ("password", "kind"),
    [("1234567", auth.PasswordTooShort), ("a" * 201, auth.PasswordTooLong)],
)
def test_a_password_is_neither_too_short_nor_too_long(shop, password, kind):
    with pytest.raises(kind) as error:
        shop.does(auth.register, NewUser("ada", "ada@example.com"), password)

    assert error.value.field == "password"
    with shop.database.reading() as session:
        assert users.find(session, "ada") is None


def test_the_longest_password_is_right_only_whole(shop):
    longest = "é" * auth.LONGEST_PASSWORD
    shop.does(auth.register, NewUser("ada", "ada@example.com"), longest)

    assert signs_in(shop, longest)
    for other in (longest[:-1], longest + "é", longest + "é" * 1_000_000):
        with pytest.raises(auth.WrongPassword):
            signs_in(shop, other)


def test_neither_password_nor_token_is_kept(shop, ada):
    token = signs_in(shop)

    with shop.database.reading() as session:
        assert PASSWORD not in session.get_one(User, ada).password_hash
        assert session.get(SignIn, token) is None
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_sign_in_ends_by_itself_in_time(shop, ada):
    token = signs_in(shop)
    a_moment_ago = now() - timedelta(seconds=1)

    shop.does(lambda session: session.execute(update(SignIn).values(expires_at=a_moment_ago)))

    assert who(shop, token) is None
    shop.does(auth.forget_expired)
    with shop.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 0


def test_signing_out_ends_this_one_and_no_other(shop, ada):
    here, there = signs_in(shop), signs_in(shop)

    shop.does(auth.sign_out, here)

    assert (who(shop, here), who(shop, there)) == (None, ada)


def test_a_new_password_ends_every_sign_in_and_the_old_one_is_wrong(shop, ada):
    here, there = signs_in(shop), signs_in(shop)

    with pytest.raises(auth.WrongPassword) as error:
        shop.does(auth.change_password, ada, "a guess", "new password")
    assert error.value.field == "old_password"
    assert who(shop, here) == ada

    shop.does(auth.change_password, ada, PASSWORD, "new password")

    assert who(shop, here) is who(shop, there) is None
    with pytest.raises(auth.WrongPassword):
        signs_in(shop, PASSWORD)
    assert who(shop, signs_in(shop, "new password")) == ada


def test_the_sign_ins_of_others_stay(shop, ada):
    shop.does(auth.register, NewUser("boris", "boris@example.com"), PASSWORD)
    token = signs_in(shop, login="boris")

    shop.does(auth.change_password, ada, PASSWORD, "new password")

    assert who(shop, token)


def test_a_password_is_hashed_anew_when_hashing_has_grown_stronger(shop, ada, monkeypatch):
    with shop.database.reading() as session:
        before = session.get_one(User, ada).password_hash
    monkeypatch.setattr(auth, "_hasher", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))

    signs_in(shop)

    with shop.database.reading() as session:
        assert session.get_one(User, ada).password_hash != before
    assert signs_in(shop)


@pytest.mark.parametrize("token", ["", "a", "é\0", "x" * 10_000])
def test_a_made_up_token_is_nobody(shop, ada, token):
    assert who(shop, token) is None
