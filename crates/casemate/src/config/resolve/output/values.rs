//! Registered values, and rules of another program.

use crate::config::codes::Code;
use crate::config::diagnostic::Diagnostic;
use crate::config::resolve::{Context, secret};
use crate::config::section::Section;
use casemate_core::digest::Digest;
use casemate_inspect::Registered;
use casemate_inspect::secrets::Imported;
use std::sync::Arc;

/// Bytes of a file of rules.
const MAX: usize = 4 << 20;

/// Reads the values that the operator names: like every credential that is read, they are held.
pub(super) fn registered(cx: &mut Context<'_>, section: Section<'_>) {
    for entry in section.sections("registered") {
        let Some(value) = secret::read(cx, entry) else { continue };
        if let Err(fault) = Registered::check(value.expose()) {
            let message = format!("the value cannot be registered: {fault}");
            let help = "a registered value is taken out wherever it occurs: one that ordinary text holds would take \
                        ordinary text out. Make it longer and random";
            cx.push(Diagnostic::error(Code::Credential, entry.caret(), message).label("this value").help(help));
        }
    }
}

/// The rules of a file in the format of gitleaks.
pub(super) fn gitleaks(cx: &mut Context<'_>, section: Section<'_>) -> Option<(Arc<Imported>, Digest)> {
    let path = section.path("gitleaks", cx.base)?;
    let data = cx.read(&path, MAX)?;
    let imported = std::str::from_utf8(&data.bytes).map_err(|fault| fault.to_string());
    match imported.and_then(|text| Imported::parse(text).map_err(|fault| fault.to_string())) {
        Ok(imported) => Some((Arc::new(imported), Digest::of(&data.bytes))),
        Err(fault) => {
            let message = format!("`{}` cannot be used: {fault}", path.value.display());
            let found = Diagnostic::error(Code::Value, path.span, message).label("named here");
            cx.push(found.help("rules have `id` and `regex`; expressions have neither look-around nor backreferences"));
            None
        }
    }
}
