"""The forms people fill in. They shape what is typed; whether it is right the services say."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, ValidationError

from bookshop.auth import service as auth
from bookshop.errors import ShopError
from bookshop.users import service as users
from webshop.language import language

_fill_in = InputRequired(_l("Please fill this in."))


def _as(check: Callable[[str], object]) -> Callable[[Any, Any], None]:
    """The service's own rule for one field, asked early: all that is wrong is told at once."""

    def validate(form: Any, field: Any) -> None:
        try:
            check(field.data or "")
        except ShopError as error:
            raise ValidationError(error.told_in(language())) from None

    return validate


_login, _email, _phone = (
    _as(users.checked_login),
    _as(users.checked_email),
    _as(users.checked_phone),
)
_new_password = _as(auth.checked_password)


class Form(FlaskForm):  # type: ignore[misc]
    def refuse(self, error: ShopError) -> None:
        """Say it beside the field it is about, or on top when it is about the whole."""
        said = error.told_in(language())
        field: Any = self._fields.get(error.field or "")
        if field is None or isinstance(field, HiddenField):
            self.form_errors.append(said)
        else:
            field.errors = [*field.errors, said]


def control(
    field: Any, hint: str = "", type: str | None = None, autocomplete: str = "off"
) -> Markup:
    """The control itself, tied to its hint and to what is wrong; the first wrong one has focus."""
    notes = [f"{field.id}-error"] * bool(field.errors) + [f"{field.id}-hint"] * bool(hint)
    attributes: dict[str, str] = {"autocomplete": autocomplete}
    if type:
        attributes["type"] = type
    if notes:
        attributes["aria-describedby"] = " ".join(notes)
    if field.errors:
        attributes["aria-invalid"] = "true"
        attributes["autofocus"] = "autofocus"
    return Markup(field(**attributes))  # noqa: S704 - WTForms has escaped what was typed


class SignIn(Form):
    login = StringField(_l("Login or email"), [_fill_in])
    password = PasswordField(_l("Password"), [_fill_in])
    next = HiddenField()


class Register(Form):
    login = StringField(_l("Login"), [_fill_in, _login])
    email = StringField(_l("Email"), [_fill_in, _email])
    password = PasswordField(_l("Password"), [_fill_in, _new_password])
    first_name = StringField(_l("First name"))
    last_name = StringField(_l("Surname"))
    phone = StringField(_l("Phone"), [_phone])
    next = HiddenField()


class RegisterSeller(Register):
    shop_name = StringField(_l("Name of the shop"), [_fill_in])


class Details(Form):
    first_name = StringField(_l("First name"))
    last_name = StringField(_l("Surname"))
    phone = StringField(_l("Phone"), [_phone])
    email = StringField(_l("Email"), [_fill_in, _email])
    language = SelectField(
        _l("Language of letters and pages"),
        choices=[SelectChoice("ru", "Русский"), SelectChoice("en", "English")],
    )


class NewPassword(Form):
    old_password = PasswordField(_l("Password now"), [_fill_in])
    password = PasswordField(_l("New password"), [_fill_in, _new_password])


class DeleteAccount(Form):
    sure = BooleanField(_l("Yes, delete my account"), [_fill_in])


class Checkout(Form):
    name = StringField(_l("Name and surname"), [_fill_in])
    phone = StringField(_l("Phone"), [_phone])
    email = StringField(_l("Email"), [_fill_in, _email])
    address = TextAreaField(_l("Address"), [_fill_in])
    total = HiddenField()  # what the customer was shown
    key = HiddenField()  # the same form sent twice is one order
