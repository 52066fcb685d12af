import pytest

from bookshop.errors import Conflict, Invalid
from bookshop.users import service as users
from bookshop.users.models import Role
from bookshop.users.service import NewUser


def new(shop, login="ada", email="ada@example.com", **more):
    return shop.does(users.create, NewUser(login, email, **more), "a hash").id


@pytest.mark.parametrize(
    ("login", "email", "kind", "field"),
    [
        ("ADA", "other@example.com", users.LoginTaken, "login"),
        (" Ada ", "other@example.com", users.LoginTaken, "login"),
        ("other", "ADA@Example.COM", users.EmailTaken, "email"),
    ],
)
def test_login_and_email_are_taken_however_they_are_written(shop, login, email, kind, field):
    new(shop)

    with pytest.raises(kind) as error:
        new(shop, login, email)

    assert isinstance(error.value, Conflict)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login", "ab"),
        ("login", "-ada"),
        ("login", "ада"),
        ("login", "a" * 33),
        ("email", "ada"),
        ("email", "ada@localhost"),
        ("email", "ada@@example.com"),
        ("email", "ada@example.com\nBcc: all@example.com"),
        ("first_name", "a" * 101),
        ("phone", "call me"),
        ("phone", "1234"),
        ("phone", "1" * 21),
        ("language", "de"),
    ],
)
def test_what_was_entered_wrong_is_told_with_its_field(shop, field, value):
    entered = {"login": "ada", "email": "ada@example.com"} | {field: value}

    with pytest.raises(Invalid) as error:
        new(shop, **entered)

    assert error.value.field == field


def test_spaces_around_and_between_are_put_right(shop):
    ada = new(
        shop, " Ada.L ", " ada@example.com ", first_name=" Ada  King ", phone=" +7 (921) 555 "
    )

    with shop.database.reading() as session:
        user = users.get(session, ada)
    assert (user.login, user.email) == ("ada.l", "ada@example.com")
    assert (user.first_name, user.phone) == ("Ada King", "+7 (921) 555")


def test_a_seller_needs_a_shop_whose_name_nobody_has(shop):
    with pytest.raises(users.Missing):
        new(shop, role=Role.SELLER, shop_name="  ")
    new(shop, role=Role.SELLER, shop_name="Book Row")

    with pytest.raises(users.ShopNameTaken):
        new(shop, "boris", "boris@example.com", role=Role.SELLER, shop_name="BOOK  row")


def test_a_shop_name_in_russian_is_taken_in_any_case_too(shop):
    new(shop, role=Role.SELLER, shop_name="Книжный ряд")

    with pytest.raises(users.ShopNameTaken):
        new(shop, "boris", "boris@example.com", role=Role.SELLER, shop_name="КНИЖНЫЙ РЯД")


def test_a_refused_registration_leaves_nothing_behind(shop):
    with pytest.raises(users.Missing):
        new(shop, role=Role.SELLER)

    new(shop)
    shop.works()
    assert [letter.kind for letter in shop.post.sent] == ["welcome"]


def test_what_is_not_named_in_a_change_stays(shop):
    ada = new(shop, first_name="Ada", phone="5550142")

    shop.does(users.change, ada, first_name="Augusta", email="Augusta@example.com")

    with shop.database.reading() as session:
        user = users.get(session, ada)
    assert (user.first_name, user.phone) == ("Augusta", "5550142")
    assert user.email == "augusta@example.com"


def test_nobody_changes_to_the_email_of_another_but_everybody_may_keep_his_own(shop):
    ada = new(shop)
    new(shop, "boris", "boris@example.com")

    with pytest.raises(users.EmailTaken):
        shop.does(users.change, ada, email="Boris@example.com")
    shop.does(users.change, ada, email="Ada@example.com")


def test_somebody_is_found_by_login_or_email_in_any_case(shop):
    ada = new(shop)

    with shop.database.reading() as session:
        for name in ("ada", " ADA ", "Ada@Example.com"):
            assert users.find(session, name).id == ada
        assert users.find(session, "eve") is None
