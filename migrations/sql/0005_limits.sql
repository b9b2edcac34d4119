-- Who let each refund go, and when: limits per day count it for them.
ALTER TABLE refunds ADD COLUMN cleared_at timestamptz, ADD COLUMN cleared_by_id integer;

UPDATE refunds r SET cleared_at = coalesce(e.asked_at, r.asked_at), cleared_by_id = r.asked_by_id
FROM refunds o LEFT JOIN effects e ON e.id = o.effect_id
WHERE o.id = r.id AND r.status NOT IN ('proposed', 'dropped') AND r.approved_by IS NULL;

-- Of approved ones the approver was only noted by name, which is enough where it is unique.
UPDATE refunds r SET cleared_at = e.asked_at, cleared_by_id = s.id
FROM effects e, staff s
WHERE e.id = r.effect_id AND s.name = r.approved_by
  AND NOT EXISTS (SELECT 1 FROM staff o WHERE o.name = s.name AND o.id <> s.id);

CREATE INDEX ix_refunds_cleared ON refunds (cleared_by_id, cleared_at);
