"""Whether the rows were restored from a backup: then what we did since may be missing in them.

A dump that is put back, a copy, a replica that takes over: each is another database than the one
that the rows have noted. Whoever puts a copy of the data folder itself back adds a row by hand.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_RESTORED_AT = text("""
    WITH here AS (SELECT redress_identity() AS identity),
    noted AS (
        INSERT INTO incarnations (identity, since)
        SELECT identity, redress_now() FROM here
        WHERE NOT EXISTS (SELECT FROM incarnations i WHERE i.identity = here.identity)
        ON CONFLICT DO NOTHING
        RETURNING since
    )
    SELECT CASE WHEN EXISTS (SELECT FROM incarnations i, here WHERE i.identity <> here.identity)
        THEN greatest((SELECT max(since) FROM incarnations), (SELECT max(since) FROM noted)) END
""")


def restored_at(session: Session) -> datetime | None:
    """When it was noticed last that the rows have lived in another database before; None where
    they have not. Notes this one if it is new.
    """
    at: datetime | None = session.execute(_RESTORED_AT).scalar_one()
    return at
