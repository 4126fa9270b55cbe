#!/usr/bin/env bash
# Runs the README's commands: every line of its fenced blocks that are marked `sh tested`.
#
# `demo` gets `--once`, so that it ends; nothing else is changed.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
cd "$REPO" || exit 2

[[ -f README.md ]] || { say "there is no README.md"; exit 77; }
mapfile -t commands < <(awk '/^```sh tested/ { on = 1; next } /^```/ { on = 0 } on && NF && !/^#/' README.md)
((${#commands[@]})) || { say "the README has no block that is marked \`sh tested\`"; exit 1; }
for command in "${commands[@]}"; do
    [[ "$command" == *" demo"* && "$command" != *--once* ]] && command="$command --once"
    printf '$ %s\n' "$command"
    started=$SECONDS
    timeout 1200 bash -c "$command" </dev/null || { say "failed: $command"; exit 1; }
    printf '  %d s\n' $((SECONDS - started))
done
