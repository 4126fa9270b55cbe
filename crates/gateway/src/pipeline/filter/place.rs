//! Whence a text is said to come, which chooses what holds for it: only what the caller's tenant may call can be named.

use super::question;
use crate::gateway::State;
use casemate_core::policy::may_name;
use casemate_core::{Principal, Refusal, ServerName, UnixMillis};
use casemate_output::{Filter, Question, Scope};
use std::sync::Arc;

/// An upstream, and a tool of it. Naming none chooses what holds for the tenant alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    upstream: Option<ServerName>,
    tool: Option<String>,
}

impl Place {
    fn new(upstream: Option<&str>, tool: Option<&str>) -> Result<Self, Refusal> {
        if tool.is_some() && upstream.is_none() {
            return Err(question("`tool` needs the `upstream` that it is of"));
        }
        let name = |name: &str| ServerName::parse(name).map_err(|_| question("`upstream` is not the name of a server"));
        Ok(Self { upstream: upstream.map(name).transpose()?, tool: tool.map(str::to_owned) })
    }

    /// That of a question.
    pub(super) fn of_question(question: &Question) -> Result<Self, Refusal> {
        Self::new(question.upstream.as_deref(), question.tool.as_deref())
    }

    /// That of `?upstream=…&tool=…`. Names are taken as they stand: nothing is decoded.
    pub(super) fn of_query(query: Option<&str>) -> Result<Self, Refusal> {
        let (mut upstream, mut tool) = (None, None);
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (slot, value) = match pair.split_once('=') {
                Some(("upstream", value)) => (&mut upstream, value),
                Some(("tool", value)) => (&mut tool, value),
                _ => return Err(question("the query may hold `upstream` and `tool`")),
            };
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':' | b'@');
            if value.is_empty() || !value.bytes().all(plain) {
                return Err(question("a name in the query holds nothing but letters, digits and . _ - / : @"));
            }
            if slot.replace(value).is_some() {
                return Err(question("the query names something twice"));
            }
        }
        Self::new(upstream, tool)
    }

    /// Whether the caller may say so.
    pub(super) fn check(&self, state: &State, principal: &Principal) -> Result<(), Refusal> {
        let Some(upstream) = &self.upstream else { return Ok(()) };
        Ok(may_name(&state.config.policy, principal, upstream, self.tool.as_deref())?)
    }

    /// What holds there.
    pub(super) fn filter(&self, state: &State, principal: &Principal, now: UnixMillis) -> Arc<Filter> {
        let tenant = state.config.tenants.get(&principal.tenant);
        let upstream = self.upstream.as_ref().and_then(|name| state.upstream(name));
        let sensitive = tenant.is_none_or(|tenant| tenant.sensitive) || upstream.is_some_and(|entry| entry.sensitive);
        let scope = Scope {
            tenant: Some(principal.tenant.as_str()),
            upstream: self.upstream.as_ref().map(ServerName::as_str),
            tool: self.tool.as_deref(),
            sensitive,
        };
        state.rules(&scope, now).filter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_each_thing_once_and_nothing_else() {
        let of = |query: &str| Place::of_query(Some(query)).map_err(|refusal| refusal.reason.code());
        assert_eq!(Place::of_query(None), Ok(Place::default()));
        assert_eq!(of(""), Ok(Place::default()));
        let place = of("tool=search&upstream=kb").unwrap();
        assert_eq!(
            (place.upstream.as_ref().map(ServerName::as_str), place.tool.as_deref()),
            (Some("kb"), Some("search"))
        );
        for query in [
            "tool=search",
            "upstream=kb&upstream=kb",
            "upstream=",
            "upstream",
            "tenant=x",
            "upstream=k%62",
            "upstream=a/b",
        ] {
            assert_eq!(of(query), Err("filter.question"), "{query}");
        }
    }
}
