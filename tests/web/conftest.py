"""The real application on real PostgreSQL, through Flask's own client."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
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


@pytest.fixture
def redress(settings: Settings, rules: Rules) -> Iterator[Redress]:
    """The parts, built as in production."""
    parts = build(settings, rules)
    yield parts
    parts.engine.dispose()


@pytest.fixture(scope="session")
def _compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Each test has an application of its own, and none has to compile its templates again."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(redress: Redress, _compiled_templates: FileSystemBytecodeCache) -> Flask:
    application = create_app(redress)
    application.jinja_env.bytecode_cache = _compiled_templates
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    return application


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
