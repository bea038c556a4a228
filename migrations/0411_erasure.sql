-- Nodes look up which keys were destroyed of late, and whose photos there are.
CREATE INDEX subject_key_destroyed_at ON subject_key (destroyed_at) WHERE destroyed_at IS NOT NULL;
CREATE INDEX read_reading_review_photo_from ON read_reading_review (submitted_by)
    WHERE photo IS NOT NULL;
