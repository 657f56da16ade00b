-- +goose Up

-- What pure functions made, by the digest of function and inputs.
CREATE TABLE cached (
    key  TEXT    PRIMARY KEY,
    task TEXT    NOT NULL,
    made INTEGER NOT NULL,
    data BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX cached_by_task ON cached (task, made);
