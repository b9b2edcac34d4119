-- The shop's files as they were taken up last: a process can begin while they are broken.

CREATE TABLE taken_up_files (
    fingerprint VARCHAR NOT NULL,
    files JSONB NOT NULL,
    taken_up_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_taken_up_files PRIMARY KEY (fingerprint)
);
