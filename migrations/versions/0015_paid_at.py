"""Payments know when they were taken."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0015_paid_at.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text())


def downgrade() -> None:
    raise RuntimeError(
        "Revision 0015 cannot be taken back: that would drop when payments were taken."
    )
