//! What a bundle tells the person who has it in hand.

/// The text. It repeats nothing of the log but where that began, when entries before `first` were pruned: what is asked and
/// what was found stands in the manifest.
pub(super) fn text(first: u64) -> String {
    if first == 0 {
        return TEXT.to_owned();
    }
    format!(
        "{TEXT}\nThe log had been pruned: it was read from entry {first} on (`first` in manifest.json). Records\n\
         before it are not here, even where they answer the question; an archive may have them.\n"
    )
}

const TEXT: &str = r#"Evidence from an audit log
==========================

This directory holds records of one tenant from a transparency log, and for each the proof that it
is in that log. It is checked without network and without trust in the host that made it. What it
takes is the log's public key from somewhere else than this directory: keys.txt says which keys the
host claimed.

  manifest.json    the question, the tree, the number of records, each file with its SHA-256
  records.jsonl    the records, oldest first, one a line: the exact bytes that were hashed
  proofs.txt       for each record, in the same order, its index and its inclusion proof
  checkpoint       the signed tree head that every proof leads to (C2SP tlog-checkpoint)
  keys.txt         the log's public keys, as the host has them
  policies/        policies that the records name, where they were asked for

With casemate
-------------

  casemate audit check-export DIR --key VKEY

checks every record against its proof and the checkpoint, that it belongs to the tenant and to the
question that the manifest names, and every file against the manifest. It names the first record
that is wrong. With `--witness VKEY --quorum K` the checkpoint must have been cosigned too.

With any other C2SP client
--------------------------

The proof of one record as a C2SP tlog-proof file, and the record as it was hashed (no newline at
its end); 17 stands for its index:

  { echo c2sp.org/tlog-proof@v1
    awk -v RS= -v i=17 '$1 == "index" && $2 == i' proofs.txt
    echo; cat checkpoint; } > 17.tlog-proof
  grep '"seq":17,' records.jsonl | tr -d '\n' > 17.json

The leaf hash is SHA-256 over a byte 0x00 and the record (RFC 6962 section 2.1).

What this proves, and what it does not
--------------------------------------

It proves that each record was in the log when the checkpoint was signed, and has not changed since.
With cosignatures it proves that independent witnesses had seen that log by then, so that its
operator cannot show another one to somebody else unnoticed.

It does not prove that nothing was left out. Nobody who has only this directory can tell whether the
log holds further records of this tenant: the hashes of other records say nothing of whose they are.
Whoever must know that reads the whole log up to the same checkpoint (`casemate audit verify`, then
`casemate audit query --scan`, or the admin listener's tiles and entries), or compares the receipts
that the tenant's own clients have kept: every answer carried the index and leaf hash of its record.

It does not prove that a record is true, nor when it was written, beyond the times that witnesses
vouch for. It holds no values: arguments and answers stand in records as commitments, and neither
salts nor keys are here. manifest.json is not signed: it finds damage on the way, and nothing else.
"#;
