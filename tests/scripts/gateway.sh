#!/usr/bin/env bash
# A gateway for the test scripts: writes a casemate.yaml and serves it. Source it after lib.sh and tools.sh.
#
# READ_ONLY[NAME] are the tools of a server that its entry lists as read-only, UNMANAGED[NAME] those that the tenant may
# call all the same, both separated by blanks. RECEIPT is where the open gateway's clients find receipts: header or meta.
declare -A READ_ONLY=() UNMANAGED=()

CASEMATE="${CASEMATE_BIN:-${CARGO_TARGET_DIR:-$REPO/target}/${CASEMATE_PROFILE:-debug}/casemate}"

# open_gateway DIR PORT NAME=URL...: for anyone on loopback, every server open, so that only Casemate itself is tested.
open_gateway() {
    local dir=$1 port=$2
    shift 2
    mkdir -p "$dir" || return 1
    {
        cat <<YAML
mcp_gateway:
  host: 127.0.0.1
  port: $port
  auth:
    mode: none
YAML
        common_entries 'required: []'
        cat <<YAML
tenants:
  everyone:
    anonymous: true
    receipt: ${RECEIPT:-header}
YAML
        open_rules "$@"
        upstream_entries "$@"
    } >"$dir/casemate.yaml"
    serve_gateway "$dir" "$port"
}

# closed_gateway DIR PORT NAME=URL...: for a client certificate or a token, with what `casemate init` made in DIR.
closed_gateway() {
    local dir=$1 port=$2
    shift 2
    "$CASEMATE" init "$dir" >"$dir.init" 2>&1 || { cat "$dir.init" >&2; return 1; }
    {
        cat <<YAML
mcp_gateway:
  host: 127.0.0.1
  port: $port
  public_url: https://127.0.0.1:$port
  tls:
    certificate: pki/server.pem
    key: pki/server.key
  auth:
    mode: mTLS
    trusted_certs_path: pki/ca.pem
    jwt:
      issuer: https://issuer.casemate.local
      jwks_uri: file:pki/jwks.json
YAML
        common_entries 'required: [X-Trace-ID, X-MCP-Client]'
        cat <<YAML
tenants:
  example:
    certificates:
      - san: spiffe://casemate.local/agents/*
        scopes: [mcp]
    tokens:
      - claim: tenant
        value: example
YAML
        open_rules "$@"
        upstream_entries "$@"
    } >"$dir/casemate.yaml"
    serve_gateway "$dir" "$port"
}

# token_gateway DIR PORT ISSUER JWKS_URI JWKS_CA NAME=URL...: for the tokens of an issuer.
token_gateway() {
    local dir=$1 port=$2 issuer=$3 keys=$4 ca=$5
    shift 5
    "$CASEMATE" init "$dir" >"$dir.init" 2>&1 || { cat "$dir.init" >&2; return 1; }
    {
        cat <<YAML
mcp_gateway:
  host: 127.0.0.1
  port: $port
  public_url: https://127.0.0.1:$port
  tls:
    certificate: pki/server.pem
    key: pki/server.key
  auth:
    mode: jwt
    jwt:
      issuer: $issuer
      jwks_uri: $keys
      jwks_ca: $ca
YAML
        common_entries 'required: []'
        cat <<YAML
tenants:
  example:
    tokens:
      - claim: tenant
        value: example
YAML
        open_rules "$@"
        upstream_entries "$@"
    } >"$dir/casemate.yaml"
    serve_gateway "$dir" "$port"
}

common_entries() {
    cat <<YAML
  rate_limits:
    tenant_default_rpm: 1000000
    unauthenticated_rpm: 1000000
  allowlists:
    allowed_mcp_servers: [127.0.0.1]
  headers:
    $1
  env:
    - name: MCP_ALLOWED_DOMAINS
      value: 127.0.0.1
YAML
}

# names [NAME]...: a YAML list.
names() {
    local IFS=,
    printf '[%s]' "$*"
}

open_rules() {
    cat <<YAML
    rules:
      - servers: ["*"]
        tools: ["*"]
        resources: ["**"]
        prompts: ["*"]
        completion: true
        subscriptions: true
YAML
    local entry
    printf '    unmanaged_tools:\n'
    for entry in "$@"; do printf '      %s: %s\n' "${entry%%=*}" "$(names ${UNMANAGED[${entry%%=*}]:-})"; done
}

upstream_entries() {
    local entry name
    printf 'upstreams:\n'
    for entry in "$@"; do
        name=${entry%%=*}
        printf '  - name: %s\n    url: %s\n    requests: [elicitation, elicitation-url, sampling, roots]\n' "$name" "${entry#*=}"
        printf '    pins: trust-first\n    read_only: %s\n' "$(names ${READ_ONLY[$name]:-})"
    done
}

serve_gateway() {
    local dir=$1 port=$2
    # What is made here is removed like any other file, and a disk that is slow for a moment is not what is tested.
    printf 'audit: { immutable: "off", deadline: 10s }\n' >>"$dir/casemate.yaml"
    "$CASEMATE" serve --config "$dir/casemate.yaml" --state "$dir/state" >"$dir/serve.out" 2>"$dir/serve.err" &
    PIDS+=($!)
    if ! wait_port "$port" "${PIDS[-1]}"; then
        say "the gateway did not start:"
        cat "$dir/serve.out" "$dir/serve.err" >&2
        return 1
    fi
}
