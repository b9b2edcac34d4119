-- Processes tell by which reading of the shop's files they go; extensions note things on items.

CREATE TABLE running_processes (
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    versions JSONB NOT NULL,
    taken_up_at TIMESTAMP WITH TIME ZONE NOT NULL,
    refused VARCHAR,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_running_processes PRIMARY KEY (name),
    CONSTRAINT ck_running_processes_kind CHECK (kind in ('web', 'worker', 'sweeper'))
);

ALTER TABLE items ADD COLUMN noted JSONB DEFAULT '{}' NOT NULL;
