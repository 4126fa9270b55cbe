#!/usr/bin/env bash
# An S3 server that others wrote: puts, conditional puts, versions and locks are understood there, and boto3 finds what was
# stored. This server shortens retention, changes compliance to governance and suspends versioning, so the self-test must
# say exactly that of it.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
. "$HERE/lib.sh"
trap stop_all EXIT

MOTO_VERSION=5.2.5
BOTO_VERSION=1.44.5
WORM="${CARGO_TARGET_DIR:-$REPO/target}/debug/examples/worm"

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

stop_all
if ((FAULTS == 0)); then rm -rf "$WORK"; else say "$FAULTS faults; everything is in $WORK"; fi
exit $((FAULTS > 0))
