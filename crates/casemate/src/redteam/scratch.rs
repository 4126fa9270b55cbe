//! The gateway that is attacked: the given settings, everything else in a scratch directory and on loopback.

use super::RunArgs;
use super::standin::StandIns;
use crate::config::diagnostic::Sink;
use crate::config::{self, Disk, Environment, Files as _, Loaded, Output, yaml};
use crate::out;
use anyhow::{Context as _, Result, bail};
use casemate_core::{Secret, ServerName, TenantId};
use casemate_inspect::Prefix;
use casemate_output::{Marking, Policy, Settings, Where};
use casemate_redteam::{Made, registered};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

/// The configuration of the cases: what they are made for.
pub(super) const DEFAULT: &str = include_str!("../../../../redteam/default.yaml");

/// What is tried.
pub(super) struct Tried {
    pub(super) policy: Policy,
    pub(super) made: Made,
    /// Where links and images may lead.
    pub(super) allowed: Vec<String>,
    pub(super) tenant: TenantId,
    pub(super) upstream: ServerName,
    is_sensitive: bool,
    registered: Vec<String>,
}

/// Reads what is to be tried. `None` where it was said why that cannot be.
pub(super) fn tried(args: &RunArgs) -> Result<Option<Tried>> {
    let names = TenantId::parse(&args.tenant).ok().zip(ServerName::parse(&args.upstream).ok());
    let Some((tenant, upstream)) = names else {
        super::unusable("that is no name of a tenant or an upstream", "give names of your configuration");
        return Ok(None);
    };
    let (output, stand_ins) = match &args.config {
        Some(path) => match output(path, args.seed) {
            Ok(output) => output,
            Err(report) => {
                out::show(&report);
                return Ok(None);
            }
        },
        None => default_output()?,
    };
    let mut policy = output.policy;
    // A mark is in every text, and says nothing of what it holds.
    policy.base.marking = Some(Marking::Off);
    policy.overrides.iter_mut().for_each(|(_, settings)| settings.marking = None);
    let is_sensitive =
        output.sensitive.tenants.contains(tenant.as_str()) || output.sensitive.upstreams.contains(upstream.as_str());
    let value = registered(args.seed);
    let links = places(&policy, &tenant, &upstream, |settings| settings.links.as_ref());
    let images = if is_sensitive { Vec::new() } else { places(&policy, &tenant, &upstream, |s| s.images.as_ref()) };
    let made = Made {
        seed: args.seed,
        registered: value.clone(),
        links: links.first().map(below),
        images: images.first().map(below),
    };
    let allowed = links.into_iter().chain(images).collect();
    let registered = std::iter::once(value).chain(stand_ins).collect();
    Ok(Some(Tried { policy, made, allowed, tenant, upstream, is_sensitive, registered }))
}

/// The name of the server whose instructions are this probe.
pub(super) fn instructing(at: usize) -> String {
    format!("instructing-{at}")
}

/// A place below which something can be named.
fn below(place: &String) -> String {
    if place.ends_with('/') { place.clone() } else { format!("{place}/") }
}

/// The settings of a file, and the values that stand in for its secrets; or what is wrong with it.
fn output(path: &Path, seed: u64) -> Result<(Output, Vec<String>), String> {
    let base = path.parent().unwrap_or(Path::new(""));
    let text = Disk.read(path, yaml::MAX_BYTES).ok().and_then(|data| String::from_utf8(data.bytes).ok());
    // What cannot be read is told below.
    let root = text.and_then(|text| yaml::read(&text, &mut Sink::default()));
    let stand_ins = root.map(|root| StandIns::of(&root, base, seed)).unwrap_or_default();
    let output = config::load_output_from(path, &stand_ins, &stand_ins.environment());
    let output = output.map_err(|report| report.render(true))?;
    Ok((output, stand_ins.values().map(str::to_owned).collect()))
}

fn default_output() -> Result<(Output, Vec<String>)> {
    let data = config::files::FileData { bytes: DEFAULT.as_bytes().to_vec(), mode: None };
    let path = Path::new("redteam/default.yaml");
    let files = config::files::Memory([(path.to_owned(), data)].into());
    match config::load_output_from(path, &files, &Environment::default()) {
        Ok(output) => Ok((output, Vec::new())),
        Err(report) => bail!("the configuration of the cases: {}", report.render(false)),
    }
}

/// Where something may lead: what the narrowest part says that says anything of it, as the filter has it.
fn places(
    policy: &Policy,
    tenant: &TenantId,
    upstream: &ServerName,
    of: impl Fn(&Settings) -> Option<&Vec<Prefix>>,
) -> Vec<String> {
    let holds = |place: &Where| {
        place.tenant.as_deref().is_none_or(|name| name == tenant.as_str())
            && place.upstream.as_deref().is_none_or(|name| name == upstream.as_str())
            && place.tool.is_none()
    };
    let width = |place: &Where| usize::from(place.tenant.is_some()) + usize::from(place.upstream.is_some());
    let parts = policy.overrides.iter().filter(|(place, _)| holds(place));
    let parts = parts.filter_map(|(place, settings)| Some((width(place), of(settings)?)));
    let base = of(&policy.base).map(|prefixes| (0, prefixes));
    let most = parts.clone().map(|(width, _)| width).max().unwrap_or(0);
    let mut narrowest = base.into_iter().filter(|_| most == 0).chain(parts.filter(|(width, _)| *width == most));
    let Some((_, first)) = narrowest.next() else { return Vec::new() };
    let all: Vec<_> = narrowest.map(|(_, prefixes)| prefixes).collect();
    let kept = first.iter().filter(|prefix| all.iter().all(|other| other.contains(prefix)));
    kept.map(ToString::to_string).collect()
}

impl Tried {
    /// The configuration of the gateway before the hostile server at this address, which offers these tools.
    ///
    /// Instructions are pinned like definitions, one text to a server: each probe of them has a server of its own.
    pub(super) fn load(
        &self,
        dir: &Path,
        server: SocketAddr,
        tools: &[String],
        instructions: &[usize],
    ) -> Result<Loaded> {
        let path = dir.join("casemate.yaml");
        std::fs::write(&path, self.text(server, tools, instructions)?)
            .with_context(|| format!("`{}`", path.display()))?;
        let environment = Environment { variables: [].into(), ..Environment::of_process() };
        let mut loaded = match config::load(&path, &environment) {
            Ok(loaded) => loaded,
            Err(report) => bail!("the scratch configuration: {}", report.render(false)),
        };
        loaded.config.output = self.policy.clone();
        let own: Vec<_> = self.policy.overrides.iter().filter(|(place, _)| self.is_here(place)).collect();
        for at in instructions {
            let there = |place: &Where| Where { upstream: Some(instructing(*at)), ..place.clone() };
            loaded.config.output.overrides.extend(own.iter().map(|(place, part)| (there(place), part.clone())));
        }
        loaded.config.registered =
            self.registered.iter().map(|value| Secret::new(value.clone().into_bytes())).collect();
        Ok(loaded)
    }

    /// Whether it names the upstream that the hostile server stands for.
    fn is_here(&self, place: &Where) -> bool {
        place.upstream.as_deref() == Some(self.upstream.as_str())
    }

    fn text(&self, server: SocketAddr, tools: &[String], instructions: &[usize]) -> Result<String> {
        let mut text = String::new();
        let (tenant, upstream, sensitive) = (&self.tenant, &self.upstream, self.is_sensitive);
        let tools = tools.join(", ");
        write!(
            text,
            "\
mcp_gateway:
  host: 127.0.0.1
  port: 0
  auth: {{ mode: none }}
  allowlists: {{ allowed_mcp_servers: [127.0.0.1] }}
  env: [{{ name: MCP_ALLOWED_DOMAINS, value: 127.0.0.1 }}]
tenants:
  \"{tenant}\":
    anonymous: true
    sensitive: {sensitive}
    limits: {{ rpm: 1000000, burst: 1000000 }}
    rules:
      - servers: [\"{upstream}\"]
        tools: [{tools}]
        resources: [\"probe://page/*\"]
        prompts: [probe]
      - servers: [\"instructing-*\"]
        completion: true
upstreams:
  - name: \"{upstream}\"
    url: http://{server}/mcp
    read_only: [{tools}]
    requests: [elicitation, elicitation-url]
    pins: trust-first
    relist: 1h
"
        )?;
        for at in instructions {
            let (name, path, key) = (instructing(*at), super::server::INSTRUCTING, super::server::key(*at));
            writeln!(
                text,
                "  - {{ name: {name}, url: \"http://{server}{path}{key}\", pins: trust-first, relist: 1h }}"
            )?;
        }
        text.push_str("audit: { mode: async, immutable: \"off\" }\nstate: { dir: state }\n");
        Ok(text)
    }
}
