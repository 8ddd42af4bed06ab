#!/bin/sh
# start.sh run|dev COMMAND…: see to .venv and its packages, then become COMMAND.
cd "$(dirname "$0")/../.." || exit 1
set_name=$1
shift
python=$(sh studyapp/launcher/find_python.sh) || exit 1
"$python" studyapp/launcher/prepare.py "$set_name" || exit 1
exec "$@"
