//! Addresses that hold a password: of databases, brokers and directories, and of anything with a user part (RFC 3986, section
//! 3.2.1).

use super::{Hits, random};
use memchr::memmem;
use std::ops::Range;

/// The rules.
pub(super) const DATABASE: &str = "secret.url.database";
pub(super) const BASIC: &str = "secret.url.basic";

/// The longest user part, in bytes.
const LONGEST: usize = 512;

/// What the schemes of databases, brokers and the like begin with.
const SCHEMES: &[&str] = &[
    "postgres",
    "mysql",
    "mariadb",
    "mssql",
    "sqlserver",
    "oracle",
    "mongodb",
    "redis",
    "valkey",
    "amqp",
    "kafka",
    "nats",
    "mqtt",
    "stomp",
    "clickhouse",
    "cockroach",
    "couchbase",
    "couchdb",
    "neo4j",
    "bolt",
    "cassandra",
    "elastic",
    "opensearch",
    "memcached",
    "influx",
    "ldap",
    "smtp",
    "imap",
    "pop3",
    "snowflake",
    "redshift",
    "libsql",
    "db2",
    "presto",
    "trino",
    "vertica",
    "hive",
    "rabbitmq",
    "ftp",
    "sftp",
    "ssh",
    "socks5",
    "rtsp",
    "jdbc",
    "celery",
    "timescale",
    "sybase",
    "firebird",
    "surrealdb",
    "arangodb",
];

/// Finds passwords in addresses.
pub(super) fn find(bytes: &[u8], hits: &mut Hits<'_>) {
    for at in memmem::find_iter(bytes, b"://") {
        if let Some((rule, span)) = password(bytes, at) {
            hits.add_weak(rule, span);
        }
    }
}

fn password(bytes: &[u8], colon: usize) -> Option<(&'static str, Range<usize>)> {
    let start = colon + 3;
    let rest = bytes.get(start..bytes.len().min(start + LONGEST))?;
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\');
    let whole = rest.iter().position(ends).unwrap_or(rest.len());
    let rest = rest.get(..whole)?;
    let authority = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(whole);
    let before = bytes.get(..colon)?;
    let scheme = before
        .iter()
        .rev()
        .take(24)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'+' | b'-' | b'.'));
    let scheme = before.get(before.len() - scheme.count()..)?;
    let database =
        SCHEMES.iter().any(|known| scheme.len() >= known.len() && random::contains(scheme, known.as_bytes()));
    // The password of a database is often not encoded as the standard asks.
    let at = match memchr::memrchr(b'@', rest.get(..authority)?) {
        None if database => memchr::memrchr(b'@', rest)?,
        at => at?,
    };
    let part = rest.get(..at)?;
    let Some(split) = memchr::memchr(b':', part) else {
        return (random::token(part) && part.len() >= 20).then_some((BASIC, start..start + at));
    };
    let (user, secret) = (part.get(..split)?, part.get(split + 1..)?);
    let span = start + split + 1..start + at;
    if database {
        return (!weak(user, secret)).then_some((DATABASE, span));
    }
    if random::token(user) && matches!(secret, b"" | b"x-oauth-basic" | b"x") {
        return Some((BASIC, start..start + split));
    }
    let chosen = secret.len() >= 8 || secret.iter().any(|byte| !byte.is_ascii_alphabetic());
    (chosen && !secret.iter().all(u8::is_ascii_digit) && !weak(user, secret)).then_some((BASIC, span))
}

/// Words that documentation, examples and a fresh installation have in the place of a password.
const USUAL: &[&str] = &[
    "pass",
    "pwd",
    "passw",
    "postgres",
    "mysql",
    "root",
    "admin",
    "guest",
    "user",
    "username",
    "tiger",
    "foo",
    "bar",
    "baz",
    "hunter2",
    "redis",
    "rabbitmq",
    "mongo",
    "mongodb",
    "minio",
    "minioadmin",
    "letmein",
    "qwerty",
    "docker",
    "airflow",
    "keycloak",
    "p@ss",
    "mypass",
    "dbpass",
    "pw",
    "toor",
    "sa",
    "x-oauth-basic",
    "x-access-token",
    "userpass",
    "test",
    "hello",
    "world",
    "authority",
    "demo",
    "none",
    "local",
    "localhost",
    "1234",
    "12345",
    "123456",
    "abc123",
    "elastic",
    "neo4j",
    "clickhouse",
    "p4ssw0rd",
    "pass123",
    "api",
    "oauth2",
    "git",
    "host",
    "port",
];

/// Whether it is no password that anyone would miss.
pub(super) fn weak(user: &[u8], password: &[u8]) -> bool {
    password.len() < 5
        || password.eq_ignore_ascii_case(user)
        || USUAL.iter().any(|word| password.eq_ignore_ascii_case(word.as_bytes()))
        || !password.iter().all(u8::is_ascii_graphic)
        || random::template(password)
}
