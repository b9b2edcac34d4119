"""The first tables, and the rules that the database itself holds."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    connection = op.get_bind()
    for extension in ("btree_gist", "pg_trgm"):
        connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    for name in ("0001_tables.sql", "0001_rules.sql"):
        connection.connection.cursor().execute((SQL / name).read_text())


def downgrade() -> None:
    raise RuntimeError(
        "The first revision cannot be taken back: that would drop every claim. "
        "Restore a dump, or drop the database yourself."
    )
