#!/usr/bin/env bash
# README's second command: sets up, then runs every check, all of them even if an early one fails.
# Arguments go to pytest: bash infra/test.sh -k skeleton
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." >/dev/null
bash infra/setup.sh --dev

failed=()
check() {
    printf '\n== %s\n' "$*"
    "$@" </dev/null || failed+=("$(basename "$1") ${2:-}")
}

bin=.venv/bin
check $bin/ruff check
check $bin/ruff format --check
check $bin/mypy --strict
check $bin/pytest "$@" # with doctests: pyproject.toml asks for them

if [ ${#failed[@]} -gt 0 ]; then
    printf '\nfailed: '
    printf '%s; ' "${failed[@]}"
    printf '\n'
    exit 1
fi
printf '\nall checks passed\n'
