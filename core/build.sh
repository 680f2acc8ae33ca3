#!/bin/sh
# What a platform runs once for each release, before it starts web and worker: `sh core/build.sh`, or in two steps
# `sh core/build.sh build` (needs no database; an image's or a slug's) and `sh core/build.sh release` (needs it).
# Takes the python of PATH, or of PYTHON. Safe to repeat.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python}

build() {
    "$python" -m pip install --disable-pip-version-check --no-input -q -r requirements.txt
    "$python" manage.py collectstatic --no-input -v 0
}

release() {
    "$python" manage.py migrate --no-input
    "$python" manage.py check --deploy --fail-level ERROR --database default
    "$python" manage.py ensure_superuser
}

case "${1:-all}" in
    build) build ;;
    release) release ;;
    all) build && release ;;
    *) echo "Usage: sh core/build.sh [build|release]" >&2; exit 64 ;;
esac
