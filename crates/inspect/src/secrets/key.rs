//! What a key says of the value beside it: that it is a password, a key, a header with credentials, or nothing of the kind.

use super::near::{NEAR, Near};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::sync::LazyLock;

/// What a key promises.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A password.
    Password,
    /// A key, a token, a secret.
    Key,
    /// A secret that may be as short as a password.
    Secret,
    /// Credentials behind the name of a scheme.
    Authorization,
    /// The private member of a JSON web key.
    Jwk,
    /// A format of a vendor that the key names; the flag is whether it says as well that it is a secret.
    Vendor(&'static Near, bool),
}

/// The longest key, in bytes.
pub(super) const LONGEST: usize = 64;

/// Endings that make a key one of a password, in lower case without separators.
const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "motdepasse",
    "contrasena",
    "senha",
    "pwd",
];

/// The same for secrets that an author may have chosen himself, or that an id may be.
const SECRETS: &[&str] = &[
    "secret",
    "credential",
    "credentials",
    "apikey",
    "apitoken",
    "accesstoken",
    "authtoken",
    "refreshtoken",
    "bearertoken",
    "secretkey",
    "privatekey",
];

/// The same for keys and tokens.
const KEYS: &[&str] = &[
    "token",
    "accesskey",
    "authkey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "accountkey",
    "sharedkey",
    "servicekey",
    "clientkey",
    "licensekey",
    "storagekey",
    "functionkey",
    "webhookkey",
    "sessionkey",
    "hmackey",
    "cryptokey",
    "appkey",
    "applicationkey",
    "consumerkey",
    "userkey",
    "adminkey",
    "rootkey",
    "subscriptionkey",
    "writekey",
    "secretkey",
    "presharedkey",
    "psk",
    "sessionid",
    "sessid",
    "phpsessid",
    "jwt",
    "bearer",
    "secretkeybase",
    "appsecret",
    "authcode",
    "pat",
    "ingestkey",
    "integrationkey",
    "serverkey",
    "routingkey",
    "accesscode",
    "xapikey",
    "auth",
];

const AUTHORIZATIONS: &[&str] = &["authorization", "proxyauthorization"];

/// What follows the ending without changing what it says.
const TAILS: &[&str] = &[
    "",
    "s",
    "value",
    "prod",
    "production",
    "dev",
    "staging",
    "live",
    "raw",
    "plain",
    "plaintext",
    "text",
    "string",
    "str",
    "base64",
    "b64",
    "data",
    "default",
    "env",
    "old",
    "new",
    "primary",
    "secondary",
    "main",
    "admin",
    "root",
    "user",
    "db",
    "base",
    "v",
    "confirmation",
    "confirm",
    "internal",
    "master",
    "a",
    "b",
    "key",
];

/// Keys that hold a word from above and no secret.
const NEUTRAL: &[&str] = &[
    "public",
    "csrf",
    "xsrf",
    "next",
    "page",
    "continuation",
    "cancel",
    "sync",
    "hash",
    "digest",
    "checksum",
    "fingerprint",
    "encrypted",
    "sealed",
    "idempotency",
    "cursor",
    "bypass",
    "compass",
    "passing",
    "special",
    "prompt",
    "completion",
    "counttoken",
    "maxtoken",
    "mintoken",
    "numtoken",
    "totaltoken",
    "inputtoken",
    "outputtoken",
    "eostoken",
    "bostoken",
    "padtoken",
    "stoptoken",
    "unktoken",
    "masktoken",
    "septoken",
    "clstoken",
    "lasttoken",
    "firsttoken",
    "progresstoken",
    "changetoken",
    "resumetoken",
    "pathtoken",
    "oauth2token",
    "tokentoken",
    "nonsecret",
    "notsecret",
    "trustlevel",
    "lock",
    "integrity",
];

struct Words {
    /// All of them, for what most keys are: nothing of the kind.
    any: Option<AhoCorasick>,
    roots: Option<AhoCorasick>,
    vendors: Option<AhoCorasick>,
    near: Vec<&'static Near>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let build = |words: Vec<&str>| AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(words).ok();
    let roots = [PASSWORDS, SECRETS, KEYS, AUTHORIZATIONS, &["pass", "pw"]].concat();
    let pairs = NEAR.iter().flat_map(|near| near.words.iter().map(move |word| (*word, near)));
    let (vendors, near): (Vec<&str>, Vec<&'static Near>) = pairs.unzip();
    let any = [roots.as_slice(), &vendors].concat();
    Words { any: build(any), roots: build(roots), vendors: build(vendors), near }
});

/// The letters and digits of a key, in lower case, and how many there are; `None` where it is too long.
fn fold(name: &[u8]) -> Option<([u8; LONGEST], usize)> {
    let mut buffer = [0u8; LONGEST];
    let mut length = 0;
    for byte in name.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    Some((buffer, length))
}

/// Whether a key may promise anything of any value.
pub(super) fn promises(name: &[u8]) -> bool {
    let Some((buffer, length)) = fold(name) else { return false };
    let folded = buffer.get(..length).unwrap_or_default();
    name == b"d" || WORDS.any.as_ref().is_none_or(|any| any.is_match(folded))
}

/// What the key `name` promises of `value`.
pub(super) fn kind(name: &[u8], value: &[u8]) -> Option<Kind> {
    let (buffer, length) = fold(name)?;
    let folded = buffer.get(..length)?;
    if folded == b"d" && name == b"d" {
        return Some(Kind::Jwk);
    }
    let words = &*WORDS;
    let secret = words.roots.as_ref().filter(|roots| roots.is_match(folded)).and_then(|_| root(name, folded));
    let named = words.vendors.as_ref().into_iter().flat_map(|vendors| vendors.find_overlapping_iter(folded));
    let mut fitting =
        named.filter_map(|found| words.near.get(found.pattern().as_usize())).filter(|near| near.fits(value));
    match (fitting.next(), secret) {
        (Some(near), Some(_)) => Some(Kind::Vendor(near, true)),
        (Some(near), None) if folded.ends_with(b"key") || folded.ends_with(b"sid") => Some(Kind::Vendor(near, false)),
        (_, secret) => secret,
    }
}

fn root(name: &[u8], folded: &[u8]) -> Option<Kind> {
    if NEUTRAL.iter().any(|word| memchr::memmem::find(folded, word.as_bytes()).is_some()) {
        return None;
    }
    let digits = folded.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let folded = folded.get(..folded.len() - digits)?;
    let ends = |words: &[&str]| words.iter().any(|word| ends_with(folded, word));
    if ends(AUTHORIZATIONS) {
        Some(Kind::Authorization)
    } else if ends(PASSWORDS) || pass(name) {
        Some(Kind::Password)
    } else if ends(SECRETS) {
        Some(Kind::Secret)
    } else if ends(KEYS) && (folded != b"pat" || name == b"PAT") && !short_tail(name) {
        Some(Kind::Key)
    } else {
        None
    }
}

/// Whether `folded` ends with `word`, but for what changes nothing.
fn ends_with(folded: &[u8], word: &str) -> bool {
    let word = word.as_bytes();
    memchr::memmem::rfind(folded, word).is_some_and(|at| {
        let tail = folded.get(at + word.len()..).unwrap_or_default();
        (word.len() > 4 || at == 0 || tail.is_empty()) && TAILS.iter().any(|known| known.as_bytes() == tail)
    })
}

/// What sets the words of a key apart.
const fn parts(byte: &u8) -> bool {
    matches!(*byte, b'_' | b'-' | b'.' | b' ' | b':' | b'/')
}

/// Short words count only as a word of their own: `pass`, `db_pass`, `PGPASS`.
fn pass(name: &[u8]) -> bool {
    let last = name.rsplit(parts).next().unwrap_or_default();
    ["pass", "pw", "pswd", "pgpass", "dbpass", "userpass", "mypass"]
        .iter()
        .any(|word| last.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether its last word only ends like `pat` or `auth`.
fn short_tail(name: &[u8]) -> bool {
    let last = name.rsplit(parts).next().unwrap_or_default();
    let folded = last.to_ascii_lowercase();
    let short =
        ["pat", "psk", "jwt", "auth"].iter().any(|word| folded.ends_with(word.as_bytes()) && folded.len() > word.len());
    short && !folded.ends_with(b"oauth")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_secrets_are_known_in_every_spelling() {
        let known = |name: &str| kind(name.as_bytes(), b"value").is_some();
        for name in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "client_secret",
            "clientSecret",
            "API-KEY",
            "x-api-key",
            "_authToken",
            "token",
            "pass",
            "MYSQL_PWD",
            "db.pass",
            "SECRET_KEY_BASE",
            "password2",
            "api_key_prod",
            "Authorization",
            "spring.datasource.password",
        ] {
            assert!(known(name), "{name}");
        }
        for name in [
            "password_hash",
            "token_count",
            "max_tokens",
            "next_token",
            "csrf_token",
            "secret_name",
            "key",
            "primary_key",
            "public_key",
            "bypass",
            "compass",
            "tokenizer",
            "passwordLength",
            "cache_key",
            "api_key_id",
            "secretArn",
            "format",
            "path",
            "credential_type",
        ] {
            assert!(!known(name), "{name}");
        }
    }
}
