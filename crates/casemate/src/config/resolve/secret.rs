//! Secrets: they stand in files or in the process environment, never in the configuration itself.

use super::Context;
use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Span};
use crate::config::section::Section;
use crate::config::tree::Spanned;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use casemate_core::Secret;

/// Bytes of a secret.
const MAX: usize = 16 << 10;

/// The secret of a section with exactly one of `file` and `env`. It is held.
pub(super) fn read(cx: &mut Context<'_>, section: Section<'_>) -> Option<Secret> {
    let (span, secret) = value(cx, section)?;
    cx.hold(span, &secret);
    let scheme = section.text("prefix").map(|prefix| prefix.value.to_owned());
    parts(cx, scheme.as_deref(), &secret);
    Some(secret)
}

/// Registers what a header's value is made of: the credential behind its scheme, and what Basic encodes, the password and the
/// pair of user and password (RFC 7617, section 2).
fn parts(cx: &mut Context<'_>, scheme: Option<&str>, secret: &Secret) {
    let Some(text) = secret.expose_str() else { return };
    let (scheme, value) = match text.split_once(' ') {
        Some((written, rest))
            if scheme.is_none() && written.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') =>
        {
            cx.hold_quietly(rest.trim().as_bytes());
            (Some(written), rest.trim())
        }
        _ => (scheme, text),
    };
    if !scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("basic")) {
        return;
    }
    let Ok(pair) = STANDARD.decode(value).or_else(|_| STANDARD_NO_PAD.decode(value)) else { return };
    cx.hold_quietly(&pair);
    if let Some(at) = pair.iter().position(|b| *b == b':') {
        cx.hold_quietly(pair.get(at + 1..).unwrap_or_default());
    }
}

/// The same, with the place that names it, and not held.
pub(super) fn value(cx: &mut Context<'_>, section: Section<'_>) -> Option<(Span, Secret)> {
    match (section.text("file"), section.text("env")) {
        (Some(_), None) => from_file(cx, section),
        (None, Some(name)) => from_variable(cx, &name),
        _ => {
            let message = "a credential needs exactly one of `file` and `env`";
            let found = Diagnostic::error(Code::Credential, section.caret(), message).label("this credential");
            cx.push(found.help("give `file`, a file with the credential, or `env`, a variable with it"));
            None
        }
    }
}

fn from_file(cx: &mut Context<'_>, section: Section<'_>) -> Option<(Span, Secret)> {
    let path = section.path("file", cx.base)?;
    let data = cx.read(&path, MAX)?;
    cx.private(&path, &data);
    one_line(cx, &data.bytes, path.span, &format!("`{}`", path.value.display()))
}

fn from_variable(cx: &mut Context<'_>, name: &Spanned<&str>) -> Option<(Span, Secret)> {
    let Some(value) = cx.environment.variables.get(name.value).cloned() else {
        let found = Diagnostic::error(Code::Credential, name.span, format!("the variable `{}` is not set", name.value));
        cx.push(found.label("named here").help("set it in the environment of the gateway"));
        return None;
    };
    one_line(cx, value.as_bytes(), name.span, &format!("the variable `{}`", name.value))
}

fn one_line(cx: &mut Context<'_>, bytes: &[u8], span: Span, what: &str) -> Option<(Span, Secret)> {
    let trimmed = bytes.trim_ascii_end();
    if trimmed.is_empty() || trimmed.iter().any(u8::is_ascii_control) {
        let fault = if trimmed.is_empty() { "empty" } else { "more than one line" };
        let found = Diagnostic::error(Code::Credential, span, format!("{what} is {fault}")).label("named here");
        cx.push(found.help("it must hold the credential and nothing else"));
        return None;
    }
    Some((span, Secret::new(trimmed.to_vec())))
}
