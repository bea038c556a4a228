-- Changes of the key that signs the log: checkpoints that name the next key, signed by both. From
-- the next checkpoint on only the next key signs.
CREATE TABLE log_key_change (
    change     integer     PRIMARY KEY,
    tree_size  bigint      NOT NULL,
    note       text        NOT NULL,
    next_key   text        NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE TRIGGER log_key_change_append_only BEFORE UPDATE OR DELETE ON log_key_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_key_change_no_truncate BEFORE TRUNCATE ON log_key_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
