//! Rates and concurrency: of tenants, subjects and tools by verified identity, of everyone else by certificate or address.
//!
//! Memory is bounded: tenants and tool limits come from the configuration, subjects and addresses have caps. A rate
//! that refuses takes nothing, so that a caller who is refused cannot use up what others share with it.

mod gcra;
mod places;
mod slots;
mod source;
mod strangers;
mod tenant;

pub(crate) use places::{Place, Places};
pub use source::Source;

use crate::config::{Config, Rate};
use arc_swap::ArcSwap;
use casemate_core::{Principal, Reason, Refusal, ServerName, TenantId, UnixMillis};
use gcra::{Left, Quota};
use http::{HeaderName, HeaderValue};
use slots::Slot;
use std::collections::BTreeMap;
use std::sync::Arc;
use strangers::Strangers;
use tenant::{Cell, TenantLimits};

/// Refusals by a limit that are recorded one by one, for each caller; more of them are only counted.
const TOLD: Rate = Rate { rpm: 10, burst: 10 };

/// All limits with their counts. It outlives reloads: [`Limits::update`] changes the limits and keeps the counts.
#[derive(Debug)]
pub struct Limits {
    table: ArcSwap<Table>,
}

#[derive(Debug)]
struct Table {
    tenants: BTreeMap<TenantId, TenantLimits>,
    strangers: Strangers,
}

/// A request that was let through. Dropping it ends its share of the concurrency.
#[derive(Debug)]
pub struct Admission {
    rates: Vec<(&'static str, u32, Left)>,
    _slots: Vec<Slot>,
}

/// A call of a tool that was let through. Dropping it ends its share of the concurrency.
#[derive(Debug)]
pub struct ToolGuard {
    _slots: Vec<Slot>,
}

/// What the limiter holds, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Subjects remembered, over all tenants.
    pub subjects: usize,
    /// Addresses and certificates of unauthenticated peers remembered.
    pub addresses: usize,
}

impl Limits {
    /// The limits of `config`, with nothing counted yet.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let tenants = config.tenants.iter().map(|(id, tenant)| (id.clone(), TenantLimits::new(tenant, None))).collect();
        let strangers = Strangers::new(config.caps.unauthenticated_rpm);
        Self { table: ArcSwap::from_pointee(Table { tenants, strangers }) }
    }

    /// The limits of another configuration with the counts as they are: a reload gives nobody a new burst.
    pub fn update(&self, config: &Config) {
        let old = self.table.load();
        let limits = |(id, tenant): (&TenantId, _)| (id.clone(), TenantLimits::new(tenant, old.tenants.get(id)));
        let tenants = config.tenants.iter().map(limits).collect();
        let strangers = Strangers::new(config.caps.unauthenticated_rpm).continuing(&old.strangers);
        self.table.store(Arc::new(Table { tenants, strangers }));
    }

    /// Lets a request of an authenticated caller through, or not.
    ///
    /// # Errors
    /// `limit.subject`, `limit.rate`, `limit.concurrency` or `limit.keys`, each with the seconds to wait.
    pub fn admit(&self, principal: &Principal, now: UnixMillis) -> Result<Admission, Refusal> {
        let table = self.table.load();
        let limits = table.tenants.get(&principal.tenant).ok_or(Reason::TenantUnknown)?;
        let subject = limits.subject_cell(&principal.subject, now)?;
        let own = match &subject {
            Some(cell) => limits.subject.rate(cell, Reason::LimitSubject, now)?,
            None => None,
        };
        // The subject goes first: what it is refused does not count against its tenant.
        let whole = limits.whole.rate(&limits.cell, Reason::LimitRate, now).inspect_err(|_| {
            if let Some(cell) = &subject {
                limits.subject.give_back(cell);
            }
        })?;
        let mut slots = Vec::with_capacity(2);
        if let Some(cell) = &subject {
            slots.push(limits.subject.slot(cell, "of this caller")?);
        }
        slots.push(limits.whole.slot(&limits.cell, "of this tenant")?);
        let rpm = |bound: &tenant::Bound| bound.quota.map_or(0, Quota::rpm);
        let rates = [("tenant", rpm(&limits.whole), whole), ("subject", rpm(&limits.subject), own)];
        let rates = rates.into_iter().filter_map(|(name, rpm, left)| Some((name, rpm, left?))).collect();
        Ok(Admission { rates, _slots: slots })
    }

    /// Lets a call of a tool through, or not: by every limit of the tenant that covers it.
    ///
    /// # Errors
    /// `limit.tool` or `limit.concurrency`, with the seconds to wait.
    pub fn admit_tool(
        &self,
        principal: &Principal,
        server: &ServerName,
        tool: &str,
        now: UnixMillis,
    ) -> Result<ToolGuard, Refusal> {
        let table = self.table.load();
        let limits = table.tenants.get(&principal.tenant).ok_or(Reason::TenantUnknown)?;
        let covering: Vec<_> = limits.tools.iter().filter(|limit| limit.covers(server.as_str(), tool)).collect();
        for (at, limit) in covering.iter().enumerate() {
            limit.bound.rate(&limit.cell, Reason::LimitTool, now).inspect_err(|_| {
                covering.iter().take(at).for_each(|earlier| earlier.bound.give_back(&earlier.cell));
            })?;
        }
        let slots: Result<_, Refusal> =
            covering.iter().map(|limit| limit.bound.slot(&limit.cell, "of this tool")).collect();
        Ok(ToolGuard { _slots: slots? })
    }

    /// Counts one piece of work for a peer that is not authenticated: a handshake, a credential that was refused.
    ///
    /// # Errors
    /// `limit.unauthenticated`, with the seconds to wait.
    pub fn unauthenticated(&self, source: impl Into<Source>, now: UnixMillis) -> Result<(), Refusal> {
        self.table.load().strangers.take(source.into(), now).map_err(too_many)
    }

    /// Whether a peer that is not authenticated may still cause work; counts nothing. Asked before the work begins.
    ///
    /// # Errors
    /// `limit.unauthenticated`, with the seconds to wait.
    pub fn may_try(&self, source: impl Into<Source>, now: UnixMillis) -> Result<(), Refusal> {
        self.table.load().strangers.peek(source.into(), now).map_err(too_many)
    }

    /// Whether a refusal of this caller by a limit is still to be recorded by itself, so that a flood of them cannot fill
    /// the log. It counts as recorded.
    #[must_use]
    pub fn is_told(&self, principal: &Principal, now: UnixMillis) -> bool {
        let table = self.table.load();
        let Some(limits) = table.tenants.get(&principal.tenant) else { return true };
        let own = limits.subject_cell(&principal.subject, now).ok().flatten();
        own.as_ref().unwrap_or(&limits.cell).told.take(Quota::new(TOLD), now).is_ok()
    }

    /// The headers for a caller whose request was refused by a rate.
    #[must_use]
    pub fn refused_headers(&self, principal: &Principal, now: UnixMillis) -> Vec<(HeaderName, HeaderValue)> {
        let table = self.table.load();
        let Some(limits) = table.tenants.get(&principal.tenant) else { return Vec::new() };
        let subject = limits.subject_cell(&principal.subject, now).ok().flatten();
        let left = |name, bound: &tenant::Bound, cell: Option<&Arc<Cell>>| {
            let quota = bound.quota?;
            Some((name, quota.rpm(), cell?.bucket.left(quota, now)))
        };
        let rates =
            [left("tenant", &limits.whole, Some(&limits.cell)), left("subject", &limits.subject, subject.as_ref())];
        fields(&rates.into_iter().flatten().collect::<Vec<_>>())
    }

    /// What is held now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let table = self.table.load();
        Counts {
            subjects: table.tenants.values().map(TenantLimits::subjects_len).sum(),
            addresses: table.strangers.len(),
        }
    }
}

impl Admission {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11): quota and window, requests that
    /// may follow at once and the seconds until the whole burst is there again.
    #[must_use]
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        fields(&self.rates)
    }
}

fn fields(rates: &[(&'static str, u32, Left)]) -> Vec<(HeaderName, HeaderValue)> {
    let join =
        |item: &dyn Fn(&(&'static str, u32, Left)) -> String| rates.iter().map(item).collect::<Vec<_>>().join(", ");
    let policy = join(&|(name, rpm, _)| format!("\"{name}\";q={rpm};w=60"));
    let left = join(&|(name, _, left)| format!("\"{name}\";r={};t={}", left.remaining, left.reset));
    let named = [("ratelimit-policy", policy), ("ratelimit", left)];
    let field = |(name, value): (&'static str, String)| {
        Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok().filter(|value| !value.is_empty())?))
    };
    named.into_iter().filter_map(field).collect()
}

fn too_many(seconds: u64) -> Refusal {
    Refusal::new(Reason::LimitUnauthenticated).retry_after(seconds)
}

#[cfg(test)]
mod tests;
