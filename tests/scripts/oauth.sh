#!/usr/bin/env bash
# OAuth 2.1 as MCP has it: unmodified clients find the authorization server by the gateway's 401, register, log in and
# call a tool; tokens for anything else are refused.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
. "$HERE/lib.sh"
. "$HERE/gateway.sh"
trap stop_all EXIT
node_tools || exit 2

WORK="$(mktemp -d "${TMPDIR:-/tmp}/casemate-oauth.XXXXXX")" || exit 2
# Node looks for packages beside the script.
cp "$HERE"/oauth/* "$HERE/matrix/server_python.py" "$WORK/" && ln -s "$NODE_MODULES" "$WORK/node_modules" || exit 2
FAULTS=0

# login LABEL COMMAND...: a client logs in and calls a tool.
login() {
    local label=$1 said
    shift
    said=$(cd "$WORK" && CA="$WORK/trust.pem" NODE_EXTRA_CA_CERTS="$WORK/trust.pem" timeout 60 "$@" 2>"$WORK/login.err")
    if [[ "$said" == "You said: logged in" ]]; then
        printf 'ok    %s logs in\n' "$label"
    else
        printf 'FAULT %s does not log in: %s\n' "$label" "$said"
        grep -v '^ *$' "$WORK/login.err" | tail -n 8 | cut -c1-400 | sed 's/^/      | /'
        FAULTS=$((FAULTS + 1))
    fi
}

"$CASEMATE" init "$WORK/issuer" >"$WORK/issuer.init" 2>&1 || { cat "$WORK/issuer.init" >&2; exit 1; }
pki="$WORK/issuer/pki"
start_server "$WORK/issuer.log" node "$WORK/issuer.mjs" "$(free_port)" "$pki/server.pem" "$pki/server.key" || exit 1
issuer="https://$ADDRESS"
upstream=$(free_port)
"$PYTHON" "$WORK/server_python.py" "$upstream" >"$WORK/server_python.log" 2>&1 &
PIDS+=($!)
wait_port "$upstream" "${PIDS[-1]}" || { cat "$WORK/server_python.log" >&2; exit 1; }

port=$(free_port)
dir="$WORK/gateway"
READ_ONLY[python]="repeat add fail count order"
token_gateway "$dir" "$port" "$issuer" "$issuer/jwks" "$pki/ca.pem" "python=http://127.0.0.1:$upstream/mcp" || exit 1
cat "$dir/pki/ca.pem" "$pki/ca.pem" >"$WORK/trust.pem"

url="https://127.0.0.1:$port/mcp/python"
for mode in auto 2026-07-28 legacy; do login "python, $mode," "$PYTHON" client.py "$mode" "$url"; done
for mode in auto 2026-07-28 legacy v1; do login "ts, $mode," node client.mjs "$mode" "$url"; done
for mode in 2026-07-28 legacy v1; do login "ts, $mode, with too little scope," node client.mjs "$mode" "$url" other; done
(cd "$WORK" && NODE_EXTRA_CA_CERTS="$WORK/trust.pem" timeout 120 node tokens.mjs "$issuer" "https://127.0.0.1:$port") ||
    FAULTS=$((FAULTS + 1))

stop_all
"$CASEMATE" audit verify --dir "$dir/state/audit" || { printf 'FAULT the log does not verify\n'; FAULTS=$((FAULTS + 1)); }
if ((FAULTS == 0)); then rm -rf "$WORK"; else say "$FAULTS faults; everything is in $WORK"; fi
exit $((FAULTS > 0))
