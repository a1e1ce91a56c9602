-- The questions that people ask. Each group counts by its newest run alone, so a reading anew takes
-- the place of what was counted before it.

SET LOCAL ROLE glyphwatch_owner;

CREATE VIEW glyphwatch.current_runs AS
SELECT DISTINCT ON (cluster, consumer_group) id, cluster, consumer_group, epoch, began
FROM glyphwatch.runs
WHERE shown
ORDER BY cluster, consumer_group, epoch DESC;

CREATE VIEW glyphwatch.lookalikes AS
SELECT
    s.lookalike,
    s.target,
    s.brand,
    s.industry,
    to_timestamp(s.first_seen) AS first_seen,
    to_timestamp(s.last_seen) AS last_seen,
    d.found,
    s.resolutions,
    s.records,
    s.best_score,
    s.best_severity,
    s.techniques,
    r.consumer_group
FROM glyphwatch.summary AS s
JOIN glyphwatch.current_runs AS r ON r.id = s.run
JOIN glyphwatch.domains AS d USING (lookalike);

CREATE VIEW glyphwatch.new_lookalikes AS
SELECT * FROM glyphwatch.lookalikes WHERE found > now() - interval '24 hours';

CREATE VIEW glyphwatch.brands AS
SELECT
    brand,
    min(industry) AS industry,
    count(DISTINCT lookalike) AS lookalikes,
    sum(resolutions) AS resolutions,
    sum(records) AS records,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    max(best_score) AS best_score,
    max(best_severity) AS best_severity
FROM glyphwatch.lookalikes
GROUP BY brand;

CREATE VIEW glyphwatch.industries AS
SELECT
    industry,
    count(DISTINCT brand) AS brands,
    count(DISTINCT lookalike) AS lookalikes,
    sum(resolutions) AS resolutions,
    sum(records) AS records,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    max(best_severity) AS best_severity
FROM glyphwatch.lookalikes
GROUP BY industry;

-- By the day, in UTC, on which a lookalike was first seen, or found where its records have no time.
CREATE VIEW glyphwatch.days AS
SELECT
    (coalesce(first_seen, found) AT TIME ZONE 'UTC')::date AS day,
    brand,
    min(industry) AS industry,
    count(DISTINCT lookalike) AS lookalikes,
    sum(resolutions) AS resolutions,
    max(best_severity) AS best_severity
FROM glyphwatch.lookalikes
GROUP BY 1, brand;

CREATE VIEW glyphwatch.progress AS
SELECT r.cluster, r.consumer_group, r.epoch, p.topic, p.topic_id, p.number, p.next_offset, p.updated
FROM glyphwatch.consumer_progress AS p
JOIN glyphwatch.runs AS r ON r.id = p.run;

GRANT SELECT ON
    glyphwatch.current_runs, glyphwatch.lookalikes, glyphwatch.new_lookalikes, glyphwatch.brands,
    glyphwatch.industries, glyphwatch.days, glyphwatch.progress
TO glyphwatch_reader;
GRANT SELECT ON glyphwatch.current_runs, glyphwatch.progress TO glyphwatch_writer;
