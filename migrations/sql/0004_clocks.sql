-- Clocks that run over a whole case and stand still, dates that were agreed on, and deadlines
-- that fail without holding up the others.

ALTER TABLE deadlines
    ALTER COLUMN state DROP NOT NULL,
    ALTER COLUMN due_at DROP NOT NULL,
    ADD COLUMN begun_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN runs_out_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN paused_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN remaining INTERVAL,
    ADD COLUMN failures INTEGER DEFAULT 0 NOT NULL;

UPDATE deadlines SET runs_out_at = due_at;
UPDATE deadlines d SET begun_at = coalesce(
    (SELECT i.state_since FROM items i WHERE i.id = d.item_id),
    (SELECT r.state_since FROM reclamations r WHERE r.id = d.reclamation_id))
 WHERE d.ended_at IS NULL;

ALTER TABLE deadlines
    ADD CONSTRAINT ck_deadlines_paused_with_the_rest_of_its_time
        CHECK ((paused_at is null) = (remaining is null)),
    ADD CONSTRAINT ck_deadlines_runs_out_unless_paused
        CHECK ((runs_out_at is null) = (remaining is not null)),
    ADD CONSTRAINT ck_deadlines_rings_only_while_it_runs
        CHECK (due_at is null or runs_out_at is not null);

-- What stands still, or rings in another state only, is not looked at by any sweep.
DROP INDEX ix_deadlines_due;
CREATE INDEX ix_deadlines_due ON deadlines (due_at, id)
    WHERE ended_at is null and due_at is not null;

ALTER TABLE items ADD COLUMN agreed_on DATE;
