-- The Merkle tree over the log (RFC 6962), and its signed heads.

-- Hashes of complete subtrees in the storage order of C2SP tlog-tiles: a leaf's hash, then every
-- subtree it completes.
CREATE TABLE tree_hash (
    hash_index bigint PRIMARY KEY,
    hash       bytea  NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE TRIGGER tree_hash_append_only BEFORE UPDATE OR DELETE ON tree_hash
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tree_hash_no_truncate BEFORE TRUNCATE ON tree_hash
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE checkpoint (
    tree_size bigint      PRIMARY KEY,
    -- The signed note, as published.
    note      text        NOT NULL,
    signed_at timestamptz NOT NULL
);
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How many leaves the tree has.
CREATE TABLE notary (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    tree_size bigint  NOT NULL DEFAULT 0
);
INSERT INTO notary DEFAULT VALUES;
