"""Register, sign in and out, and what one may change about oneself."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from bookshop.accounts import service as accounts
from bookshop.auth import service as auth
from bookshop.errors import ShopError
from bookshop.users import service as users
from bookshop.users.models import Role
from bookshop.users.service import NewUser
from webshop import context, forms, language, visitor
from webshop.errors import status_of
from webshop.security import REGISTRATIONS, SIGN_INS, limiter
from webshop.visitor import SignedIn
from webshop.where import dashboard_url, own_page

pages = Blueprint("account", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
@limiter.shared_limit(SIGN_INS, "sign-in", methods=["POST"])
def sign_in() -> ResponseReturnValue:
    form = forms.SignIn(next=request.args.get("next", ""))
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            user, token = visitor.sign_in(form.login.data, form.password.data)
            return _welcome(user.role, user.language, token, form.next.data)
        except ShopError as error:
            form.refuse(error)
            status = status_of(error)
    return render_template("account/sign_in.html", form=form), status


@pages.route("/register", methods=["GET", "POST"])
@limiter.limit(REGISTRATIONS, methods=["POST"])
def register() -> ResponseReturnValue:
    return _register(forms.Register(next=request.args.get("next", "")), Role.CUSTOMER)


@pages.route("/register/seller", methods=["GET", "POST"])
@limiter.limit(REGISTRATIONS, methods=["POST"])
def register_seller() -> ResponseReturnValue:
    return _register(forms.RegisterSeller(next=request.args.get("next", "")), Role.SELLER)


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    if token := visitor.token():
        with context.transaction() as session:
            auth.sign_out(session, token)
    answer = redirect(url_for("front.page"))
    visitor.forget(answer)
    return answer


@pages.get("/account")
@login_required  # type: ignore[untyped-decorator]
def page() -> ResponseReturnValue:
    return _page()


@pages.post("/account")
@login_required  # type: ignore[untyped-decorator]
def change() -> ResponseReturnValue:
    form = forms.Details()
    if form.validate_on_submit():
        try:
            with context.transaction() as session:
                users.change(
                    session,
                    _me().id,
                    first_name=form.first_name.data or "",
                    last_name=form.last_name.data or "",
                    phone=form.phone.data or "",
                    email=form.email.data,
                    language=form.language.data,
                )
            answer = redirect(url_for("account.page"))
            language.remember(answer, form.language.data, context.settings())
            flash(_("Your details are changed."))
            return answer
        except ShopError as error:
            form.refuse(error)
    return _page(details=form), 422


@pages.post("/account/password")
@login_required  # type: ignore[untyped-decorator]
@limiter.shared_limit(SIGN_INS, "sign-in")
def change_password() -> ResponseReturnValue:
    form = forms.NewPassword()
    if form.validate_on_submit():
        try:
            with context.transaction() as session:
                old, new = form.old_password.data, form.password.data
                auth.change_password(session, _me().id, old, new)
                token = auth.sign_in_at_once(session, users.get(session, _me().id))
            answer = redirect(url_for("account.page"))
            visitor.keep_signed_in(answer, token)
            flash(_("Your password is changed; every other device is signed out."))
            return answer
        except ShopError as error:
            form.refuse(error)
    return _page(password=form), 422


@pages.get("/account/export")
@login_required  # type: ignore[untyped-decorator]
def export() -> ResponseReturnValue:
    """Everything the shop knows about the visitor, as a file."""
    answer = jsonify(accounts.export(context.reading(), _me().id))
    answer.headers["Content-Disposition"] = f'attachment; filename="bookshop-{_me().login}.json"'
    return answer


@pages.post("/account/delete")
@login_required  # type: ignore[untyped-decorator]
def delete() -> ResponseReturnValue:
    form = forms.DeleteAccount()
    if form.validate_on_submit():
        try:
            with context.transaction() as session:
                accounts.delete_user(session, _me().id)
            flash(_("Your account is deleted. Goodbye."))
            answer = redirect(url_for("front.page"))
            visitor.forget(answer)
            return answer
        except ShopError as error:
            form.refuse(error)
    return _page(leaving=form), 422


def _register(form: forms.Register, role: Role) -> ResponseReturnValue:
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with context.transaction() as session:
                user = auth.register(session, _new_user(form, role), form.password.data)
                token = auth.sign_in_at_once(session, user)
                visitor.bring_basket(session, user.id)
                return _welcome(user.role, user.language, token, form.next.data)
        except ShopError as error:
            form.refuse(error)
            status = status_of(error)
    return render_template("account/register.html", form=form, sells=role is Role.SELLER), status


def _new_user(form: forms.Register, role: Role) -> NewUser:
    return NewUser(
        login=form.login.data,
        email=form.email.data,
        first_name=form.first_name.data or "",
        last_name=form.last_name.data or "",
        phone=form.phone.data or "",
        language=language.language(),
        role=role,
        shop_name=form.shop_name.data if isinstance(form, forms.RegisterSeller) else "",
    )


def _welcome(role: Role, his_language: str, token: str, wanted: str) -> Response:
    """To where he was going; else to his work, or to the books."""
    match role:
        case Role.SELLER:
            home = dashboard_url()
        case Role.OPERATOR:
            home = url_for("operator.overview")
        case Role.CUSTOMER:
            home = url_for("front.page")
    answer = redirect(own_page(wanted, home))
    visitor.keep_signed_in(answer, token)
    language.remember(answer, his_language, context.settings())
    return answer


def _page(
    details: forms.Details | None = None,
    password: forms.NewPassword | None = None,
    leaving: forms.DeleteAccount | None = None,
) -> str:
    """Three forms on one page; the one that was sent keeps what was typed."""
    return render_template(
        "account/page.html",
        details=details or forms.Details(formdata=None, obj=_me()),
        password=password or forms.NewPassword(formdata=None),
        leaving=leaving or forms.DeleteAccount(formdata=None),
    )


def _me() -> SignedIn:
    user = visitor.signed_in()
    assert user is not None  # the page asks for a sign-in first
    return user
