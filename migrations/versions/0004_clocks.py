"""Clocks can pause and run over a whole case, deadlines can fail; items have an agreed date."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0004_clocks.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text())


def downgrade() -> None:
    raise RuntimeError(
        "Revision 0004 cannot be taken back: a clock that stands still has no time to be due at."
    )
