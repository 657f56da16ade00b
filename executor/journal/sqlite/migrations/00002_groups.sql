-- +goose Up

-- The runs of which only so many go on at a time; a run in no group has no row.
CREATE TABLE run_groups (
    run  TEXT    PRIMARY KEY REFERENCES runs (id),
    name TEXT    NOT NULL,
    most INTEGER NOT NULL CHECK (most >= 1)
) STRICT, WITHOUT ROWID;
