#!/usr/bin/env bash
# The filter's speed beside detect-secrets and Presidio, on the same texts in one run. Arguments go to the example
# `filter_speed`: --megabytes N, --json, FILE...
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
cd "$REPO" || exit 2

work="$(mktemp -d)" || exit 2
trap 'rm -rf "$work"' EXIT
example() { "${CARGO_TARGET_DIR:-$REPO/target}/release/examples/filter_speed" "$@"; }

cargo build --quiet --release --locked -p casemate-output --example filter_speed || exit 2
example --write "$work/texts" || exit 2
if filter_tools; then
    "$FILTER_PYTHON" "$HERE/filter_peers.py" "$work/texts" >"$work/peers.json" || exit 2
else
    printf '[{"tool":"detect-secrets, presidio-analyzer","fault":"cannot be installed"}]' >"$work/peers.json"
fi
example --peers "$work/peers.json" "$@"
