#!/usr/bin/env bash
# Runs the README's first commands as a stranger would: the `sh` blocks before its second heading, and after them its
# line with `casemate init`, followed by `casemate check`.
#
# `demo` gets `--once`, so that it ends; `./test` is what runs this; nothing else is changed.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
cd "$REPO" || exit 2

blocks() { awk -v upto="$1" '/^## / && upto { exit } /^```sh/ { on = 1; next } /^```/ { on = 0 } on && NF && !/^#/' README.md; }

run() {
    local started=$SECONDS
    printf '$ %s\n' "$1"
    timeout 1200 bash -c "$1" </dev/null || { say "failed: $1"; exit 1; }
    printf '  %d s\n' $((SECONDS - started))
}

demo=0
while IFS= read -r command; do
    case "$command" in
    ./test*) continue ;;
    *' -- demo'*) demo=1; [[ "$command" == *--once* ]] || command="$command --once" ;;
    esac
    run "$command"
done < <(blocks 1)
((demo)) || { say "the README does not begin with the demo"; exit 1; }

init=$(blocks '' | grep -m1 '^casemate init') || { say "the README does not show casemate init"; exit 1; }
work="$(mktemp -d)" || exit 2
trap 'rm -rf "$work"' EXIT
PATH="${CARGO_TARGET_DIR:-$REPO/target}/release:$PATH"
cd "$work" || exit 2
run "$init && casemate check"
