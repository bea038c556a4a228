-- Where a command's last event stands, so that whoever asks again can wait for it to be shown, too.
-- Null when the command wrote nothing, and for commands of before: theirs has been shown long ago.
ALTER TABLE command ADD COLUMN last_position bigint;
