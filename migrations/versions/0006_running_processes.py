"""Processes tell by which files they go; extensions note things on items."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0006_running_processes.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text())


def downgrade() -> None:
    op.execute("ALTER TABLE items DROP COLUMN noted")
    op.execute("DROP TABLE running_processes")
