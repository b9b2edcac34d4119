"""What became of an unclear refund is said by one person and confirmed by another."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0016_findings.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text())


def downgrade() -> None:
    raise RuntimeError(
        "Revision 0016 cannot be taken back: that would drop who decided what became of refunds."
    )
