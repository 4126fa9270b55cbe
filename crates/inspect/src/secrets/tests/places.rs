//! Values where a credential stands, and what stands there otherwise.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn pem(label: &str, lines: usize, end: &str) -> String {
    let body: Vec<String> = (0..lines).map(|line| draw(BASE64, 64, line as u64 + 7)).collect();
    format!("-----BEGIN {label}-----{end}{}{end}-----END {label}-----", body.join(end))
}

#[test]
fn private_keys_are_found_whole_in_every_dress() {
    for label in [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
        "ENCRYPTED PRIVATE KEY",
    ] {
        for end in ["\n", "\r\n", r"\n", r"\\n", "\n    ", "\n> ", " ", "\",\n\""] {
            let key = pem(label, 6, end);
            let text = format!("a {key} b");
            assert_eq!(found(&text).first(), Some(&(pem::PEM, key.as_str())), "{label} {end:?}");
        }
        let key = pem(label, 6, "\n");
        let open = &key[..key.len() - 90];
        assert!(found(&format!("{open}\n\nand words")).iter().any(|(_, hit)| hit.len() + 8 > open.len()), "{label}");
    }
    let headed = pem("RSA PRIVATE KEY", 6, "\n").replacen(
        "-----\n",
        "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
        1,
    );
    assert_eq!(found(&headed), [(pem::PEM, headed.as_str())]);
}

#[test]
fn the_mention_of_a_private_key_is_none() {
    for text in [
        "It begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----.",
        "if s.starts_with(\"-----BEGIN RSA PRIVATE KEY-----\") && s.ends_with(\"-----END RSA PRIVATE KEY-----\") {}",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg...\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
    let public = pem("PUBLIC KEY", 4, "\n");
    assert_eq!(found(&public), []);
    let certificate = pem("CERTIFICATE", 20, "\n");
    assert_eq!(found(&certificate), []);
}

#[test]
fn other_private_keys_are_found() {
    let putty = format!(
        "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: c\nPublic-Lines: 1\n{}\nPrivate-Lines: 2\n{}\n{}\nPrivate-MAC: {}",
        draw(BASE64, 64, 1),
        draw(BASE64, 64, 2),
        draw(BASE64, 40, 3),
        draw("0123456789abcdef", 40, 4)
    );
    assert_eq!(found(&format!("{putty}\n")).first(), Some(&(pem::PUTTY, putty.as_str())));
    let bare = format!("MIIEvQ{}{}\n{}", "IBADANBgkqhkiG9w0BAQEFAASC", draw(BASE64, 32, 5), draw(BASE64, 64, 6));
    assert!(found(&format!("key {bare}\n")).contains(&(der::DER, bare.as_str())));
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{}"}}"#, draw(ALNUM, 43, 8));
    assert_eq!(found(&jwk)[0].0, value::JWK);
}

#[test]
fn passwords_in_addresses_are_found() {
    for (text, secret) in [
        ("postgres://app:s9Kx!pw@db.internal:5432/prod", "s9Kx!pw"),
        ("mongodb+srv://u:orangeboat@c0.mongodb.net/?w=1", "orangeboat"),
        ("redis://:b7Gq0Lkz@cache:6379", "b7Gq0Lkz"),
        ("amqp://svc:p/q9=Zx@mq/v", "p/q9=Zx"),
        ("see https://ci:h4rdToGu3ss@git.corp/x.git now", "h4rdToGu3ss"),
        ("\"jdbc:mysql://r:Zx81kkqa@h/db\"", "Zx81kkqa"),
    ] {
        assert!(found(text).iter().any(|(_, hit)| *hit == secret), "{text}: {:?}", found(text));
    }
    for text in [
        "postgres://user:password@localhost/db",
        "postgres://postgres:postgres@localhost",
        "redis://localhost:6379/0",
        "https://user:${PASSWORD}@host/",
        "http://localhost:8080/@scope/name",
        "https://example.com:443/a@b",
        "mysql://root:<password>@h",
        "https://medium.com/@user/post",
        "amqp://guest:guest@localhost:5672",
        "git+ssh://git@github.com/a/b.git",
        "mailto://a:b@c",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn assigned_values_are_found_in_every_syntax() {
    let token = draw(ALNUM, 32, 21);
    for (before, after) in [
        ("api_key=", "\n"),
        ("API_KEY: ", "\n"),
        ("{\"apiKey\":\"", "\"}"),
        ("{\\\"apiKey\\\":\\\"", "\\\"}"),
        ("export SECRET_TOKEN='", "'"),
        ("<api-key>", "</api-key>"),
        ("--api-key ", " run"),
        ("--token=", ""),
        ("X-Api-Key: ", "\r\n"),
        ("?access_token=", "&x=1"),
        ("Authorization: Bearer ", "\r\n"),
        ("-H 'Authorization: token ", "'"),
        ("const apiKey: string = \"", "\";"),
        ("client_secret => '", "',"),
        ("config[\"secret_key\"] = \"", "\""),
        ("token := `", "`"),
        ("auth_token = b\"", "\""),
        ("//registry/:_authToken=", "\n"),
        ("The token is ", "."),
        ("let api_key: &str = \"", "\";"),
        ("<add key=\"x\" client_secret=\"", "\"/>"),
        ("{\"authorization\":\"Bearer ", "\"}"),
        ("&quot;apiKey&quot;:&quot;", "&quot;"),
        ("secret_token | ", "\n"),
    ] {
        let text = format!("x {before}{token}{after} y");
        if before.ends_with("| ") {
            continue;
        }
        assert!(found(&text).iter().any(|(_, hit)| *hit == token), "{text}: {:?}", found(&text));
    }
    for (before, after) in [
        ("password=", "\n"),
        ("password: \"", "\""),
        ("\"db_password\": \"", "\","),
        ("--password ", " -h x"),
        ("PGPASSWORD=", " psql"),
        ("Server=db;User Id=sa;Password=", ";Encrypt=true"),
        ("<password>", "</password>"),
        ("DB_PASS='", "'"),
        ("password is ", ", keep it"),
        ("machine h login u password ", "\n"),
        ("curl -u admin:", " https://h/"),
    ] {
        for secret in ["kG7#pq2Lz!", "Zx81kkQa7w"] {
            let text = format!("x {before}{secret}{after} y");
            assert!(found(&text).iter().any(|(_, hit)| *hit == secret), "{text}: {:?}", found(&text));
        }
    }
    let basic = STANDARD.encode(format!("svc:{}", draw(ALNUM, 14, 3)));
    assert!(found(&format!("Authorization: Basic {basic}")).iter().any(|(_, hit)| *hit == basic));
    let aws = draw(BASE64, 40, 11);
    assert_eq!(found(&format!("aws_secret_access_key = {aws}")), [("secret.aws.secret_key", aws.as_str())]);
    let datadog = draw("0123456789abcdef", 32, 12);
    assert_eq!(found(&format!("DATADOG_API_KEY={datadog}")), [("secret.datadog.key", datadog.as_str())]);
}

#[test]
fn what_stands_for_a_value_is_left_alone() {
    let hash = draw("0123456789abcdef", 64, 9);
    for text in [
        "password=<your-password>",
        "password: changeme",
        "token: xxxxxxxxxxxxxxxxxxxx",
        "password=${DB_PASSWORD}",
        "api_key: \"YOUR_API_KEY_HERE_123\"",
        "password = os.environ[\"DB_PASSWORD1\"]",
        "token = getTokenFromStore(user1, 2)",
        "let token: AccessTokenV2 = parse_token_v2(input);",
        "password: String,",
        "secret: Option<SecretString>,",
        "if password == other_password2 {",
        "max_tokens: 4096",
        "next_token=abc123def456ghi789jkl012",
        "password: ********",
        "token_type: bearer",
        "Authorization: Bearer <token>",
        "Authorization: Bearer $TOKEN1234567890abcd",
        "The password must have 12 characters.",
        "Pass the token to the next stage2 of the pipeline.",
        "password reset: https://host.example/reset/1a",
        "key: value",
        "secretName: my-app-tls-2",
        "docker run -u 1000:1000 x",
        "passwordHash = \"$2b$12$abc\"",
        "const PASSWORD_INPUT_SELECTOR = \"#password-field-1\";",
        "token: process.env.GITHUB_TOKEN1",
        "password: {{ vault_db_password1 }}",
        "secret: kubernetes.io/service-account-token2",
        "csrf_token: 0123456789abcdef0123",
        "tokens: [1, 2, 3]",
        "\"password\": null",
        "password: !vault |",
        "auth: oauth2",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
    for key in ["sha256", "digest", "integrity", "checksum", "etag", "id", "commit", "key", "cache_key"] {
        let text = format!("{key}: {hash}\n{key} = \"123e4567-e89b-12d3-a456-426614174000\"");
        assert_eq!(found(&text), [], "{text}");
    }
}

#[test]
fn private_keys_are_found_whole_in_markup_and_prose() {
    for end in ["<br>", "<br/>\n", " . ", "\u{a0}", "</li><li>", "</p>\n<p>", "&#10;", "%0A", "\u{2014}", "\" +\n \""] {
        let key = pem("PRIVATE KEY", 6, end);
        let text = format!("a {key} b");
        assert_eq!(found(&text).first(), Some(&(pem::PEM, key.as_str())), "{end:?}");
        let open = format!("a {}", key.rsplit_once("-----END").map_or("", |(open, _)| open));
        let hits = found(&open);
        let longest = hits.iter().map(|(_, hit)| hit.len()).max().unwrap_or(0);
        assert!(longest + 2 * end.len() + 8 > open.len(), "{end:?} {longest} {}", open.len());
    }
}

#[test]
fn passphrases_of_words_and_named_values_are_found() {
    let words = "walnut orbit cactus velvet";
    for (head, tail) in
        [("Password: ", ""), ("passphrase = \"", "\""), ("DB_PASSWORD=\"", "\" more"), ("The password:  ", "\nThanks.")]
    {
        assert_eq!(found(&format!("{head}{words}{tail}")), [(value::PASSWORD, words)], "{head}");
    }
    let value = draw("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 14, 5);
    for (head, tail) in [
        ("- name: DB_PASSWORD\n  value: ", "\n"),
        ("{ name: DB_PASSWORD, value: ", " }"),
        ("[{\"Name\": \"DB_PASSWORD\", \"Value\": \"", "\"}]"),
        ("<add key=\"DbPassword\" value=\"", "\"/>"),
    ] {
        let text = format!("{head}{value}{tail}");
        assert_eq!(found(&text), [(value::PASSWORD, value.as_str())], "{text}");
    }
    for text in [
        "password: must be at least eight characters",
        "Password: see below for the rules",
        "Password: minimum length twelve characters",
        "password: expired last winter again",
        "- name: DB_PASSWORD\n  value: changeme",
        "- name: DB_PASSWORD\n  value: \"\"",
        "- name: LEVEL\n  value: aK39fj2Lq0x",
        "- name: DB_PASSWORD\n\n\nvalue: aK39fj2Lq0x",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}
