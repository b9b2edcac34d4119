"""Alembic's way in: the connection comes from `config.migrations`, or from the settings by hand."""

from alembic import context
from sqlalchemy import Connection, create_engine

from claims.models import Base
from config import settings


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    engine = create_engine(settings.load().owner_database_url)
    with engine.connect() as own:
        migrate(own)
        own.commit()
    engine.dispose()
