#!/usr/bin/env bash
# Clients that others wrote against servers that others wrote, directly and through the gateway.
#
#   matrix.sh [--direct]
#
# Each client lists tools, calls two and reads a resource; what it sees through the gateway must be what it sees
# directly. Every client proves itself by token, and by certificate where it can present one. A wrong token, a wrong
# certificate authority and a wrong server must be refused, so that a cell cannot pass by an open door.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
. "$HERE/lib.sh"
. "$HERE/gateway.sh"
trap stop_all EXIT
node_tools || exit 2

WORK="$(mktemp -d "${TMPDIR:-/tmp}/casemate-matrix.XXXXXX")" || exit 2
# Node looks for packages beside the script.
cp "$HERE"/matrix/* "$WORK/" && ln -s "$NODE_MODULES" "$WORK/node_modules" || exit 2

SERVERS=(python ts)
CLIENTS=(python fastmcp inspector ts)
declare -A PORTS URLS DIRECT
FAULTS=0

# client NAME URL [VARIABLE=VALUE...]: runs a driver; what it saw is on stdout in one form.
client() {
    local name=$1 url=$2 run
    shift 2
    case "$name" in
    ts) run=(node "$WORK/client_ts.mjs") ;;
    *) run=("$PYTHON" "$WORK/client_$name.py") ;;
    esac
    env CA= CERT= KEY= TOKEN= "$@" timeout 120 "${run[@]}" "$url" 2>"$WORK/client.err" |
        "$PYTHON" -c 'import json, sys; print(json.dumps(json.loads(sys.stdin.read()), sort_keys=True))' 2>/dev/null
}

# cell LABEL EXPECTED CLIENT URL [VARIABLE=VALUE...]
cell() {
    local label=$1 expected=$2 saw
    shift 2
    saw=$(client "$@")
    if [[ -n "$saw" && "$saw" == "$expected" ]]; then
        printf 'ok    %s\n' "$label"
    else
        printf 'FAULT %s\n      expected %s\n      saw      %s\n' "$label" "$expected" "${saw:-nothing}"
        tail -n 5 "$WORK/client.err"
        FAULTS=$((FAULTS + 1))
    fi
}

# refused LABEL CLIENT URL [VARIABLE=VALUE...]
refused() {
    local label=$1 saw
    shift
    saw=$(client "$@")
    if [[ -z "$saw" ]]; then
        printf 'ok    %s is refused\n' "$label"
    else
        printf 'FAULT %s got %s\n' "$label" "$saw"
        FAULTS=$((FAULTS + 1))
    fi
}

for server in "${SERVERS[@]}"; do
    PORTS[$server]=$(free_port)
    case "$server" in
    ts) node "$WORK/server_ts.mjs" "${PORTS[ts]}" >"$WORK/server_ts.log" 2>&1 & ;;
    *) "$PYTHON" "$WORK/server_$server.py" "${PORTS[$server]}" >"$WORK/server_$server.log" 2>&1 & ;;
    esac
    PIDS+=($!)
    URLS[$server]="http://127.0.0.1:${PORTS[$server]}/mcp"
    wait_port "${PORTS[$server]}" "${PIDS[-1]}" || { cat "$WORK/server_$server.log" >&2; exit 1; }
done

for server in "${SERVERS[@]}"; do
    for name in "${CLIENTS[@]}"; do
        saw=$(client "$name" "${URLS[$server]}")
        if [[ "$saw" != *'"You said: a b c"'* ]]; then
            printf 'FAULT %s to %s, directly: %s\n' "$name" "$server" "${saw:-$(tail -n 5 "$WORK/client.err")}"
            FAULTS=$((FAULTS + 1))
        fi
        DIRECT[$name/$server]=$saw
    done
done
printf 'directly: %d cells, %d faults\n' "${#DIRECT[@]}" "$FAULTS"
if [[ "${1:-}" == --direct ]]; then exit $((FAULTS > 0)); fi

port=$(free_port)
dir="$WORK/gateway"
closed_gateway "$dir" "$port" "python=${URLS[python]}" "ts=${URLS[ts]}" || exit 1
ca="CA=$dir/pki/ca.pem"
certificate=("CERT=$dir/pki/agent.pem" "KEY=$dir/pki/agent.key")

for server in "${SERVERS[@]}"; do
    url="https://127.0.0.1:$port/mcp/$server"
    token=$("$CASEMATE" token --config "$dir/casemate.yaml" --tenant example --subject alice --server "$server" --ttl 10m) || exit 1
    for name in "${CLIENTS[@]}"; do
        cell "$name to $server, token" "${DIRECT[$name/$server]}" "$name" "$url" "$ca" "TOKEN=$token"
        # The Inspector's command line has no option for a client certificate.
        [[ "$name" == inspector ]] && continue
        cell "$name to $server, certificate" "${DIRECT[$name/$server]}" "$name" "$url" "$ca" "${certificate[@]}"
    done
    refused "python to $server without credentials" python "$url" "$ca"
    # The signature of one token does not hold for another.
    other=$("$CASEMATE" token --config "$dir/casemate.yaml" --tenant example --subject mallory --server "$server" --ttl 10m)
    refused "python to $server with another's signature" python "$url" "$ca" "TOKEN=${token%.*}.${other##*.}"
done
refused "a token for another server" python "https://127.0.0.1:$port/mcp/python" "$ca" "TOKEN=$token"
"$CASEMATE" init "$WORK/other" >/dev/null 2>&1
refused "a certificate of another CA" python "https://127.0.0.1:$port/mcp/python" "$ca" \
    "CERT=$WORK/other/pki/agent.pem" "KEY=$WORK/other/pki/agent.key"

stop_all
"$CASEMATE" audit verify --dir "$dir/state/audit" || { printf 'FAULT the log does not verify\n'; FAULTS=$((FAULTS + 1)); }
if ((FAULTS == 0)); then rm -rf "$WORK"; else say "$FAULTS faults; everything is in $WORK"; fi
exit $((FAULTS > 0))
