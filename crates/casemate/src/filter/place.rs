//! Which policy holds, and for whom and whence a text is.

use crate::check::tally;
use crate::config::{self, Environment, Names, Sensitive};
use crate::out;
use casemate_output::{Filter, Filters, Policy, Scope};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// The policy and the place.
#[derive(Debug, Default, Args)]
pub(crate) struct PolicyArgs {
    /// A YAML file with an `output` section: a configuration, or that section alone.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// As for this tenant.
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// As from this upstream.
    #[arg(long)]
    pub(crate) upstream: Option<String>,
    /// As from this tool.
    #[arg(long)]
    pub(crate) tool: Option<String>,
}

/// A policy that is in force now.
#[derive(Debug)]
pub(crate) struct Loaded {
    filters: Filters,
    sensitive: Sensitive,
    /// Those that the configuration names, where it is a whole one.
    names: Option<Names>,
    /// In seconds since 1970.
    pub(crate) now: u64,
}

impl PolicyArgs {
    /// Says which name of the arguments the configuration does not know, and which ones it knows.
    fn unknown(&self, names: &Names) -> Option<String> {
        let given = [("tenant", &self.tenant, &names.tenants), ("upstream", &self.upstream, &names.upstreams)];
        given.into_iter().find_map(|(what, name, known)| {
            let name = name.as_ref().filter(|name| !known.contains(*name))?;
            Some(format!("--{what}: {}", no_such(what, name, known.iter())))
        })
    }

    /// The policy; `None` where it cannot be used, which was told.
    pub(crate) fn load(&self) -> Option<Loaded> {
        let environment = Environment::of_process();
        let now = u64::try_from(environment.now).unwrap_or(0);
        let (policy, sensitive, names) = match &self.policy {
            None => (config::default_output(), Sensitive::default(), None),
            Some(path) => match config::load_output(path, &environment) {
                Ok(output) => {
                    output.warnings.iter().for_each(|report| out::show(&report.render(true)));
                    if let Some(unknown) = output.names.as_ref().and_then(|names| self.unknown(names)) {
                        out::say(&unknown);
                        return None;
                    }
                    (output.policy, output.sensitive, output.names)
                }
                Err(report) => {
                    out::show(&report.render(true));
                    out::say(&tally(&report));
                    return None;
                }
            },
        };
        Some(Loaded { filters: Filters::new(policy), sensitive, names, now })
    }
}

/// That nothing is called so, and what is.
fn no_such<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a String>) -> String {
    let known = known.map(|known| format!("`{known}`")).collect::<Vec<_>>();
    let known = if known.is_empty() { "there is none".to_owned() } else { format!("known: {}", known.join(", ")) };
    format!("no {what} is called `{}`; {known}", out::safe(name))
}

impl Loaded {
    /// What is wrong with the upstream that a question names, if the configuration does not know it: it might be one whose
    /// answers are sensitive.
    pub(crate) fn unknown(&self, upstream: &str) -> Option<String> {
        let names = self.names.as_ref().filter(|names| !names.upstreams.contains(upstream))?;
        Some(no_such("upstream", upstream, names.upstreams.iter()))
    }

    pub(crate) const fn policy(&self) -> &Policy {
        self.filters.policy()
    }

    /// The place of the arguments.
    pub(crate) fn scope<'a>(&self, args: &'a PolicyArgs) -> Scope<'a> {
        self.place(args.tenant.as_deref(), args.upstream.as_deref(), args.tool.as_deref())
    }

    fn place<'a>(&self, tenant: Option<&'a str>, upstream: Option<&'a str>, tool: Option<&'a str>) -> Scope<'a> {
        let sensitive = tenant.is_some_and(|name| self.sensitive.tenants.contains(name))
            || upstream.is_some_and(|name| self.sensitive.upstreams.contains(name));
        Scope { tenant, upstream, tool, sensitive }
    }

    /// What holds at the place of the arguments.
    pub(crate) fn filter(&self, args: &PolicyArgs) -> Arc<Filter> {
        self.filters.get(&self.scope(args), self.now)
    }

    /// What holds there, where a question names upstream or tool itself.
    pub(crate) fn filter_for(&self, args: &PolicyArgs, upstream: Option<&str>, tool: Option<&str>) -> Arc<Filter> {
        let scope =
            self.place(args.tenant.as_deref(), upstream.or(args.upstream.as_deref()), tool.or(args.tool.as_deref()));
        self.filters.get(&scope, self.now)
    }
}
