-- Campaigns for self-reading, and for each of their meters whether it has been read.
CREATE TABLE read_self_read_campaigns (
    campaign_id text PRIMARY KEY,
    name        text NOT NULL,
    campus      text NOT NULL,
    from_on     date NOT NULL,
    until_on    date NOT NULL,
    remind_on   jsonb NOT NULL,
    ended_on    date
);

CREATE TABLE read_self_read_campaigns_meter (
    campaign_id text   NOT NULL,
    meter_no    text   NOT NULL,
    position    bigint NOT NULL,
    reminders   bigint NOT NULL,
    reading_id  text,
    read_on     date,
    channel     text,
    PRIMARY KEY (campaign_id, meter_no)
);
CREATE INDEX read_self_read_campaigns_meter_of ON read_self_read_campaigns_meter (meter_no);

-- The last reading of every meter, so that a campaign that begins in the past knows who has read.
CREATE TABLE read_self_read_campaigns_last (
    meter_no   text PRIMARY KEY,
    reading_id text NOT NULL,
    read_on    date NOT NULL,
    channel    text NOT NULL
);
