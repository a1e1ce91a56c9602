# Sourced by the other scripts: which Python they use.
# shellcheck shell=bash

PYTHON_MINIMUM=3.11

# python_version COMMAND: print its version (3.12), or nothing if it is none or too old.
python_version() {
    # Run, not only looked up: a version manager's stand-in may be there for no Python at all.
    "$1" -c "import sys
if sys.version_info >= (${PYTHON_MINIMUM/./, }): print('{}.{}'.format(*sys.version_info))" \
        2>/dev/null </dev/null || true
}

# find_python: print the command of a Python that is new enough; $PYTHON, if set, is the only one.
find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$(python_version "$candidate")" ]; then
            printf '%s\n' "$candidate"
            return 0
        fi
        if [ -n "${PYTHON:-}" ]; then
            printf 'PYTHON=%s is not a Python %s or newer\n' "$PYTHON" "$PYTHON_MINIMUM" >&2
            return 1
        fi
    done
    printf 'no Python %s or newer was found (looked for python3, python3.14 ... python3.11).\n' \
        "$PYTHON_MINIMUM" >&2
    printf 'Install one, or name it: PYTHON=/path/to/python3 bash infra/setup.sh\n' >&2
    return 1
}
