-- A dump that is put back into the same database (pg_restore --clean) makes its tables anew: the
-- number of one of them tells, where server, timeline and database are still the same.
DO $$
DECLARE
    known varchar := redress_identity();
BEGIN
    EXECUTE $function$
        CREATE OR REPLACE FUNCTION redress_identity() RETURNS varchar LANGUAGE sql STABLE AS $body$
            SELECT concat_ws(
                '-',
                (SELECT system_identifier FROM pg_control_system()),
                substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8),
                (SELECT oid FROM pg_database WHERE datname = current_database()),
                'incarnations'::regclass::oid
            )
        $body$
    $function$;
    UPDATE incarnations SET identity = redress_identity() WHERE identity = known;
END
$$;
