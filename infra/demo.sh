#!/usr/bin/env bash
# README's first command: sets up, scans the bundled sample of passive DNS, and checks the result
# against the sample's known answer. Arguments go to `glyphwatch demo`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." >/dev/null
bash infra/setup.sh
exec .venv/bin/glyphwatch demo "$@"
