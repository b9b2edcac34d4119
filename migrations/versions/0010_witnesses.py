"""Attempts know the time of their machine, and rows know which databases they have lived in."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0010_witnesses.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text())


def downgrade() -> None:
    op.execute("DROP FUNCTION redress_identity()")
    op.execute("DROP TABLE incarnations")
    op.execute(
        "ALTER TABLE attempts DROP COLUMN machine_at, DROP COLUMN machine_boot,"
        " DROP COLUMN machine_up"
    )
