-- When a payment was taken: providers pay back for so long, and no longer. Unknown for those that
-- were imported before; then the order's own time stands for it.
ALTER TABLE payments ADD COLUMN paid_at timestamptz;
