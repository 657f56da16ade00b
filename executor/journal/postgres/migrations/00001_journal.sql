-- +goose Up

-- Names compare by their bytes, whatever the language of the database.
CREATE TABLE workflows (
    name    text        NOT NULL COLLATE "C",
    version text        NOT NULL COLLATE "C",
    source  bytea       NOT NULL,
    created timestamptz NOT NULL,
    PRIMARY KEY (name, version)
);

CREATE INDEX workflows_by_version ON workflows (version);

CREATE TABLE latest (
    name    text PRIMARY KEY COLLATE "C",
    version text NOT NULL COLLATE "C",
    FOREIGN KEY (name, version) REFERENCES workflows (name, version)
);

-- The row of a run is written by every append, so it is kept small (large
-- values go out of line) and has room beside it for its next version. Values
-- and facts are JSON kept as bytes: jsonb refuses \u0000 and rewrites numbers.
CREATE TABLE runs (
    n               bigint      GENERATED ALWAYS AS IDENTITY UNIQUE, -- order of the list
    id              text        PRIMARY KEY COLLATE "C",
    workflow        text        NOT NULL COLLATE "C",
    version         text        NOT NULL COLLATE "C",
    idempotency_key text        COLLATE "C" CHECK (idempotency_key <> ''),
    status          text        NOT NULL COLLATE "C"
                    CHECK (status IN ('pending', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
    error           text        NOT NULL DEFAULT '',
    created         timestamptz NOT NULL,
    started         timestamptz,
    ended           timestamptz,
    owner           text        NOT NULL COLLATE "C",
    epoch           bigint      NOT NULL CHECK (epoch >= 1),
    seq             bigint      NOT NULL DEFAULT 0 -- of the last record; an append that leaves a gap makes it -1
                    CONSTRAINT records_follow_each_other CHECK (seq >= 0),
    inputs          bytea       NOT NULL,
    options         bytea       NOT NULL,
    outputs         bytea,
    CHECK ((ended IS NOT NULL) = (status IN ('succeeded', 'failed', 'cancelled')))
) WITH (fillfactor = 60, toast_tuple_target = 512);

CREATE UNIQUE INDEX runs_by_key ON runs (workflow, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_by_workflow ON runs (workflow, n);
CREATE INDEX runs_by_status ON runs (status, n);
CREATE INDEX runs_open ON runs (n) WHERE ended IS NULL;
CREATE INDEX runs_owned ON runs (owner, n) WHERE ended IS NULL;

-- An owner's runs are free when its lease is over or it has none.
CREATE TABLE owners (
    name    text        PRIMARY KEY COLLATE "C" CHECK (name <> ''),
    expires timestamptz NOT NULL
);

-- No foreign key: an append has just locked the run's row.
CREATE TABLE records (
    run  text        NOT NULL COLLATE "C",
    seq  bigint      NOT NULL CHECK (seq >= 1),
    at   timestamptz NOT NULL,
    kind text        NOT NULL COLLATE "C",
    data bytea       NOT NULL,
    PRIMARY KEY (run, seq)
);

-- Messages that were folded in stay until the run's end, for their keys.
CREATE TABLE inbox (
    id     bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run    text    NOT NULL COLLATE "C" REFERENCES runs (id),
    key    text    COLLATE "C" CHECK (key <> ''),
    kind   text    NOT NULL COLLATE "C",
    data   bytea   NOT NULL,
    folded boolean NOT NULL DEFAULT false,
    UNIQUE (run, key)
);

CREATE INDEX inbox_waiting ON inbox (run, id) WHERE NOT folded;

CREATE TABLE documents (
    kind text  NOT NULL COLLATE "C",
    key  text  NOT NULL COLLATE "C",
    data bytea NOT NULL,
    PRIMARY KEY (kind, key)
);
