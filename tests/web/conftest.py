"""The real application on real PostgreSQL, through Flask's own client."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Staff
from claims.rules import Rules
from config.bootstrap import Redress, build
from config.settings import Settings
from tests.support.shop import a_member_of_staff
from tests.support.web import Browser
from web.app import create_app

SignIn = Callable[..., Browser]


@pytest.fixture(scope="session")
def _shared_app(shared_settings: Settings, rules: Rules) -> Iterator[Flask]:
    """One application, built as in production; as there, it serves request after request."""
    parts = build(shared_settings, rules)
    application = create_app(parts)
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    yield application
    parts.engine.dispose()


@pytest.fixture
def app(_shared_app: Flask, settings: Settings) -> Flask:
    """The application, on servers that hold nothing yet."""
    return _shared_app


@pytest.fixture
def redress(app: Flask) -> Redress:
    """The parts that the application was built from."""
    parts: Redress = app.extensions["redress"]
    return parts


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, sessions: sessionmaker[Session]) -> SignIn:
    """`sign_in("Anna", "agent")`: a browser in which this person is signed in."""

    def signed_in(name: str, *roles: str) -> Browser:
        with sessions.begin() as session:
            found = session.scalar(select(Staff).where(Staff.name == name))
            member = found or a_member_of_staff(session, name, *roles)
            uniquifier, staff_id = member.fs_uniquifier, member.id
        return Browser(app, uniquifier, staff_id)

    return signed_in


@pytest.fixture
def clerk(sign_in: SignIn) -> Browser:
    return sign_in("Anna", "agent")


@pytest.fixture
def lead(sign_in: SignIn) -> Browser:
    return sign_in("Lena", "lead")
