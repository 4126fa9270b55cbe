#!/usr/bin/env bash
# A gateway for the test scripts: writes a casemate.yaml and serves it. Source it after lib.sh and tools.sh.

CASEMATE="${CASEMATE_BIN:-${CARGO_TARGET_DIR:-$REPO/target}/${CASEMATE_PROFILE:-debug}/casemate}"

# open_gateway DIR PORT NAME=URL...: for anyone on loopback, every server open, so that only Casemate itself is tested.
open_gateway() {
    local dir=$1 port=$2 entry
    shift 2
    mkdir -p "$dir"
    {
        cat <<YAML
mcp_gateway:
  host: 127.0.0.1
  port: $port
  auth:
    mode: none
  rate_limits:
    tenant_default_rpm: 1000000
  allowlists:
    allowed_mcp_servers: [127.0.0.1]
  headers:
    required: []
  env:
    - name: MCP_ALLOWED_DOMAINS
      value: 127.0.0.1
tenants:
  everyone:
    anonymous: true
    rules:
      - servers: ["*"]
        tools: ["*"]
        resources: ["*"]
        prompts: ["*"]
        completion: true
        subscriptions: true
YAML
        upstream_entries "$@"
    } >"$dir/casemate.yaml"
    serve_gateway "$dir" "$port"
}

# closed_gateway DIR PORT NAME=URL...: certificates or tokens, made by `casemate init` in DIR.
closed_gateway() {
    local dir=$1 port=$2
    shift 2
    mkdir -p "$dir"
    "$CASEMATE" init "$dir/pki" >"$dir/init.out" 2>"$dir/init.err" || { cat "$dir/init.err" >&2; return 1; }
    "$PYTHON" "$REPO/tests/scripts/matrix/configure.py" "$dir/pki/casemate.yaml" "$port" "$@" || return 1
    serve_gateway "$dir/pki" "$port"
}

upstream_entries() {
    local entry
    printf 'upstreams:\n'
    for entry in "$@"; do
        printf '  - name: %s\n    url: %s\n    revision: 2026-07-28\n    requests: [elicitation, sampling, roots]\n' \
            "${entry%%=*}" "${entry#*=}"
    done
}

serve_gateway() {
    local dir=$1 port=$2
    "$CASEMATE" serve --config "$dir/casemate.yaml" --state "$dir/state" >"$dir/serve.out" 2>"$dir/serve.err" &
    PIDS+=($!)
    if ! wait_port "$port" "${PIDS[-1]}"; then
        say "the gateway did not start:"
        cat "$dir/serve.out" "$dir/serve.err" >&2
        return 1
    fi
}
