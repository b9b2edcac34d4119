"""Whether the rows were restored from a backup: then what we did since may be missing in them.

A dump that is put back, a copy, a replica that takes over: each is another database than the one
that the rows have noted. Whoever puts a copy of the data folder itself back adds a row by hand.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

_WAS_RESTORED = text("""
    WITH here AS (SELECT redress_identity() AS identity),
    noted AS (
        INSERT INTO incarnations (identity, since)
        SELECT identity, redress_now() FROM here
        WHERE NOT EXISTS (SELECT FROM incarnations i WHERE i.identity = here.identity)
        ON CONFLICT DO NOTHING
    )
    SELECT EXISTS (SELECT FROM incarnations i, here WHERE i.identity <> here.identity)
""")


def was_restored(session: Session) -> bool:
    """Whether the rows have lived in another database before; notes this one if it is new."""
    return bool(session.execute(_WAS_RESTORED).scalar_one())
