-- The rules that the database itself holds, whoever writes to it.

-- Time. Tests move it by the one row of `clock`; production has none.
CREATE TABLE clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    shift interval NOT NULL
);
CREATE FUNCTION redress_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT now() + coalesce((SELECT shift FROM clock), interval '0') $$;

CREATE SEQUENCE reclamation_numbers;

-- The journal is append-only.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % of row % is refused', TG_TABLE_NAME, TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON refund_lines
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: TRUNCATE is refused', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON refund_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();

-- Closed is closed.
CREATE FUNCTION refuse_closed_reclamation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'Reclamation % was closed at %; it cannot be changed or reopened',
            OLD.number, OLD.closed_at USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed_is_closed BEFORE UPDATE OR DELETE ON reclamations
    FOR EACH ROW EXECUTE FUNCTION refuse_closed_reclamation();

CREATE FUNCTION refuse_settled_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.final IS NOT NULL THEN
        RAISE EXCEPTION 'Item % of reclamation % is settled (%); it cannot be changed',
            OLD.position, OLD.reclamation_id, OLD.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settled_is_settled BEFORE UPDATE OR DELETE ON items
    FOR EACH ROW EXECUTE FUNCTION refuse_settled_item();

CREATE FUNCTION refuse_item_of_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM reclamations r
               WHERE r.id = NEW.reclamation_id AND r.closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'Reclamation % is closed; no item can be added', NEW.reclamation_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed_takes_no_items BEFORE INSERT ON items
    FOR EACH ROW EXECUTE FUNCTION refuse_item_of_closed();

CREATE FUNCTION refuse_closing_with_open_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.closed_at IS NOT NULL AND EXISTS (
        SELECT 1 FROM items i WHERE i.reclamation_id = NEW.id AND i.final IS NULL) THEN
        RAISE EXCEPTION 'Reclamation % cannot be closed while items of it are open', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER closed_has_no_open_items AFTER INSERT OR UPDATE ON reclamations
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_closing_with_open_items();

-- Pieces of an item are as many as its quantity and lie within what was bought.
CREATE FUNCTION check_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bought integer;
    counted bigint;
BEGIN
    SELECT quantity INTO bought FROM order_lines WHERE id = NEW.order_line_id;
    SELECT coalesce(sum(upper(r) - lower(r)), 0) INTO counted FROM unnest(NEW.pieces) AS r;
    IF counted <> NEW.quantity OR NOT NEW.pieces <@ int4multirange(int4range(1, bought + 1)) THEN
        RAISE EXCEPTION 'Pieces % of order line % do not fit % asked of % bought',
            NEW.pieces, NEW.order_line_id, NEW.quantity, bought USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pieces_were_bought BEFORE INSERT OR UPDATE OF pieces, quantity, order_line_id
    ON items FOR EACH ROW EXECUTE FUNCTION check_pieces();

-- What is held for refunds never exceeds what was paid: the CHECKs on the counters decide,
-- under the row locks that these UPDATEs take.
CREATE FUNCTION hold_refund_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.order_line_id IS NOT NULL THEN
        UPDATE order_lines SET refund_held = refund_held + NEW.amount WHERE id = NEW.order_line_id;
    ELSE
        UPDATE orders SET shipping_refund_held = shipping_refund_held + NEW.amount
        WHERE id = NEW.order_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER hold AFTER INSERT ON refund_lines
    FOR EACH ROW EXECUTE FUNCTION hold_refund_line();

CREATE FUNCTION hold_refund_share() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'refund_shares keeps what was promised: DELETE is refused'
            USING ERRCODE = 'restrict_violation';
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.status IN ('held', 'paid') THEN
            UPDATE payments SET refund_held = refund_held + NEW.amount WHERE id = NEW.payment_id;
        END IF;
    ELSE
        IF NEW.amount <> OLD.amount OR NEW.payment_id <> OLD.payment_id
           OR NEW.refund_id <> OLD.refund_id THEN
            RAISE EXCEPTION 'The amount and the payment of refund share % are fixed', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status <> 'held' AND NEW.status <> OLD.status THEN
            RAISE EXCEPTION 'Refund share % is %; it cannot become %', OLD.id, OLD.status, NEW.status
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status = 'held' AND NEW.status IN ('refused', 'released') THEN
            UPDATE payments SET refund_held = refund_held - NEW.amount WHERE id = NEW.payment_id;
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER hold AFTER INSERT OR UPDATE OR DELETE ON refund_shares
    FOR EACH ROW EXECUTE FUNCTION hold_refund_share();
