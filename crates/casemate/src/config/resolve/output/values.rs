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

/// Reads the values that the operator names, and says how many there are: like every credential that is read, they are
/// held. One that is too weak for that is an error here: it was named for nothing else.
pub(super) fn registered(cx: &mut Context<'_>, section: Section<'_>) -> usize {
    let mut named = 0;
    for entry in section.sections("registered") {
        let Some((span, value)) = secret::value(cx, entry) else { continue };
        if let Err(fault) = Registered::check(value.expose()) {
            let message = format!("the value cannot be registered: {fault}");
            let help = "a registered value is taken out wherever it stands: one that ordinary text may hold would take \
                        ordinary text out. Make it longer and random";
            cx.push(Diagnostic::error(Code::WeakSecret, span, message).label("named here").help(help));
        } else {
            cx.hold(span, &value);
            named += 1;
        }
    }
    named
}

/// The rules of a file in the format of gitleaks.
pub(super) fn gitleaks(cx: &mut Context<'_>, section: Section<'_>) -> Option<(Arc<Imported>, Digest)> {
    let path = section.path("gitleaks", cx.base)?;
    let data = cx.read(&path, MAX)?;
    let imported = std::str::from_utf8(&data.bytes).map_err(|fault| fault.to_string());
    match imported.and_then(|text| Imported::parse(text).map_err(|fault| fault.to_string())) {
        Ok(imported) => {
            for note in imported.notes() {
                let message = format!("`{}`: {note}", path.value.display());
                cx.push(Diagnostic::warning(Code::Unenforceable, path.span, message).label("named here"));
            }
            Some((Arc::new(imported), Digest::of(&data.bytes)))
        }
        Err(fault) => {
            let message = format!("`{}` cannot be used: {fault}", path.value.display());
            let found = Diagnostic::error(Code::Value, path.span, message).label("named here");
            cx.push(found.help("rules have `id` and `regex`; expressions have neither look-around nor backreferences"));
            None
        }
    }
}
