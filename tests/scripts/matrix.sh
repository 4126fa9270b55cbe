#!/usr/bin/env bash
# Clients that others wrote against servers that others wrote, directly and through the gateway.
#
#   matrix.sh [--direct]
#
# Each client lists the tools, calls some, among them (where it can answer) such that ask the user or the model, and
# reads a resource. What it sees through the gateway must be what it sees directly, to the letter; a client and a server
# that have no era in common must fail through the gateway too, with an error that names the revisions. Every client
# proves itself by token, and one of each SDK and era by certificate too. A wrong token, a wrong certificate authority and a
# wrong server must be refused, so that no cell passes by an open door.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
. "$HERE/lib.sh"
. "$HERE/gateway.sh"
trap 'for pid in "${BUSY[@]}"; do kill "$pid" 2>/dev/null; done; stop_all' EXIT
BUSY=()
node_tools || exit 2

WORK="$(mktemp -d "${TMPDIR:-/tmp}/casemate-matrix.XXXXXX")" || exit 2
# Node looks for packages beside the script.
cp "$HERE"/matrix/* "$WORK/" && ln -s "$NODE_MODULES" "$WORK/node_modules" && mkdir "$WORK/saw" || exit 2

SERVERS=(python fastmcp ts everything)
CLIENTS=(python-auto python-legacy python-modern fastmcp fastmcp-cli inspector-legacy inspector-modern
    ts-legacy ts-auto ts-modern ts1)
declare -A RUN=(
    [python-auto]="$PYTHON client_python.py auto"
    [python-legacy]="$PYTHON client_python.py legacy"
    [python-modern]="$PYTHON client_python.py 2026-07-28"
    [fastmcp]="$PYTHON client_fastmcp.py"
    [fastmcp-cli]="$PYTHON client_fastmcp_cli.py"
    [inspector-legacy]="$PYTHON client_inspector.py legacy"
    [inspector-modern]="$PYTHON client_inspector.py modern"
    [ts-legacy]="node client_ts.mjs legacy"
    [ts-auto]="node client_ts.mjs auto"
    [ts-modern]="node client_ts.mjs 2026-07-28"
    [ts1]="node client_ts1.mjs"
)
OURS='"calls": [["repeat", {"text": "a b c"}], ["add", {"a": 2, "b": 40}], ["fail", {"why": "because"}], ["count", {"to": 3}]],
    "read": "note://today"'
declare -A PLANS=(
    [python]="{$OURS, \"asks\": [[\"order\", {\"dish\": \"soup\"}]]}"
    [fastmcp]="{$OURS, \"asks\": []}"
    [ts]="{$OURS, \"asks\": []}"
    [everything]='{"calls": [["echo", {"message": "a b c"}], ["get-sum", {"a": 2, "b": 40}],
        ["get-structured-content", {"location": "New York"}], ["get-tiny-image", {}],
        ["trigger-long-running-operation", {"duration": 1, "steps": 2}]],
        "asks": [["trigger-elicitation-request", {}], ["trigger-sampling-request", {"prompt": "write a haiku", "maxTokens": 9}]],
        "read": "demo://resource/static/document/architecture.md"}'
)
for server in python fastmcp ts; do
    READ_ONLY[$server]="repeat count"
    UNMANAGED[$server]="add fail order"
done
READ_ONLY[everything]="echo get-annotated-message get-env get-resource-links get-resource-reference get-roots-list
    get-structured-content get-sum get-tiny-image gzip-file-as-resource simulate-research-query
    trigger-long-running-operation"
UNMANAGED[everything]="toggle-simulated-logging toggle-subscriber-updates trigger-elicitation-request
    trigger-elicitation-request-async trigger-sampling-request trigger-sampling-request-async trigger-url-elicitation"
declare -A PORTS URLS TOKENS CELLS
FAULTS=0

# Whether the two have an era in common.
speaks() { [[ "$1" != *-modern || "$2" != everything ]]; }
# Whether a client can answer questions, and present a certificate: the command lines have no option for either.
answers() { [[ "$1" != inspector-* && "$1" != fastmcp-cli ]]; }
certifies() { case "$1" in python-legacy | python-modern | fastmcp | ts1 | ts-modern) true ;; *) false ;; esac }

# client KEY CLIENT SERVER URL [VARIABLE=VALUE...]: runs a driver in the background, some at a time. What it saw goes to
# saw/KEY, what it complained about to saw/KEY.err.
client() {
    local key=$1 name=$2 server=$3 url=$4 run
    shift 4
    read -ra run <<<"${RUN[$name]}"
    while ((${#BUSY[@]} >= 4)); do
        local done still=() pid
        wait -n -p done "${BUSY[@]}"
        for pid in "${BUSY[@]}"; do [[ "$pid" == "$done" ]] || still+=("$pid"); done
        BUSY=("${still[@]}")
    done
    (
        cd "$WORK" || exit 1
        exec env CA= CERT= KEY= TOKEN= "PLAN=${PLANS[$server]}" "$@" timeout 60 "${run[@]}" "$url" >"saw/$key" 2>"saw/$key.err"
    ) &
    BUSY+=($!)
}

finish() {
    ((${#BUSY[@]})) && wait "${BUSY[@]}"
    BUSY=()
}

# fault LABEL KEY: counts it and shows what the client had to say.
fault() {
    printf 'FAULT %s\n' "$1"
    grep -vE '^ *$|^Node.js' "$WORK/saw/$2.err" | tail -n 6 | cut -c1-400 | sed 's/^/      | /'
    FAULTS=$((FAULTS + 1))
}

# same LABEL KEY DIRECT: what was seen is what is seen directly.
same() {
    if [[ -s "$WORK/saw/$2" ]] && cmp -s "$WORK/saw/$2" "$WORK/saw/$3"; then
        printf 'ok    %s\n' "$1"
    else
        fault "$1" "$2"
        "$PYTHON" "$WORK/difference.py" "$WORK/saw/$3" "$WORK/saw/$2"
        return 1
    fi
}

# refused LABEL KEY PATTERN...: nothing was seen, and the client says why.
refused() {
    local label=$1 key=$2 pattern
    shift 2
    if [[ -s "$WORK/saw/$key" ]]; then
        fault "$label is let through" "$key"
        return
    fi
    for pattern in "$@"; do
        if ! grep -qE "$pattern" "$WORK/saw/$key.err"; then
            fault "$label is refused without saying why ($pattern)" "$key"
            return
        fi
    done
    printf 'ok    %s is refused\n' "$label"
}

for server in "${SERVERS[@]}"; do
    PORTS[$server]=$(free_port)
    case "$server" in
    ts | everything) run=(node "$WORK/server_$server.mjs") ;;
    *) run=("$PYTHON" "$WORK/server_$server.py") ;;
    esac
    "${run[@]}" "${PORTS[$server]}" >"$WORK/server_$server.log" 2>&1 &
    PIDS+=($!)
    URLS[$server]="http://127.0.0.1:${PORTS[$server]}/mcp"
done
for n in "${!SERVERS[@]}"; do
    server=${SERVERS[n]}
    wait_port "${PORTS[$server]}" "${PIDS[n]}" || { cat "$WORK/server_$server.log" >&2; exit 1; }
done

for server in "${SERVERS[@]}"; do
    for name in "${CLIENTS[@]}"; do client "direct-$name-$server" "$name" "$server" "${URLS[$server]}"; done
done
finish
for server in "${SERVERS[@]}"; do
    for name in "${CLIENTS[@]}"; do
        if speaks "$name" "$server"; then
            # Every plan adds 2 and 40; who is asked is Ada.
            wanted=(42)
            if answers "$name"; then
                case "$server" in python) wanted+=('soup for Ada') ;; everything) wanted+=('Ada' 'A haiku about gates') ;; esac
            fi
            for pattern in "${wanted[@]}"; do
                grep -q "$pattern" "$WORK/saw/direct-$name-$server" && continue
                fault "$name to $server, directly: no $pattern" "direct-$name-$server"
            done
        elif [[ -s "$WORK/saw/direct-$name-$server" ]]; then
            fault "$name to $server, directly: they were thought to have no era in common" "direct-$name-$server"
        fi
    done
done
printf 'directly: %d cells, %d faults (%d s)\n' $((${#SERVERS[@]} * ${#CLIENTS[@]})) "$FAULTS" "$SECONDS"
if [[ "${1:-}" == --direct ]] || ((FAULTS)); then
    ((FAULTS == 0)) && rm -rf "$WORK"
    exit $((FAULTS > 0))
fi

port=$(free_port)
dir="$WORK/gateway"
entries=()
for server in "${SERVERS[@]}"; do entries+=("$server=${URLS[$server]}"); done
closed_gateway "$dir" "$port" "${entries[@]}" || exit 1
"$CASEMATE" init "$WORK/other" >/dev/null 2>&1 || exit 1
ca="CA=$dir/pki/ca.pem"
certificate=("CERT=$dir/pki/agent.pem" "KEY=$dir/pki/agent.key")
stranger=("CERT=$WORK/other/pki/agent.pem" "KEY=$WORK/other/pki/agent.key")
token() { "$CASEMATE" token --config "$dir/casemate.yaml" --tenant example --subject "$1" --server "$2" --ttl 10m; }

for server in "${SERVERS[@]}"; do
    url="https://127.0.0.1:$port/mcp/$server"
    TOKENS[$server]=$(token alice "$server") || exit 1
    for name in "${CLIENTS[@]}"; do
        client "token-$name-$server" "$name" "$server" "$url" "$ca" "TOKEN=${TOKENS[$server]}"
        certifies "$name" && client "certificate-$name-$server" "$name" "$server" "$url" "$ca" "${certificate[@]}"
    done
done
# One client of each era at the closed doors.
KNOCKING=(python-modern python-legacy ts1)
other=$(token mallory python) || exit 1
for name in "${KNOCKING[@]}"; do
    url="https://127.0.0.1:$port/mcp/python"
    client "none-$name" "$name" python "$url" "$ca"
    # The signature of one token does not hold for another.
    client "forged-$name" "$name" python "$url" "$ca" "TOKEN=${TOKENS[python]%.*}.${other##*.}"
    client "elsewhere-$name" "$name" python "$url" "$ca" "TOKEN=${TOKENS[ts]}"
    client "stranger-$name" "$name" python "$url" "$ca" "${stranger[@]}"
done
finish

for server in "${SERVERS[@]}"; do
    for name in "${CLIENTS[@]}"; do
        for how in token certificate; do
            key="$how-$name-$server"
            [[ -e "$WORK/saw/$key" ]] || continue
            before=$FAULTS
            if speaks "$name" "$server"; then
                same "$name to $server, $how" "$key" "direct-$name-$server"
                cell=$how
            else
                # Both revisions are named.
                refused "$name to $server, $how" "$key" 2026-07-28 2025-11-25
                cell=refused
            fi
            ((FAULTS == before)) || cell=FAULT
            CELLS[$name/$server]+="${CELLS[$name/$server]:+, }$cell"
        done
    done
done
# The Python SDK has no words for a refusal without an id.
wordless='Server returned an error response'
for name in "${KNOCKING[@]}"; do
    refused "$name without credentials" "none-$name" "$wordless|401|[Aa]uthenti"
    refused "$name with another token's signature" "forged-$name" "$wordless|401|signature"
    refused "$name with a token for another server" "elsewhere-$name" "$wordless|401|resource"
    refused "$name with a certificate of another CA" "stranger-$name" 'SSL|TLS|ECONN|certificate|fetch failed|ReadError'
done

stop_all
"$CASEMATE" audit verify --dir "$dir/state/audit" || { printf 'FAULT the log does not verify\n'; FAULTS=$((FAULTS + 1)); }

printf '\n%-18s' ''
printf '%-22s' "${SERVERS[@]}"
for name in "${CLIENTS[@]}"; do
    printf '\n%-18s' "$name"
    for server in "${SERVERS[@]}"; do printf '%-22s' "${CELLS[$name/$server]}"; done
done
printf '\n\n%d faults, %d s\n' "$FAULTS" "$SECONDS"
if ((FAULTS == 0)); then rm -rf "$WORK"; else say "everything is in $WORK"; fi
exit $((FAULTS > 0))
