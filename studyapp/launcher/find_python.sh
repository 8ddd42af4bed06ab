#!/bin/sh
# Print the path of a Python that can carry the site: 3.12 or newer, finished, with venv and ensurepip.
# In sh and not in make: the shell of make is dash on Debian. A pyenv shim may exist and yet fail, so each is tried.
test_code='import sys, venv, ensurepip
sys.exit(not (sys.version_info >= (3, 12) and sys.version_info.releaselevel == "final"))'

fits() {
    [ -n "$1" ] && "$1" -c "$test_code" >/dev/null 2>&1
}

try() {
    if fits "$1"; then
        printf '%s\n' "$1"
        exit 0
    fi
}

if [ -n "${PYTHON:-}" ]; then
    try "$(command -v "$PYTHON")"
    echo "PYTHON=$PYTHON is not a Python 3.12 or newer with venv and ensurepip." >&2
    exit 1
fi
try .venv/bin/python
for version in 3.14 3.13 3.12; do
    try "$(command -v "python$version")"
    for found in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version"*/bin/python; do
        try "$found"
    done
done
try "$(command -v python3)"
try "$(command -v python)"
echo "Carousel needs Python 3.12 or newer with its venv module (on Debian and Ubuntu: apt install python3 python3-venv)." >&2
exit 1
