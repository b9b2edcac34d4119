-- What a proposal is made of, so that an approval is for just that. One that waits since before
-- has nothing here: it has to be proposed again.
ALTER TABLE refunds ADD COLUMN proposed jsonb NOT NULL DEFAULT '{}';
