//! Which arguments of a tool are mirrored in headers, by the upstream's current schema.

use super::{Pins, unlisted};
use crate::config::Upstream;
use crate::gateway::Gateway;
use casemate_core::headers::{Mirrored, param_agrees};
use casemate_core::mcp::{Call, MirroredParam};
use casemate_core::{Reason, Refusal};
use std::collections::HashMap;
use std::sync::Arc;

/// By tool; `None` where its annotations are invalid, so that nobody can say which headers belong to it.
pub(super) type Mirrors = HashMap<String, Option<Vec<MirroredParam>>>;

impl Pins {
    /// Compares the `Mcp-Param-*` headers of a tool call with its arguments.
    ///
    /// # Errors
    /// They do not agree, or the upstream could not be surveyed.
    pub(crate) async fn check(
        &self,
        gateway: &Arc<Gateway>,
        upstream: &Upstream,
        call: &Call,
        tool: &str,
        headers: &Mirrored<'_>,
    ) -> Result<(), Refusal> {
        let catalog = self.fresh(gateway, upstream).await?;
        if agree(&catalog.mirrors, tool, call, headers).is_ok() {
            return Ok(());
        }
        // The schema may have changed since it was read.
        let catalog = self.again(gateway, upstream).await?;
        agree(&catalog.mirrors, tool, call, headers)
    }
}

fn agree(mirrors: &Mirrors, tool: &str, call: &Call, headers: &Mirrored<'_>) -> Result<(), Refusal> {
    let params = match mirrors.get(tool) {
        Some(None) => return Err(unlisted("the tool's header annotations are invalid")),
        Some(Some(params)) => params.as_slice(),
        None => &[],
    };
    for param in params {
        let header = headers.params.iter().find(|(name, _)| *name == param.header).map(|(_, value)| *value);
        let path: Vec<&str> = param.path.iter().map(String::as_str).collect();
        let argument = call.param("arguments").and_then(|arguments| arguments.path(&path));
        param_agrees(header, argument)
            .map_err(|reason: Reason| Refusal::new(reason).hint(format!("Mcp-Param-{}", param.header)))?;
    }
    Ok(())
}
