"""Refunds know who let them go to be paid, so that limits can count what a person did."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0005_limits.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text())


def downgrade() -> None:
    op.execute("DROP INDEX ix_refunds_cleared")
    op.execute("ALTER TABLE refunds DROP COLUMN cleared_at, DROP COLUMN cleared_by_id")
