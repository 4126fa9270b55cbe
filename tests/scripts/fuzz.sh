#!/usr/bin/env bash
# Every fuzz target for some seconds, on the stable compiler without a sanitizer, from its seeds.
#
#   fuzz.sh SECONDS [TARGET...]
#
# The draw is the same in each run (FUZZ_SEED), so that a run judges the change; with FUZZ_SEED=0 it differs each time.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
PATH="$TOOLS/cargo/bin:$PATH"
cd "$REPO/fuzz" || exit 2
# Without this the fuzzing build would share, and spoil, the products of the main workspace.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$REPO/target}/fuzz"

seconds=${1:-20}
shift || true
targets=("$@")
((${#targets[@]})) || mapfile -t targets < <(cd fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//')
work="$(mktemp -d)" || exit 2
trap 'rm -rf "$work"' EXIT
failed=()
for target in "${targets[@]}"; do
    mkdir -p "$work/$target" "seeds/$target"
    if cargo fuzz run -s none "$target" "$work/$target" "seeds/$target" -- \
        -max_total_time="$seconds" -seed="${FUZZ_SEED:-20261}" -rss_limit_mb=2048 -timeout=10 -max_len=65536 >"$work/$target.log" 2>&1; then
        printf 'fuzz %s: %s\n' "$target" "$(grep -E '^Done|DONE' "$work/$target.log" | tail -n1)"
    else
        tail -n 40 "$work/$target.log" >&2
        failed+=("$target")
    fi
done
((${#failed[@]} == 0)) || { say "fuzz targets failed: ${failed[*]}"; exit 1; }
