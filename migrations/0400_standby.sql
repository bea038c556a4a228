-- A read model may have a second set of rows beside the live one: in the schema `standby_<name>`,
-- with a checkpoint row `standby:<name>` of its own.
ALTER TABLE projection ADD COLUMN was_live boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN projection.was_live IS 'standby rows only: they were live before, and undo brings them back';
