#!/usr/bin/env bash
# Sets this checkout up: .venv with the pinned requirements and glyphwatch itself, editable.
#
#   bash infra/setup.sh          what glyphwatch needs to run
#   bash infra/setup.sh --train  and what drawing glyphs and training the network need (PyTorch)
#   bash infra/setup.sh --stream and what the stream needs: clients of Kafka, Postgres, DynamoDB
#   bash infra/setup.sh --dev    and what its checks need: fonts, servers, Chromium
#
# Needs Python 3.11 or newer; PYTHON=... names one. On Debian and Ubuntu it installs what is
# missing of venv, headers, C compiler, fonts, servers and browser with apt, and touches apt only then.
# Without a compiler it goes on and says so: glyphwatch then works, slowly. Run again, it does
# nothing unless a requirement, pyproject.toml or a C source has changed, or a font, a server or a
# checker is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." >/dev/null
. infra/python.sh

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 2
}

profile=base
case "${1:-}" in
"") ;;
--train) profile=train ;;
--stream) profile=stream ;;
--dev) profile=dev ;;
*) fail "unknown option $1; usage: bash infra/setup.sh [--train|--stream|--dev]" ;;
esac
case $profile in
base) contains=(base) fetches="up to 80 MB" ;;
train) contains=(base train) fetches="up to 3 GB" ;;
stream) contains=(base stream) fetches="up to 120 MB" ;;
dev) contains=(base train stream dev) fetches="up to 3 GB" ;;
esac

venv=.venv
stamp=$venv/.glyphwatch

# fingerprint PROFILE: a digest of all that an installation of this profile depends on.
fingerprint() {
    {
        pwd # scripts in a virtual environment name their interpreter by full path
        cat infra/setup.sh infra/python.sh setup.py pyproject.toml requirements/build.txt \
            "requirements/$1.txt"
        find detector -type f -name '*.[ch]' -exec cksum {} + 2>/dev/null | LC_ALL=C sort
    } | cksum
}

kernel_sources() { ls detector/kernel/*.c >/dev/null 2>&1; }
kernel_built() { "$venv/bin/python" -c 'import detector._kernel' 2>/dev/null </dev/null; }

# An environment that is there is kept, unless it is half made or $PYTHON asks for another version.
venv_suits() {
    local is
    [ -x "$venv/bin/pip" ] || return 1
    is=$(python_version "$venv/bin/python")
    [ -n "$is" ] && { [ -z "${PYTHON:-}" ] || [ "$is" = "$(python_version "$PYTHON")" ]; }
}

# fonts_there: whether all families of the packaged manifest are there; takes a second.
fonts_there() { "$venv/bin/glyphwatch" glyphs fonts check >/dev/null 2>&1 </dev/null; }

# stack_there: whether tests can start real servers; takes half a second.
stack_there() { "$venv/bin/python" -m infra.stack check >/dev/null 2>&1 </dev/null; }

# promtool_there: whether alert rules can be tested, or nothing can be done about it.
promtool_there() { command -v promtool >/dev/null || [ -d /run/systemd/system ]; }

# browser_there: whether the tests of pages have a browser.
browser_there() { command -v chromium chromium-browser google-chrome >/dev/null; }

# checkzone_there: whether BIND can check zones.
checkzone_there() { command -v named-checkzone >/dev/null; }

# A stamp is left only by an installation that lacks nothing, so this is all that need be asked.
if [ "$(cat "$stamp.$profile" 2>/dev/null)" = "$(fingerprint "$profile")" ] &&
    [ -x "$venv/bin/glyphwatch" ] && venv_suits && { ! kernel_sources || kernel_built; } &&
    { [ "$profile" != dev ] ||
        { fonts_there && stack_there && promtool_there && browser_there && checkzone_there; }; }; then
    say "nothing to do"
    exit 0
fi

# apt_install PACKAGE...: install Debian packages; fails, with its reason said, where it cannot.
apt_install() {
    local log as_root=()
    if ! command -v apt-get >/dev/null; then
        say "this is not Debian or Ubuntu: install yourself what they call: $*"
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "not root, and no sudo; ask an administrator for: apt-get install $*"
            return 1
        fi
        as_root=(sudo)
    fi
    if [ $# -gt 8 ]; then
        say "installing $# packages with apt"
    else
        say "installing with apt: $*"
    fi
    log=$(mktemp)
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    if "${as_root[@]}" apt-get update -qq >"$log" 2>&1 </dev/null &&
        "${as_root[@]}" apt-get install -qq -y --no-install-recommends "$@" \
            >>"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    tail -n 20 "$log" >&2
    rm -f "$log"
    say "apt could not install them; by hand: apt-get install $*"
    return 1
}

# sysconfig EXPRESSION: print what this Python says of its own build.
sysconfig() { "$python" -c "import sysconfig; print(sysconfig.$1)" </dev/null; }

# can_compile: whether compiler, C library and Python's own headers are all there.
can_compile() {
    # shellcheck disable=SC2046,SC2086 # the compiler's command may come with options
    printf '#include <stdio.h>\n#include <Python.h>\nint main(void) { return 0; }\n' |
        ${CC:-$(sysconfig 'get_config_var("CC") or "cc"')} -x c -fsyntax-only \
            "-I$(sysconfig 'get_path("include")')" - >/dev/null 2>&1
}

missing=()
if venv_suits; then
    python=$venv/bin/python
else
    if ! command -v python3 >/dev/null && [ -z "${PYTHON:-}" ]; then
        apt_install python3 || true # find_python has the last word
    fi
    python=$(find_python) || exit 2
    "$python" -c 'import ensurepip, venv' 2>/dev/null </dev/null ||
        missing+=("python$(python_version "$python")-venv")
fi
if kernel_sources && ! can_compile; then
    missing+=(gcc libc6-dev)
    # A Python from elsewhere brings its own headers.
    case $(sysconfig 'get_path("include")') in
    /usr/include/*) missing+=("python$(python_version "$python")-dev") ;;
    esac
fi
if [ ${#missing[@]} -gt 0 ]; then
    apt_install "${missing[@]}" || true # what cannot be done without, fails below
fi
if kernel_sources && ! can_compile; then
    say "no working C compiler: going on without the compiled kernel"
fi

if ! venv_suits; then
    say "making $venv with Python $(python_version "$python")"
    rm -rf "$venv"
    "$python" -m venv "$venv" >&2 || fail "$python cannot make virtual environments"
fi
rm -f "$stamp".*

pip() {
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@" </dev/null
}

say "installing requirements/$profile.txt (fetching $fetches of it, the first time)"
pip install --quiet --require-hashes -r requirements/build.txt -r "requirements/$profile.txt" ||
    fail "the pinned requirements could not be installed; pip's reason stands above"
say "installing glyphwatch"
rm -f detector/_kernel*.so # of older sources, perhaps
pip install --quiet --no-build-isolation --no-deps --editable . ||
    fail "glyphwatch itself could not be installed; pip's reason stands above"

# Tests draw with the fonts of the manifest, and are skipped where they are not.
if [ "$profile" = dev ] && ! fonts_there; then
    # It prints the command that would install them, packages last.
    command=$("$venv/bin/glyphwatch" glyphs fonts install --dry-run 2>/dev/null </dev/null) || true
    read -ra packages <<<"${command##*--no-install-recommends }"
    if [ ${#packages[@]} -eq 0 ] || ! apt_install "${packages[@]}" || ! fonts_there; then
        say "going on without all fonts; which ones: $venv/bin/glyphwatch glyphs fonts check"
    fi
fi

# Tests of the stream run against real servers, and are skipped where there are none.
if [ "$profile" = dev ] && ! stack_there; then
    packages=()
    command -v java >/dev/null || packages+=(default-jre-headless)
    command -v mvn >/dev/null || packages+=(maven)
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null ||
        packages+=(postgresql)
    [ ${#packages[@]} -eq 0 ] || apt_install "${packages[@]}" || true # `fetch` has the last word
    say "fetching Kafka and DynamoDB Local by Maven (up to 100 MB, the first time)"
    "$venv/bin/python" -m infra.stack fetch >&2 </dev/null ||
        say "going on without all servers: tests that need one are skipped"
fi

# Alert rules are tested by promtool; where systemd runs, its package would start a server.
if [ "$profile" = dev ] && ! promtool_there && ! apt_install prometheus; then
    say "going on without promtool: tests of the alert rules are skipped"
fi

# Pages are looked at in a browser without a window.
if [ "$profile" = dev ] && ! browser_there && ! apt_install chromium; then
    say "going on without Chromium: tests of pages are skipped"
fi

# Zones that `export` writes are read by BIND's own checker.
if [ "$profile" = dev ] && ! checkzone_there && ! apt_install bind9-utils; then
    say "going on without named-checkzone: its tests of response policy zones are skipped"
fi

if kernel_sources && ! kernel_built; then
    say "WARNING: the compiled kernel is missing, so scans will be slow. Once a C compiler is"
    say "WARNING: there, run this again. To see why it failed: $venv/bin/python setup.py build_ext"
    exit 0
fi
# Each profile includes the smaller ones, at the same versions.
for each in "${contains[@]}"; do
    fingerprint "$each" >"$stamp.$each"
done
say "done: $venv/bin/glyphwatch"
