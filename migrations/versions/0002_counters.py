"""Nobody but the triggers counts what is held; an index for effects that went wrong."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0002_counters.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text())


def downgrade() -> None:
    for table in ("order_lines", "payments", "orders"):
        for trigger in ("begins_with_none", "counted_alone"):
            op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("DROP FUNCTION refuse_counting_by_hand()")
    op.execute("DROP INDEX ix_effects_amiss")
