-- +goose Up

-- Times are microseconds since 1970 in UTC; NULL is the zero time.
CREATE TABLE workflows (
    name    TEXT    NOT NULL,
    version TEXT    NOT NULL,
    source  BLOB    NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

CREATE INDEX workflows_by_version ON workflows (version);

CREATE TABLE latest (
    name    TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    FOREIGN KEY (name, version) REFERENCES workflows (name, version)
) STRICT, WITHOUT ROWID;

-- The row of a run is written by every append, so it is kept small: what is
-- large or never changes stands in run_values.
CREATE TABLE runs (
    n               INTEGER PRIMARY KEY AUTOINCREMENT, -- order of the list
    id              TEXT    NOT NULL UNIQUE,
    workflow        TEXT    NOT NULL,
    version         TEXT    NOT NULL,
    idempotency_key TEXT    CHECK (idempotency_key <> ''),
    status          TEXT    NOT NULL CHECK (status IN ('pending', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
    error           TEXT    NOT NULL DEFAULT '',
    created         INTEGER NOT NULL,
    started         INTEGER,
    ended           INTEGER,
    owner           TEXT    NOT NULL,
    epoch           INTEGER NOT NULL CHECK (epoch >= 1),
    seq             INTEGER NOT NULL DEFAULT 0 -- of the last record; an append that leaves a gap makes it -1
                    CONSTRAINT records_follow_each_other CHECK (seq >= 0),
    CHECK ((ended IS NOT NULL) = (status IN ('succeeded', 'failed', 'cancelled')))
) STRICT;

CREATE UNIQUE INDEX runs_by_key ON runs (workflow, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_by_workflow ON runs (workflow, n);
CREATE INDEX runs_by_status ON runs (status, n);
CREATE INDEX runs_open ON runs (owner, n) WHERE ended IS NULL;

CREATE TABLE run_values (
    n       INTEGER PRIMARY KEY REFERENCES runs (n),
    inputs  BLOB NOT NULL,
    options BLOB NOT NULL,
    outputs BLOB
) STRICT;

-- An owner's runs are free when its lease is over or it has none.
CREATE TABLE owners (
    name    TEXT    PRIMARY KEY CHECK (name <> ''),
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- No foreign key: an append has just found the run's row.
CREATE TABLE records (
    run  TEXT    NOT NULL,
    seq  INTEGER NOT NULL CHECK (seq >= 1),
    at   INTEGER NOT NULL,
    kind TEXT    NOT NULL,
    data BLOB    NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- Messages that were folded in stay until the run's end, for their keys.
CREATE TABLE inbox (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    run    TEXT    NOT NULL REFERENCES runs (id),
    key    TEXT    CHECK (key <> ''),
    kind   TEXT    NOT NULL,
    data   BLOB    NOT NULL,
    folded INTEGER NOT NULL DEFAULT 0 CHECK (folded IN (0, 1)),
    UNIQUE (run, key)
) STRICT;

CREATE INDEX inbox_waiting ON inbox (run, id) WHERE folded = 0;

CREATE TABLE documents (
    kind TEXT NOT NULL,
    key  TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT;
