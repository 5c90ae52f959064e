#!/bin/bash
# run_experiment_test.sh RUN_EXPERIMENT MONDEQ CONFIG: runs it from a folder of the user's own.
set -eu

run="$(realpath "$1")"
folder="$TEST_TMPDIR/folder of a user"
mkdir "$folder"
BUILD_WORKING_DIRECTORY="$folder" "$run" "$2" train "$3" --out=here --epochs=1 \
  --set=data.digits.train_count=300 --set=data.digits.test_count=100
[[ -f "$folder/here/weights.safetensors" ]] || { echo "no weights in $folder/here" >&2; exit 1; }

# The program's exit status is handed on.
status=0
"$run" "$2" train "$3" --no_such_flag || status=$?
[[ "$status" -eq 2 ]] || { echo "exit status $status instead of 2" >&2; exit 1; }
