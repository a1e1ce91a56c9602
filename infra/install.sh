#!/usr/bin/env bash
# Installs what the stream needs to run into a folder of its own, which must not be there yet:
#
#   bash infra/install.sh /opt/glyphwatch
#
# Then /opt/glyphwatch/bin/glyphwatch is all there is to call. The image (infra/Dockerfile) and the
# systemd unit use the same. Every requirement is pinned by hash. Needs Python 3.11 or newer with
# venv (PYTHON=... names one) and a C compiler; what it leaves needs Python alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." >/dev/null
. infra/python.sh

fail() {
    printf 'install: %s\n' "$*" >&2
    exit 2
}

[ $# -eq 1 ] || fail "usage: bash infra/install.sh FOLDER"
folder=$1
[ ! -e "$folder" ] || fail "$folder is there already"
python=$(find_python) || exit 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pip ENVIRONMENT ARGUMENT...
pip() {
    local environment=$1
    shift
    "$environment/bin/python" -m pip --disable-pip-version-check --no-input "$@" \
        </dev/null
}

# What builds the package stays out of what runs it. The sources are copied, since building writes
# beside them.
"$python" -m venv "$work/build"
pip "$work/build" install --quiet --require-hashes -r requirements/build.txt
mkdir "$work/source"
cp -r pyproject.toml setup.py README.md LICENSE glyphs classifier detector pipeline "$work/source"
pip "$work/build" wheel --quiet --no-build-isolation --no-deps --wheel-dir "$work" "$work/source"

"$python" -m venv "$folder"
pip "$folder" install --quiet --require-hashes -r requirements/stream.txt
pip "$folder" install --quiet --no-deps --no-index "$work"/glyphwatch-*.whl
(cd / && "$folder/bin/python" -c 'import detector._kernel') ||
    fail "the compiled kernel is missing: is there a C compiler?"
"$folder/bin/python" -m pip uninstall --quiet --yes pip </dev/null # nothing is to be installed later
