-- What is held for refunds is counted by the triggers of refund_lines and refund_shares alone.
CREATE FUNCTION refuse_counting_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What is held for refunds in % is counted by the database; add entries to '
        'refund_lines or refund_shares instead', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER begins_with_none BEFORE INSERT ON order_lines
    FOR EACH ROW WHEN (NEW.refund_held <> 0) EXECUTE FUNCTION refuse_counting_by_hand();
CREATE TRIGGER begins_with_none BEFORE INSERT ON payments
    FOR EACH ROW WHEN (NEW.refund_held <> 0) EXECUTE FUNCTION refuse_counting_by_hand();
CREATE TRIGGER begins_with_none BEFORE INSERT ON orders
    FOR EACH ROW WHEN (NEW.shipping_refund_held <> 0) EXECUTE FUNCTION refuse_counting_by_hand();

-- At depth 0 the statement is somebody's own; those triggers write at depth 1.
CREATE TRIGGER counted_alone BEFORE UPDATE ON order_lines FOR EACH ROW
    WHEN (NEW.refund_held <> OLD.refund_held AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION refuse_counting_by_hand();
CREATE TRIGGER counted_alone BEFORE UPDATE ON payments FOR EACH ROW
    WHEN (NEW.refund_held <> OLD.refund_held AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION refuse_counting_by_hand();
CREATE TRIGGER counted_alone BEFORE UPDATE ON orders FOR EACH ROW
    WHEN (NEW.shipping_refund_held <> OLD.shipping_refund_held AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION refuse_counting_by_hand();

-- Operators look at the few that went wrong; these are not to be searched among millions.
CREATE INDEX ix_effects_amiss ON effects (status, id)
    WHERE status in ('refused', 'unknown', 'stopped');
