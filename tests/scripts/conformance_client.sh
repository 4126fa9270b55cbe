#!/usr/bin/env bash
# The conformance suite's client scenarios: its strict and hostile servers, called by a real client, first directly, then
# through the gateway.
#
#   conformance_client.sh [REVISION...]
#
# What the suite finds good about the client alone it must find good about the client behind the gateway.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
. "$HERE/lib.sh"
. "$HERE/gateway.sh"
trap stop_all EXIT

declare -A SCENARIOS=(
    [2026-07-28]="tools_call request-metadata http-standard-headers http-custom-headers http-invalid-tool-headers
        json-schema-ref-no-deref json-schema-2020-12-preservation sep-2322-client-request-state"
    [2025-11-25]="initialize tools_call elicitation-sep1034-client-defaults json-schema-2020-12-preservation sse-retry"
)

READ_ONLY[suite]="add_numbers test_headers my-hyphenated-tool test_custom_headers test_custom_headers_null
    valid_tool invalid_empty_header invalid_object_header invalid_array_header invalid_null_header invalid_number_header
    invalid_duplicate_same_case invalid_duplicate_diff_case invalid_space_in_name invalid_colon_in_name
    invalid_non_ascii_name invalid_control_char_name json_schema_2020_12_tool json_schema_echo
    test_mrtr_echo_state test_mrtr_unrelated test_mrtr_no_state test_mrtr_no_result_type
    test_client_elicitation_defaults test_reconnection"

# drive WORK direct|gateway URL: what the suite runs for each scenario, with the address of its server.
drive() {
    local work=$1 how=$2 url=${3/localhost/127.0.0.1} port dir
    if [[ "$how" == gateway ]]; then
        dir=$(mktemp -d "$work/gateway.XXXXXX") || exit 2
        port=$(free_port)
        open_gateway "$dir" "$port" "suite=$url" || exit 1
        url="http://127.0.0.1:$port/mcp/suite"
    fi
    # The suite waits 30 seconds and then stops only the shell above this one.
    timeout 25 node "$work/client.mjs" "$url" 2>"$work/$how-$MCP_CONFORMANCE_PROTOCOL_VERSION-$MCP_CONFORMANCE_SCENARIO.err"
}

if [[ "${1:-}" == --drive ]]; then
    shift
    drive "$@"
    exit
fi

REVISIONS=("$@")
((${#REVISIONS[@]})) || REVISIONS=(2026-07-28 2025-11-25)
WORK="$(mktemp -d "${TMPDIR:-/tmp}/casemate-client.XXXXXX")" || exit 2
node_tools || exit 2
# Node looks for packages beside the script.
cp "$HERE/conformance/client.mjs" "$WORK/" && ln -s "$NODE_MODULES" "$WORK/node_modules" || exit 2

status=0
for revision in "${REVISIONS[@]}"; do
    for how in direct gateway; do
        for scenario in ${SCENARIOS[$revision]}; do
            conformance client --command "$HERE/conformance_client.sh --drive $WORK $how" --scenario "$scenario" \
                --spec-version "$revision" -o "$WORK/$revision-$how" >"$WORK/$revision-$how-$scenario.log" 2>&1
        done
    done
    count=$(wc -w <<<"${SCENARIOS[$revision]}")
    python3 "$HERE/conformance_report.py" client "$revision" "$count" "$WORK/$revision-direct" "$WORK/$revision-gateway" || status=1
done
if ((status == 0)); then rm -rf "$WORK"; else say "the runs are in $WORK"; fi
exit $status
