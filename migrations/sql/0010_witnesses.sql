-- When an attempt was made, by the clocks of the machine that made it: the database's may be moved.
ALTER TABLE attempts
    ADD COLUMN machine_at timestamptz,
    ADD COLUMN machine_boot varchar,
    ADD COLUMN machine_up interval;

-- Every database that these rows have lived in. A second one means that they were restored from a
-- backup, copied, or taken over by a replica: what was paid since may be missing here.
CREATE TABLE incarnations (
    identity varchar PRIMARY KEY,
    since timestamptz NOT NULL
);
CREATE FUNCTION redress_identity() RETURNS varchar LANGUAGE sql STABLE AS $$
    SELECT concat_ws(
        '-',
        (SELECT system_identifier FROM pg_control_system()),
        substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8),
        (SELECT oid FROM pg_database WHERE datname = current_database())
    )
$$;
