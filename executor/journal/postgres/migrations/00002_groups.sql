-- +goose Up

-- The runs of which only so many go on at a time; a run in no group has no row.
CREATE TABLE run_groups (
    run  text    PRIMARY KEY COLLATE "C" REFERENCES runs (id),
    name text    NOT NULL COLLATE "C",
    most integer NOT NULL CHECK (most >= 1)
);
