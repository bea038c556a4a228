-- 辖区: who is confined to what belongs to their own campus.
ALTER TABLE read_directory_staff ADD COLUMN confined boolean NOT NULL DEFAULT false;
