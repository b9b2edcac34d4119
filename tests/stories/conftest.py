"""Whole cases through the real pages, with a real worker process and the real provider."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from config.bootstrap import build
from config.settings import Settings
from tests.stories.telling import Story
from tests.support.mail import Mailbox
from tests.support.parts import Part, Sandbox
from tests.support.shop import a_member_of_staff
from tests.support.web import Browser
from web.app import create_app

STAFF = {
    "anna": "agent",
    "jonas": "agent",
    "wim": "warehouse",
    "lena": "lead",
    "fiona": "finance",
}


@pytest.fixture(scope="session")
def _shared_app(shared_settings: Settings, rules: Rules) -> Iterator[Flask]:
    """Built as in production: after a commit the doorbell rings."""
    parts = build(shared_settings, rules)
    yield create_app(parts)
    parts.engine.dispose()


@pytest.fixture
def app(_shared_app: Flask, settings: Settings) -> Flask:
    return _shared_app


@pytest.fixture
def story(
    app: Flask,
    sessions: sessionmaker[Session],
    worker: Part,
    sandbox: Sandbox,
    mailbox: Mailbox,
) -> Story:
    """A shop with staff who are signed in, and everything running that a shop has."""
    with sessions.begin() as session:
        hired = {name: a_member_of_staff(session, name.title(), STAFF[name]) for name in STAFF}
        people = {name: Browser(app, one.fs_uniquifier, one.id) for name, one in hired.items()}
    return Story(people, sessions, sandbox, mailbox)
