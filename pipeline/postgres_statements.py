"""Statements: what the Postgres sink says. The tables are in ``pipeline/migrations``."""

from __future__ import annotations

from typing import Final

RUN: Final = """
SELECT id FROM glyphwatch.runs WHERE cluster = %s AND consumer_group = %s AND epoch = %s
"""

ADD_RUN: Final = """
INSERT INTO glyphwatch.runs (cluster, consumer_group, epoch) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING
"""

LOCK: Final = """
SELECT topic_id, next_offset FROM glyphwatch.consumer_progress
WHERE run = %s AND topic = %s AND number = %s ORDER BY id DESC FOR UPDATE
"""

ADD_PROGRESS: Final = """
INSERT INTO glyphwatch.consumer_progress (run, topic, number, topic_id, next_offset)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""

ADVANCE: Final = """
UPDATE glyphwatch.consumer_progress
SET next_offset = %s, topic_id = %s, updated = pg_catalog.now()
WHERE run = %s AND topic = %s AND number = %s AND topic_id = %s AND next_offset < %s
"""

PROGRESS: Final = """
SELECT DISTINCT ON (p.number) p.number, p.next_offset, p.topic_id
FROM glyphwatch.consumer_progress AS p JOIN glyphwatch.runs AS r ON r.id = p.run
WHERE r.consumer_group = %s AND r.epoch = %s AND r.cluster = %s AND p.topic = %s
    AND p.number = ANY (%s)
ORDER BY p.number, p.id DESC
"""

COUNT: Final = """
INSERT INTO glyphwatch.summary AS s (
    run, lookalike, target, brand, industry, first_seen, last_seen, resolutions, records,
    best_score, best_severity, techniques
)
SELECT %(run)s, lookalike, target, brand, industry, first_seen, last_seen, resolutions, records,
    best_score, best_severity::glyphwatch.severity, pg_catalog.string_to_array(techniques, ',')
FROM unnest(
    %(lookalike)s::text[], %(target)s::text[], %(brand)s::text[], %(industry)s::text[],
    %(first_seen)s::bigint[], %(last_seen)s::bigint[], %(resolutions)s::bigint[],
    %(records)s::bigint[], %(best_score)s::float8[], %(best_severity)s::text[],
    %(techniques)s::text[]
) AS new (
    lookalike, target, brand, industry, first_seen, last_seen, resolutions, records,
    best_score, best_severity, techniques
)
ON CONFLICT (run, lookalike, target) DO UPDATE SET
    brand = excluded.brand,
    industry = excluded.industry,
    first_seen = LEAST(s.first_seen, excluded.first_seen),
    last_seen = GREATEST(s.last_seen, excluded.last_seen),
    resolutions = CASE
        WHEN s.resolutions > %(most)s - excluded.resolutions THEN %(most)s
        ELSE s.resolutions + excluded.resolutions
    END,
    records = s.records + excluded.records,
    best_score = GREATEST(s.best_score, excluded.best_score),
    best_severity = GREATEST(s.best_severity, excluded.best_severity),
    techniques = CASE
        WHEN s.techniques @> excluded.techniques THEN s.techniques
        ELSE ARRAY(
            SELECT name FROM unnest(%(order)s::text[]) WITH ORDINALITY AS o (name, n)
            WHERE name = ANY (s.techniques || excluded.techniques) ORDER BY n
        )
    END
"""

MEET: Final = """
INSERT INTO glyphwatch.domains (lookalike, detection)
SELECT lookalike, detection
FROM unnest(%s::text[], %s::text[]) AS new (lookalike, detection)
WHERE NOT EXISTS (SELECT FROM glyphwatch.domains AS d WHERE d.lookalike = new.lookalike)
ON CONFLICT (lookalike) DO NOTHING
"""

CLAIM: Final = """
UPDATE glyphwatch.domains AS d
SET claimed_by = %(who)s,
    claimed_until = pg_catalog.now() + pg_catalog.make_interval(secs => %(seconds)s)
WHERE d.id IN (
    SELECT id FROM glyphwatch.domains
    WHERE told IS NULL AND (
        claimed_by IS NULL OR claimed_by = %(who)s OR claimed_until < pg_catalog.now()
    )
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING d.id, d.lookalike, d.detection
"""

TOLD: Final = """
UPDATE glyphwatch.domains
SET told = pg_catalog.now(), detection = NULL, claimed_by = NULL, claimed_until = NULL
WHERE id = ANY (%s) AND told IS NULL
"""
