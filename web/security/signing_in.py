"""The sign-in page: Flask-Security with our words, and nothing that is not needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from email_validator import EmailNotValidError, validate_email
from flask import Flask, abort, current_app, session
from flask_security import LoginForm, MailUtil, Security, user_authenticated
from wtforms import EmailField, PasswordField, SubmitField
from wtforms.validators import DataRequired

from web.security.accounts import StaffDatastore

if TYPE_CHECKING:
    from config.bootstrap import Redress

WRONG = "This mail address and password do not belong together. Mind capital letters and try again."


def _address(typed: str | None) -> str:
    return (typed or "").strip().lower()


class SignInForm(LoginForm):
    email = EmailField(
        "Mail address", [DataRequired("Write your mail address.")], filters=[_address]
    )
    password = PasswordField("Password", [DataRequired("Write your password.")])
    remember = None
    submit = SubmitField("Sign in")


class PlainMailAddresses(MailUtil):
    """Addresses of staff are what `redress staff add` took; the sign-in does not judge them."""

    def normalize(self, email: str) -> str:
        return _address(email)

    def validate(self, email: str) -> str:
        try:
            return validate_email(email, check_deliverability=False).normalized
        except EmailNotValidError as problem:
            raise ValueError(str(problem)) from problem


def install(app: Flask, redress: Redress) -> None:
    """Sign-in by form and session only: no tokens, no JSON, no registration, no recovery."""
    app.config.update(
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_LOGIN_USER_TEMPLATE="security/sign_in.html",
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 (the name of the method)
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_MSG_GENERIC_AUTHN_FAILED=(WRONG, "error"),
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_EMAIL_SUBJECT_PREFIX="",
    )
    datastore = StaffDatastore(redress.sessions)
    security = Security(app, datastore, login_form=SignInForm, mail_util_cls=PlainMailAddresses)
    security.want_json(lambda _: False)
    app.login_manager.request_loader(lambda _: None)  # type: ignore[attr-defined]
    app.view_functions["security.verify"] = _not_offered
    user_authenticated.connect(_give_a_new_session_id, app)


def _not_offered() -> NoReturn:
    abort(404)


def _give_a_new_session_id(_: Flask, **__: Any) -> None:
    """A session id that somebody may have planted before the sign-in is worth nothing after it."""
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
