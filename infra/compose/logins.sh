#!/usr/bin/env bash
# Run by the Postgres image when it makes its cluster: the login with which the service writes. It
# may do what `glyphwatch db migrate` grants to writers, and nothing else.
set -euo pipefail
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set password="$STREAM_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE glyphwatch_writer NOLOGIN;
CREATE ROLE glyphwatch_stream LOGIN PASSWORD :'password' IN ROLE glyphwatch_writer;
SQL
