#!/usr/bin/env bash
# What the test scripts share: starting a server in the background, waiting for its address, stopping all of them.

PIDS=()
stop_all() {
    local pid
    for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null; done
    for pid in "${PIDS[@]}"; do wait "$pid" 2>/dev/null; done
    PIDS=()
}

# start_server LOG COMMAND...: runs it in the background; ADDRESS becomes the `127.0.0.1:PORT` that it prints.
start_server() {
    local log=$1 n=0
    shift
    "$@" >"$log" 2>"$log.err" &
    PIDS+=($!)
    ADDRESS=
    while ((n < 300)); do
        ADDRESS=$(grep -oE '127\.0\.0\.1:[0-9]+' "$log" 2>/dev/null | head -n1)
        [[ -n "$ADDRESS" ]] && return 0
        if ! kill -0 "${PIDS[-1]}" 2>/dev/null; then break; fi
        sleep 0.1
        n=$((n + 1))
    done
    say "did not start: $*"
    cat "$log" "$log.err" >&2
    return 1
}

# free_port: a port that nothing listens on now.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_port PORT [PID]: until something listens there, at most 30 seconds.
wait_port() {
    local n=0
    while ((n < 300)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
        if [[ -n "${2:-}" ]] && ! kill -0 "$2" 2>/dev/null; then return 1; fi
        sleep 0.1
        n=$((n + 1))
    done
    return 1
}
