#!/usr/bin/env bash
# Pins every requirement by version and hash: requirements/*.txt from pyproject.toml and *.in.
#
#   bash infra/lock.sh              keep the pins that still satisfy, add what is missing
#   bash infra/lock.sh --upgrade    take the newest of everything
#
# One file serves every supported Python and platform (environment markers tell them apart), and
# no file names an index: where packages come from is each installation's own setting.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. infra/python.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python=$(find_python) || exit 2
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --require-hashes -r requirements/lock.txt

# pin OUTPUT INPUT [OPTION...]
pin() {
    local output=$1 input=$2
    shift 2
    "$work/venv/bin/uv" pip compile "$input" --output-file "requirements/$output" \
        --universal --python-version "$PYTHON_MINIMUM" --generate-hashes --no-config \
        --custom-compile-command "make lock" --quiet "$@"
    printf 'lock: requirements/%s: %s packages\n' "$output" \
        "$(grep -c '^[a-z].*==' "requirements/$output")"
}

pin base.txt pyproject.toml "$@"
pin train.txt pyproject.toml --extra train --constraint requirements/base.txt "$@"
pin stream.txt pyproject.toml --extra kafka --extra postgres --extra aws \
    --constraint requirements/base.txt "$@"
pin dev.txt pyproject.toml --extra dev --constraint requirements/train.txt \
    --constraint requirements/stream.txt "$@"
pin build.txt requirements/build.in --constraint requirements/dev.txt "$@"
pin lock.txt requirements/lock.in "$@"
