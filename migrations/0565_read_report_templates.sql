-- Usage reports as they are laid out now.
CREATE TABLE read_report_templates (
    template_id text    PRIMARY KEY,
    version     integer NOT NULL,
    layout      jsonb   NOT NULL,
    retired     boolean NOT NULL
);
