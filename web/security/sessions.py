"""Signed-in browsers, kept in PostgreSQL: an emptied Redis signs nobody out."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import Flask, Request, Response
from flask.json.tag import TaggedJSONSerializer
from flask_session.base import ServerSideSession, ServerSideSessionInterface
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from claims.models import WebSession

REQUESTS_BETWEEN_CLEANINGS = 1000


class JsonSerializer:
    """Plain JSON: Flask-Session's own falls back to pickle, which runs what it reads."""

    def __init__(self) -> None:
        self._json = TaggedJSONSerializer()

    def encode(self, session: ServerSideSession) -> bytes:
        return self._json.dumps(dict(session)).encode()

    def decode(self, data: bytes) -> dict[str, Any]:
        decoded: dict[str, Any] = self._json.loads(data.decode())
        return decoded


class DatabaseSessions(ServerSideSessionInterface):  # type: ignore[misc]
    """Flask-Session's extension point on the table `web_sessions`.

    The table holds a hash of each id, so that reading it signs nobody in. Lifetimes follow the
    database's plain clock: moving the shop's time in a trial signs nobody out either.
    """

    ttl = False

    def __init__(self, app: Flask, sessions: sessionmaker[Session]) -> None:
        super().__init__(app, permanent=False, cleanup_n_requests=REQUESTS_BETWEEN_CLEANINGS)
        self.serializer = JsonSerializer()
        self.sessions = sessions

    def open_session(self, app: Flask, request: Request) -> ServerSideSession:
        if request.endpoint in {"static", "assets.bundle", "health.check", "webhooks.take"}:
            return self.session_class(sid=self._generate_sid(self.sid_length))
        return super().open_session(app, request)

    def save_session(
        self, app: Flask, session: ServerSideSession | None, response: Response
    ) -> None:
        """There is none where the database could not be asked for it."""
        if session is not None:
            super().save_session(app, session, response)

    def should_set_storage(self, _: Flask, session: ServerSideSession) -> bool:
        """Only what was changed is written; reading alone prolongs, see below."""
        return bool(session.modified)

    def _get_store_id(self, sid: str) -> str:
        return sha256(sid.encode()).hexdigest()

    def _retrieve_session_data(self, store_id: str) -> dict[str, Any] | None:
        lifetime = self.app.permanent_session_lifetime
        with self.sessions.begin() as database:
            row = database.execute(
                select(
                    WebSession.data,
                    (WebSession.expires_at < func.now() + lifetime / 2).label("is_ageing"),
                ).where(WebSession.id == store_id, WebSession.expires_at > func.now())
            ).one_or_none()
            if row is None:
                return None
            if row.is_ageing:
                database.execute(
                    update(WebSession)
                    .where(WebSession.id == store_id)
                    .values(expires_at=func.now() + lifetime)
                )
        return self.serializer.decode(row.data)

    def _delete_session(self, store_id: str) -> None:
        with self.sessions.begin() as database:
            database.execute(delete(WebSession).where(WebSession.id == store_id))

    def _upsert_session(
        self, session_lifetime: timedelta, session: ServerSideSession, store_id: str
    ) -> None:
        values = {
            "data": self.serializer.encode(session),
            "expires_at": func.now() + session_lifetime,
        }
        with self.sessions.begin() as database:
            database.execute(
                insert(WebSession)
                .values(id=store_id, **values)
                .on_conflict_do_update(index_elements=[WebSession.id], set_=values)
            )

    def _delete_expired_sessions(self) -> None:
        with self.sessions.begin() as database:
            database.execute(delete(WebSession).where(WebSession.expires_at <= func.now()))
