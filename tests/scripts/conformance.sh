#!/usr/bin/env bash
# The official conformance suite, first against the fixture, then against the fixture behind the gateway.
#
#   conformance.sh [--direct]
#
# Everything that passes without the gateway must pass with it; header validation and DNS rebinding protection must
# pass through the gateway in any case. CONFORMANCE_GATEWAY_URL names a gateway that runs already (its upstream must
# then be at CONFORMANCE_DIRECT_URL).
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
. "$HERE/lib.sh"
. "$HERE/gateway.sh"
trap stop_all EXIT

REVISION=2026-07-28
BIN="${CARGO_TARGET_DIR:-$REPO/target}/${CASEMATE_PROFILE:-debug}"
WORK="$(mktemp -d "${TMPDIR:-/tmp}/casemate-conformance.XXXXXX")" || exit 2
node_tools || exit 2

# suite URL NAME: one run; the suite's own exit status does not count here, what each check says does.
suite() {
    conformance server --url "$1" --requirements "$REVISION" -o "$WORK/$2" >"$WORK/$2.log" 2>&1
    if ! compgen -G "$WORK/$2/*/checks.json" >/dev/null; then
        say "the suite produced nothing against $1:"
        tail -n 30 "$WORK/$2.log" >&2
        return 1
    fi
}

direct="${CONFORMANCE_DIRECT_URL:-}"
if [[ -z "$direct" ]]; then
    start_server "$WORK/fixture" "$BIN/fixture_upstream" || exit 2
    direct="http://$ADDRESS/mcp"
fi
suite "$direct" direct || exit 1
python3 "$HERE/conformance_report.py" baseline "$WORK/direct" || exit 1
[[ "${1:-}" == --direct ]] && exit 0

url="${CONFORMANCE_GATEWAY_URL:-}"
if [[ -z "$url" ]]; then
    port=$(free_port)
    open_gateway "$WORK/gateway" "$port" "fixture=$direct" || exit 1
    url="http://127.0.0.1:$port/mcp/fixture"
fi
suite "$url" gateway || exit 1
python3 "$HERE/conformance_report.py" compare "$WORK/direct" "$WORK/gateway"
status=$?
if ((status == 0)); then rm -rf "$WORK"; else say "the runs are in $WORK"; fi
exit $status
