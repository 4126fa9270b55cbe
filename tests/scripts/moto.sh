#!/usr/bin/env bash
# An S3 server that others wrote: puts, conditional puts, versions and locks are understood there, and boto3 finds what was
# stored. This server shortens retention, changes compliance to governance and suspends versioning, so the self-test must
# say exactly that of it; and the gateway serves with it only where copies are best effort.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
. "$HERE/lib.sh"
trap stop_all EXIT

MOTO_VERSION=5.2.5
BOTO_VERSION=1.44.5
WORM="${CARGO_TARGET_DIR:-$REPO/target}/debug/examples/worm"
CASEMATE="${CASEMATE_BIN:-${CARGO_TARGET_DIR:-$REPO/target}/${CASEMATE_PROFILE:-debug}/casemate}"

dir="$TOOLS/moto" want="moto=$MOTO_VERSION boto3=$BOTO_VERSION"
if ! stamped "$dir" "$want"; then
    say "installing moto into $dir"
    rm -rf "$dir"
    mkdir -p "$TOOLS"
    python3 -m venv "$dir" || exit 2
    retry 3 "$dir/bin/pip" install --quiet --disable-pip-version-check \
        "moto[server,s3]==$MOTO_VERSION" "boto3==$BOTO_VERSION" "botocore==$BOTO_VERSION" || exit 2
    printf '%s' "$want" >"$dir/.stamp"
fi

WORK="$(mktemp -d "${TMPDIR:-/tmp}/casemate-moto.XXXXXX")" || exit 2
FAULTS=0
# Nothing of the machine's own settings takes part.
export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing/secret+key AWS_CONFIG_FILE=/dev/null
export AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true NO_COLOR=1
unset AWS_SESSION_TOKEN AWS_PROFILE

# check LABEL COMMAND...
check() {
    local label=$1
    shift
    if "$@" >"$WORK/out" 2>&1; then
        printf 'ok    %s\n' "$label"
    else
        printf 'FAULT %s\n' "$label"
        tail -n 8 "$WORK/out" | cut -c1-400 | sed 's/^/      | /'
        FAULTS=$((FAULTS + 1))
    fi
}

port=$(free_port)
"$dir/bin/moto_server" -H 127.0.0.1 -p "$port" >"$WORK/moto.log" 2>&1 &
PIDS+=($!)
wait_port "$port" "${PIDS[-1]}" || { cat "$WORK/moto.log" >&2; exit 1; }
bucket=("http://127.0.0.1:$port" audit-log eu-central-1)
ask() { "$dir/bin/python" "$HERE/moto/check.py" "$1" "${bucket[@]}" "${@:2}"; }

check 'a bucket with Object Lock' ask bucket
head -c 3000000 /dev/urandom >"$WORK/segment"
timeout 120 "$WORM" "${bucket[@]}" "$WORK/segment" >"$WORK/said" 2>"$WORK/said.err"
status=$?
read -r _ key version sha256 < <(grep '^stored ' "$WORK/said")
check 'boto3 finds what was stored' ask stored "${key:-}" "${version:-}" "${sha256:-}"
check 'the same again is the same version' grep -qx 'again the same version' "$WORK/said"
check 'a version is read back' grep -qx 'read the same bytes' "$WORK/said"
check 'another object of the same name is a conflict' grep -qx 'other conflict' "$WORK/said"
check 'the signatures' ask signed "$WORK/moto.log"

# verdicts of the steps, in order
said=$(awk '$1 == "held" || $1 == "unproven" || $1 == "BROKEN" { print $1, $2 }' "$WORK/said")
expected='held write
held read
held put-again
held overwrite
held release-hold
held delete
held delete-marker
held delete-version
held delete-bypass
held extend
BROKEN shorten
BROKEN shorten-bypass
BROKEN downgrade
BROKEN downgrade-bypass
BROKEN suspend
held read-again'
check 'the self-test fails, and says of what' diff <(printf '%s\n' "$expected") <(printf '%s\n' "$said")
check 'its exit code says so' test "$status" -eq 4
((FAULTS)) && cat "$WORK/said" "$WORK/said.err"

# gateway WORM: a configuration that archives to the bucket; segments are closed after a minute.
gateway() {
    mkdir -p "$WORK/gateway"
    (
        umask 077
        printf '%s' "$AWS_ACCESS_KEY_ID" >"$WORK/gateway/id"
        printf '%s' "$AWS_SECRET_ACCESS_KEY" >"$WORK/gateway/secret"
    )
    cat >"$WORK/gateway/casemate.yaml" <<YAML
mcp_gateway:
  host: 127.0.0.1
  port: $(free_port)
  auth:
    mode: none
tenants:
  everyone:
    anonymous: true
audit:
  immutable: "off"
  heartbeat: 1s
  segment_age: 1m
  worm: $1
  archive_retention: 1h
  archive:
    - endpoint: ${bucket[0]}
      bucket: ${bucket[1]}
      region: ${bucket[2]}
      prefix: gateway-1
      access_key_id: { file: id }
      secret_access_key: { file: secret }
YAML
}

# until_archived LOG: the manifest has a whole segment.
until_archived() {
    local n=0
    while ((n < 120)); do
        manifest=$(ls "$WORK"/gateway/state/audit/archive/*.manifest 2>/dev/null)
        [[ -n "$manifest" ]] && grep -q '"first"' "$manifest" && return 0
        kill -0 "${PIDS[-1]}" 2>/dev/null || break
        sleep 1
        n=$((n + 1))
    done
    cat "$1" "$1.err"
    return 1
}

archive() { timeout 120 "$CASEMATE" audit archive "$1" --config "$WORK/gateway/casemate.yaml"; }

self_test_fails() {
    archive self-test >"$WORK/table" 2>&1
    [[ $? == 1 ]] && grep -q 'BROKEN    shorten ' "$WORK/table"
}

gateway required
timeout 60 "$CASEMATE" serve --config "$WORK/gateway/casemate.yaml" >"$WORK/refused" 2>&1
check 'a gateway that requires write-once storage does not start' test $? -ne 0 -a $? -ne 124
check 'and says that retention can be shortened' grep -q 'shorten BROKEN' "$WORK/refused"
check 'and what to do' grep -q 'casemate audit archive self-test' "$WORK/refused"
check 'it says the same when it is asked' self_test_fails

gateway best-effort
start_server "$WORK/serve" "$CASEMATE" serve --config "$WORK/gateway/casemate.yaml" || FAULTS=$((FAULTS + 1))
check 'with best effort it starts, and says so' grep -q 'best effort' "$WORK/serve.err"
check 'a closed segment is copied' until_archived "$WORK/serve"
check 'boto3 finds every object with version and digest of the manifest' ask manifest "${manifest:-}" gateway-1
check 'all of it is read back' archive check

stop_all
if ((FAULTS == 0)); then rm -rf "$WORK"; else say "$FAULTS faults; everything is in $WORK"; fi
exit $((FAULTS > 0))
