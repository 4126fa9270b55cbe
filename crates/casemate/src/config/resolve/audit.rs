//! The settings of the log itself.

use super::Context;
use crate::config::codes::Code;
use crate::config::diagnostic::Diagnostic;
use crate::config::scalar;
use crate::config::section::Section;
use casemate_audit::{Capture, Config, Mode};
use casemate_core::{TenantId, TraceId};
use std::path::Path;

/// What low_disk_bytes is at least where it is not written.
const LOW_DISK: u64 = 1 << 30;

pub(super) fn resolve(cx: &mut Context<'_>, section: Section<'_>, state: &Path) -> Config {
    let defaults = Config::new(state.join("audit"));
    let reserve_bytes = section.bytes("reserve_bytes");
    Config {
        deadline: section.duration("deadline"),
        reserve_bytes,
        low_disk_bytes: low_disk(cx, section, reserve_bytes),
        anonymous_per_minute: section.count32("anonymous_per_minute").unwrap_or(defaults.anonymous_per_minute),
        heartbeat: section.duration("heartbeat"),
        segment_age: section.duration("segment_age"),
        immutable: section.word("immutable") == "auto",
        capture: Capture::ALL
            .into_iter()
            .find(|capture| capture.as_str() == section.word("capture"))
            .unwrap_or_default(),
        legal_hold: section.texts("legal_hold").iter().filter_map(|name| TenantId::parse(name.value).ok()).collect(),
        held_traces: section
            .texts("legal_hold_traces")
            .iter()
            .filter_map(|trace| TraceId::parse(trace.value).ok())
            .collect(),
        retention: section.text("retention").and_then(|text| scalar::read_duration(text.value)),
        mode: Mode::ALL.into_iter().find(|mode| mode.as_str() == section.word("mode")).unwrap_or_default(),
        ..defaults
    }
}

/// The alarm must come before the refusal.
fn low_disk(cx: &mut Context<'_>, section: Section<'_>, reserve: u64) -> u64 {
    let Some(written) = section.text("low_disk_bytes") else { return reserve.saturating_mul(2).max(LOW_DISK) };
    let low = scalar::read_bytes(written.value).unwrap_or(LOW_DISK);
    if low <= reserve {
        let message = "`audit.low_disk_bytes` is not more than `reserve_bytes`, so calls would be refused without an alarm before";
        let found = Diagnostic::error(Code::Range, written.span, message).label("no sooner than the refusal");
        let found = match section.text("reserve_bytes") {
            Some(reserve) => found.also(reserve.span, "here calls are refused"),
            None => found,
        };
        cx.push(found.help(format!("make it more than {reserve}, or leave it out")));
    }
    low
}
