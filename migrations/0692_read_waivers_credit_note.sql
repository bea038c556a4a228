-- 调减: a credit note is asked for and approved as a waiver is. Its kind is credit_note; whose part of the
-- bill it lowers is said for it alone.
ALTER TABLE read_waivers ADD COLUMN commodity text;
