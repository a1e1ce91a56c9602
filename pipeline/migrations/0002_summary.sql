-- What is known of each lookalike, and how far each partition is counted: one transaction changes
-- both. Times of records are seconds since the epoch, as records have them; the views show them as
-- times.

SET LOCAL ROLE glyphwatch_owner;

CREATE TYPE glyphwatch.severity AS ENUM ('info', 'low', 'medium', 'high', 'critical');

CREATE TABLE glyphwatch.runs (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cluster text NOT NULL,
    consumer_group text NOT NULL,
    epoch integer NOT NULL CHECK (epoch >= 0),  -- one more with every deliberate reading anew
    began timestamptz NOT NULL DEFAULT now(),
    shown boolean NOT NULL DEFAULT true,        -- whether the views count it
    UNIQUE (cluster, consumer_group, epoch)
);

CREATE TABLE glyphwatch.consumer_progress (
    id bigint GENERATED ALWAYS AS IDENTITY,
    run integer NOT NULL REFERENCES glyphwatch.runs,
    topic text NOT NULL,
    number integer NOT NULL CHECK (number >= 0),
    topic_id text NOT NULL,                     -- another one if the topic was made again
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    updated timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run, topic, number, topic_id)
) WITH (fillfactor = 50);                       -- every batch updates its row in place

CREATE TABLE glyphwatch.summary (
    run integer NOT NULL REFERENCES glyphwatch.runs,
    lookalike text NOT NULL,                    -- registrable domain, A-label form
    target text NOT NULL,
    brand text NOT NULL,
    industry text NOT NULL,
    first_seen bigint,
    last_seen bigint,
    resolutions bigint NOT NULL CHECK (resolutions >= 0),
    records bigint NOT NULL CHECK (records > 0),
    best_score double precision NOT NULL,
    best_severity glyphwatch.severity NOT NULL,
    techniques text[] NOT NULL,
    PRIMARY KEY (run, lookalike, target)
) WITH (fillfactor = 80);

CREATE INDEX summary_by_lookalike ON glyphwatch.summary (lookalike);
CREATE INDEX summary_by_brand ON glyphwatch.summary (brand);
CREATE INDEX summary_by_industry ON glyphwatch.summary (industry);

-- Every lookalike domain that was ever counted, whatever run did; and the outbox: those that nobody
-- was told of yet.
CREATE TABLE glyphwatch.domains (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lookalike text NOT NULL UNIQUE,
    found timestamptz NOT NULL DEFAULT now(),
    detection text,                             -- JSON, till it is told; not jsonb, which refuses
    told timestamptz,                           -- escapes that hostile names may have
    claimed_by text,                            -- who is telling it now, and until when
    claimed_until timestamptz
);

CREATE INDEX domains_untold ON glyphwatch.domains (id) WHERE told IS NULL;
CREATE INDEX domains_by_time ON glyphwatch.domains (found);

GRANT USAGE ON TYPE glyphwatch.severity TO glyphwatch_writer, glyphwatch_reader;
GRANT SELECT, INSERT ON glyphwatch.runs TO glyphwatch_writer;
GRANT SELECT, INSERT, UPDATE
    ON glyphwatch.consumer_progress, glyphwatch.summary, glyphwatch.domains TO glyphwatch_writer;
