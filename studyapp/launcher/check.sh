#!/bin/sh
# make check: every check runs, then the failed ones are named.
failed=""
step() {
    name=$1
    shift
    printf '%s … ' "$name"
    if output=$("$@" 2>&1); then
        echo "ok"
    else
        printf 'FAILED\n%s\n' "$output"
        failed="$failed, $name"
    fi
}

in_production() {
    # A production's settings, with nobody behind the addresses: nothing here may need a server.
    DATABASE_URL=postgres://study@127.0.0.1:1/study REDIS_URL=redis://127.0.0.1:1/0 PUBLIC_URL=https://study.example \
        EMAIL_URL=smtp://mail.example \
        SECRET_KEY="made for this check alone, and never used for anything that counts 0123456789" "$@"
}

bin=.venv/bin
export VAR_DIR="${VAR_DIR:-$PWD/var/check}"
mkdir -p "$VAR_DIR"
step "style (ruff)" $bin/python -m ruff check .
step "format (ruff)" $bin/python -m ruff format --check .
step "types (mypy)" $bin/python -m mypy
step "import rules (import-linter)" $bin/lint-imports --no-cache
step "templates (djlint)" $bin/python -m djlint --lint templates quizzes
step "migrations" $bin/python manage.py makemigrations --check --dry-run
step "settings" in_production $bin/python manage.py check --deploy --fail-level WARNING
if [ -n "$failed" ]; then
    echo "Failed: ${failed#, }" >&2
    exit 1
fi
