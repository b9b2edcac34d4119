"""Cases can be moved to another version of their workflow; the journal knows it."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0003_case_migrations.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text())


def downgrade() -> None:
    raise RuntimeError(
        "Revision 0003 cannot be taken back: the journal keeps what it noted of migrated cases."
    )
