"""A dump that is put back into its own database is noticed as well."""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0017_restored_in_place.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text())


def downgrade() -> None:
    raise RuntimeError(
        "Revision 0017 cannot be taken back: rows would no longer know that they were restored."
    )
