-- Appointments, and the slots of the people who make the visits.
CREATE TABLE read_visits (
    appointment_id text        PRIMARY KEY,
    kind           text        NOT NULL,
    campus         text        NOT NULL,
    place          text        NOT NULL,
    note           text,
    account_no     text,
    wished_on      date,
    requested_by   text        NOT NULL,
    has_contact    boolean     NOT NULL,
    requested_at   timestamptz NOT NULL,
    -- requested, scheduled, confirmed, finished or cancelled
    state          text        NOT NULL,
    slot_id        text,
    staff          text,
    slot_from      timestamptz,
    slot_to        timestamptz,
    result         text,
    reason         text,
    -- The slot, or the request as long as there is none: what lists are sorted by.
    planned_at     timestamptz NOT NULL
);
CREATE INDEX read_visits_planned ON read_visits (planned_at, appointment_id);
CREATE INDEX read_visits_requester ON read_visits (requested_by, requested_at, appointment_id);

CREATE TABLE read_visits_slot (
    slot_id        text        PRIMARY KEY,
    roster         text        NOT NULL,
    campus         text        NOT NULL,
    staff          text        NOT NULL,
    slot_from      timestamptz NOT NULL,
    slot_to        timestamptz NOT NULL,
    appointment_id text
);
CREATE INDEX read_visits_slot_roster ON read_visits_slot (roster);
CREATE INDEX read_visits_slot_free ON read_visits_slot (campus, slot_from, slot_id);
