-- +goose Up

-- JSON: the versions of the workflows that this one runs, by their names as its
-- source has them; NULL is none.
ALTER TABLE workflows ADD COLUMN pins BLOB;
