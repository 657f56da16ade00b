-- +goose Up

-- What pure functions made, by the digest of function and inputs.
CREATE TABLE cached (
    key  text        PRIMARY KEY COLLATE "C",
    task text        NOT NULL COLLATE "C",
    made timestamptz NOT NULL,
    data bytea       NOT NULL
);

CREATE INDEX cached_by_task ON cached (task, made);
