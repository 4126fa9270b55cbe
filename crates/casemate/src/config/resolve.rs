//! From the checked tree to what the gateway obeys. Goes on after an error, so that everything is told at once.

mod admin;
mod archive;
mod audit;
mod auth;
mod gateway;
mod output;
mod pem;
mod secret;
mod tenants;
mod tools;
mod upstreams;
mod variables;
mod witnesses;

use super::canonical;
use super::codes::Code;
use super::diagnostic::{Diagnostic, Sink, Span};
use super::files::{Environment, FileData, Files, words};
use super::section::Section;
use super::tree::{Node, Spanned};
use casemate_audit::Holds;
use casemate_core::policy::Policy;
use casemate_core::{Secret, ServerName, TenantId};
use casemate_gateway::config::{Auth, Config, Mode};
use casemate_gateway::custody::Custody;
use casemate_inspect::Registered;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
pub use variables::Effective;

/// What came of the tree.
pub struct Resolved {
    /// Its canonical form, which the policy digest is of.
    pub canonical: String,
    /// What the gateway obeys.
    pub config: Config,
    /// The state directory.
    pub state_dir: PathBuf,
    /// The settings of the log.
    pub audit: casemate_audit::Config,
    /// The variables as they are in force.
    pub effective: Vec<Effective>,
    /// The line of each rule, by tenant.
    pub rule_lines: BTreeMap<TenantId, Vec<usize>>,
}

/// What resolving needs and what it gathers.
pub(super) struct Context<'c> {
    base: &'c Path,
    files: &'c dyn Files,
    environment: &'c Environment,
    sink: &'c mut Sink,
    watched: BTreeSet<PathBuf>,
    /// Every credential that was read.
    held: Vec<Secret>,
}

impl Context<'_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// Registers a credential, so that it is found wherever it stands in what goes out and in what comes in. One that is too
    /// weak for that is used all the same, and said.
    fn hold(&mut self, span: Span, secret: &Secret) {
        if let Err(weak) = Registered::check(secret.expose()) {
            let message = format!("this credential is not looked for in answers: {weak}");
            let found = Diagnostic::warning(Code::WeakSecret, span, message).label("named here");
            self.push(found.help("use one of at least 12 random characters"));
        } else if !self.held.iter().any(|held| held.expose() == secret.expose()) {
            self.held.push(secret.clone());
        }
    }

    /// Registers what is a part of a credential or another form of it. Where that is too weak, the credential itself is enough.
    fn hold_quietly(&mut self, bytes: &[u8]) {
        let known = self.held.iter().any(|held| held.expose() == bytes);
        if !known && Registered::check(bytes).is_ok() {
            self.held.push(Secret::new(bytes.to_vec()));
        }
    }

    /// Reads a file that a key names, and remembers to watch it.
    fn read(&mut self, path: &Spanned<PathBuf>, cap: usize) -> Option<FileData> {
        self.watched.insert(path.value.clone());
        match self.files.read(&path.value, cap) {
            Ok(data) => Some(data),
            Err(error) => {
                let message = format!("`{}` cannot be read: {}", path.value.display(), words(&error));
                let found = Diagnostic::error(Code::File, path.span, message).label("named here");
                self.push(found.help("relative paths start at the directory of the configuration"));
                None
            }
        }
    }

    /// Warns of a secret file that others may read.
    fn private(&mut self, path: &Spanned<PathBuf>, data: &FileData) {
        if data.mode.is_some_and(|mode| mode & 0o077 != 0) {
            let message = format!("`{}` is readable by others", path.value.display());
            let found = Diagnostic::warning(Code::KeyMode, path.span, message).label("named here");
            self.push(found.help("chmod 600"));
        }
    }
}

/// What the output section says by itself, with its registered values. Of a whole configuration the credentials of
/// upstreams and archives are registered as well.
pub fn output_alone(
    root: Option<Section<'_>>,
    section: Section<'_>,
    base: &Path,
    files: &dyn Files,
    environment: &Environment,
    sink: &mut Sink,
) -> casemate_output::Policy {
    let mut cx = Context { base, files, environment, sink, watched: BTreeSet::new(), held: Vec::new() };
    let policy = output::resolve(&mut cx, section, None);
    if let Some(root) = root {
        let archives = root.section("audit");
        let keys = ["access_key_id", "secret_access_key", "session_token"];
        let archives = archives.sections("archive").flat_map(|entry| keys.map(|key| (entry, key)));
        let all = root.sections("upstreams").map(|entry| (entry, "credential")).chain(archives);
        for (entry, key) in all.filter(|(entry, key)| entry.written(key).is_some()) {
            secret::read(&mut cx, entry.section(key));
        }
    }
    let registered = Arc::new(Registered::new(cx.held.iter().map(Secret::expose)));
    casemate_output::Policy { registered, ..policy }
}

/// Resolves the tree. `None` where `sink` holds an error.
pub fn resolve(
    root: &Node,
    source_path: &Path,
    files: &dyn Files,
    environment: &Environment,
    sink: &mut Sink,
) -> Option<Resolved> {
    let base = source_path.parent().unwrap_or(Path::new(""));
    let mut cx =
        Context { base, files, environment, sink, watched: BTreeSet::from([source_path.to_owned()]), held: Vec::new() };
    let root = Section::root(root);
    let gateway = root.section("mcp_gateway");
    if !gateway.is_written() {
        return None;
    }
    let variables = variables::resolve(&mut cx, gateway);
    let auth = auth::resolve(&mut cx, root);
    let listener = gateway::listener(&mut cx, gateway, &auth);
    let admin = admin::resolve(&mut cx, root.section("admin"), &auth, listener.as_ref());
    let reach = upstreams::resolve(&mut cx, root, &variables.domains);
    let tenants = tenants::resolve(&mut cx, root, &auth, &reach.servers);
    let headers = gateway::headers(gateway);
    let caps = gateway::caps(gateway, &variables);
    let sessions = gateway::sessions(&mut cx, gateway.section("sessions"));
    let state_dir = base.join(root.section("state").word("dir"));
    let section = root.section("audit");
    let audit = audit::resolve(&mut cx, section, &state_dir);
    let witnesses = witnesses::resolve(&mut cx, section.section("witnesses"));
    let holds = Holds { tenants: audit.legal_hold.clone(), traces: audit.held_traces.clone() };
    let custody = Custody { witnesses, archive: archive::resolve(&mut cx, section), holds };
    let output = {
        let known = output::Known {
            tenants: root.named("tenants").map(|(name, _)| name.value.as_str()).collect(),
            servers: reach.upstreams.keys().map(ServerName::as_str).collect(),
        };
        output::resolve(&mut cx, root.section("output"), Some(&known))
    };
    if cx.sink.has_errors() {
        return None;
    }
    let mode = auth.mode?;
    let digest = casemate_core::digest::Digest([0; 32]);
    let policy = Policy { digest, servers: reach.servers, tenants: tenants.policies };
    let mut config = Config {
        listener: listener?,
        auth: Auth { mode, jwt: auth.jwt, anonymous: tenants.anonymous.filter(|_| mode == Mode::None) },
        headers,
        caps,
        sessions,
        policy: Arc::new(policy),
        tenants: tenants.mappings,
        upstreams: reach.upstreams,
        admin,
        custody,
        registered: cx.held,
        output,
        watched: cx.watched.into_iter().collect(),
    };
    let canonical = canonical::text(&config);
    let digest = canonical::digest_of(canonical.as_bytes());
    Arc::make_mut(&mut config.policy).digest = digest;
    Some(Resolved { canonical, config, state_dir, audit, effective: variables.effective, rule_lines: tenants.lines })
}
