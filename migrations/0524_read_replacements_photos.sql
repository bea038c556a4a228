-- The photos of both dials.
ALTER TABLE read_replacements ADD COLUMN closing_photo text;
ALTER TABLE read_replacements ADD COLUMN opening_photo text;
