#!/usr/bin/env bash
# Known vulnerabilities: `cargo deny check advisories` against the current RustSec database or, without network,
# against the dated copy that CASEMATE_ADVISORY_DB names.
set -u
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$HERE/tools.sh"
cd "$REPO" || exit 2
PATH="$TOOLS/cargo/bin:$PATH"

if timeout 120 cargo deny fetch db >/dev/null 2>&1; then
    echo "advisories: the database of today"
    exec cargo deny --offline --locked check advisories
fi

copy="${CASEMATE_ADVISORY_DB:-}"
if [[ -z "$copy" ]]; then
    for copy in ../shared/advisory-db/*.tar.xz; do break; done
fi
if [[ ! -f "$copy" ]]; then
    say "the RustSec database cannot be fetched, and CASEMATE_ADVISORY_DB names no copy of it"
    exit 77
fi

home="$(mktemp -d)" || exit 2
trap 'rm -rf "$home"' EXIT
db="$home/db/advisory-db-3157b0e258782691"
mkdir -p "$db"
tar -xJf "$copy" -C "$db" || exit 1
# An archive with one top folder: its content is the database.
if [[ ! -d "$db/crates" ]]; then
    top=("$db"/*)
    shopt -s dotglob
    mv "${top[0]}"/* "$db"/ && rmdir "${top[0]}"
fi
newest=$(find "$db/crates" -name '*.md' -printf '%T@\n' | sort -n | tail -n1)
date="@${newest%.*}"
(
    cd "$db" || exit 1
    git init -q . && git add -A &&
        GIT_AUTHOR_DATE="$date" GIT_COMMITTER_DATE="$date" git -c user.name=advisories -c user.email=advisories@localhost \
            commit -q --no-gpg-sign -m "a dated copy" && git rev-parse HEAD >.git/FETCH_HEAD && touch -d "$date" .git/FETCH_HEAD
) || exit 1
echo "advisories: a copy that is $((($(date +%s) - ${date#@}) / 86400)) days old"
sed "s|^\[advisories\]|[advisories]\ndb-path = \"$home/db\"|" deny.toml >"$home/deny.toml"
cargo deny --offline --locked --config "$home/deny.toml" check advisories
