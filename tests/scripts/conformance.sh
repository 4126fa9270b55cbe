#!/usr/bin/env bash
# The official conformance suite, first against the fixture, then against the fixture behind the gateway, for each
# revision that is carried.
#
#   conformance.sh [--direct] [REVISION...]
#
# Everything that passes without the gateway must pass with it; what is the gateway's own part (header validation, DNS
# rebinding protection) must pass through it in any case. CONFORMANCE_GATEWAY_URL names a gateway that runs already (its
# upstream must then be at CONFORMANCE_DIRECT_URL).
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
. "$HERE/lib.sh"
. "$HERE/gateway.sh"
trap stop_all EXIT

only_direct=
if [[ "${1:-}" == --direct ]]; then only_direct=1; shift; fi
REVISIONS=("$@")
((${#REVISIONS[@]})) || REVISIONS=(2026-07-28 2025-11-25)
BIN="${CARGO_TARGET_DIR:-$REPO/target}/${CASEMATE_PROFILE:-debug}"
WORK="$(mktemp -d "${TMPDIR:-/tmp}/casemate-conformance.XXXXXX")" || exit 2
node_tools || exit 2

# suite REVISION URL NAME: one run; the suite's own exit status does not count here, what each check says does.
suite() {
    local out="$WORK/$1-$3"
    timeout 180 conformance server --url "$2" --requirements "$1" -o "$out" >"$out.log" 2>&1
    if ! compgen -G "$out/*/checks.json" >/dev/null; then
        say "the suite produced nothing against $2:"
        tail -n 30 "$out.log" >&2
        return 1
    fi
}

direct="${CONFORMANCE_DIRECT_URL:-}"
if [[ -z "$direct" ]]; then
    start_server "$WORK/fixture" "$BIN/fixture_upstream" || exit 2
    direct="http://$ADDRESS/mcp"
fi
url="${CONFORMANCE_GATEWAY_URL:-}"
if [[ -z "$url" && -z "$only_direct" ]]; then
    port=$(free_port)
    READ_ONLY[fixture]=$("$PYTHON" "$HERE/conformance/tools.py" "$direct") || exit 1
    open_gateway "$WORK/gateway" "$port" "fixture=$direct" || exit 1
    url="http://127.0.0.1:$port/mcp/fixture"
fi

status=0
for revision in "${REVISIONS[@]}"; do
    suite "$revision" "$direct" direct || exit 1
    python3 "$HERE/conformance_report.py" baseline "$revision" "$WORK/$revision-direct" || status=1
    [[ -z "$only_direct" ]] || continue
    suite "$revision" "$url" gateway || exit 1
    python3 "$HERE/conformance_report.py" compare "$revision" "$WORK/$revision-direct" "$WORK/$revision-gateway" || status=1
done
if ((status == 0)); then rm -rf "$WORK"; else say "the runs are in $WORK"; fi
exit $status
