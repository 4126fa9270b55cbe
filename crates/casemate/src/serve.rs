//! `casemate serve`: open the state, start the gateway, obey signals, reload on change, drain.

mod reload;
mod state;
mod watch;

use crate::config::{Environment, Loaded, kept};
use crate::out;
use anyhow::Context as _;
use casemate_audit::index::Follower;
use casemate_audit::{Log, private_paths};
use casemate_core::UnixMillis;
use casemate_gateway::admin::AdminServer;
use casemate_gateway::gateway::Parts;
use casemate_gateway::server::Server;
use casemate_gateway::{Gateway, GatewayError};
use rustix::process::Signal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use watch::Watch;

/// Arguments of `casemate serve`.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// The configuration file.
    #[arg(long, short, default_value = "casemate.yaml", env = "CASEMATE_CONFIG")]
    pub config: PathBuf,
    /// The state directory, instead of the one that the configuration names.
    #[arg(long)]
    pub state: Option<PathBuf>,
}

/// A started gateway with its listeners.
pub struct Running {
    /// The gateway.
    pub gateway: Arc<Gateway>,
    /// Where the data listener is.
    pub address: SocketAddr,
    /// Where the admin listener is.
    pub admin: Option<SocketAddr>,
    serving: JoinHandle<()>,
    administering: Option<JoinHandle<()>>,
    /// Keeps the index of the log up with it.
    _indexing: Follower,
}

/// The time of this machine.
#[must_use]
pub fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Who acts on this machine, for the log.
#[must_use]
pub fn local_actor() -> String {
    format!("local:{}", rustix::process::getuid().as_raw())
}

impl Running {
    /// Opens state and log and starts to listen.
    ///
    /// # Errors
    /// What of it failed.
    pub async fn start(loaded: Loaded, state_dir: &Path) -> anyhow::Result<Self> {
        let state = state::State::open(state_dir)?;
        let origin = origin(&loaded.config);
        let audit = casemate_audit::Config { dir: state.audit_dir(), origin, ..loaded.audit.clone() };
        let (reserve, key) = (audit.reserve_bytes, audit.key_path());
        let (log, recovery) = Log::open(audit, Arc::new(now)).context("the audit log cannot be opened")?;
        if recovery.torn_bytes > 0 || recovery.unknown_outcomes > 0 {
            tracing::warn!(
                torn.bytes = recovery.torn_bytes,
                outcomes.unknown = recovery.unknown_outcomes,
                "the log was left open; it has been recovered"
            );
        }
        let indexing = Follower::start(state.audit_dir(), reserve)?;
        let seal_key = state.seal_key()?;
        let actor = local_actor();
        let pins = state.pins_dir();
        if let Err(error) = kept::keep(&log, &loaded).await {
            log.close().await;
            return Err(error).context("the policy cannot be kept with the log");
        }
        let kept = log.clone();
        let held = Box::new(move || private_paths(&key).iter().filter_map(|path| state::log_key(path)).collect());
        let parts = Parts { config: loaded.config, log, clock: Arc::new(now), seal_key, held, actor, pins };
        let gateway = match Gateway::start(parts).await {
            Ok(gateway) => gateway,
            Err(fault) => {
                // Whoever tries again finds the log closed and its lock free.
                kept.close().await;
                return Err(fault.into());
            }
        };
        drop(kept);
        let (server, admin_server) = match bind(&gateway).await {
            Ok(bound) => bound,
            Err(fault) => {
                if let Err(unrecorded) = gateway.stop(&local_actor()).await {
                    tracing::error!(fault = %unrecorded, "the end could not be recorded");
                }
                return Err(fault.into());
            }
        };
        let address = server.address();
        let admin = admin_server.as_ref().map(AdminServer::address);
        gateway.set_own_listeners(std::iter::once(address).chain(admin).collect());
        let serving = tokio::spawn(server.run());
        let administering = admin_server.map(|server| tokio::spawn(server.run()));
        Ok(Self { gateway, address, admin, serving, administering, _indexing: indexing })
    }

    /// Lets running calls finish, records the end, closes the log.
    ///
    /// # Errors
    /// The end could not be recorded.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.gateway.drain();
        let _ = self.serving.await;
        if let Some(task) = self.administering {
            task.abort();
        }
        self.gateway.stop(&local_actor()).await?;
        Ok(())
    }
}

/// Binds both listeners, or none.
async fn bind(gateway: &Arc<Gateway>) -> Result<(Server, Option<AdminServer>), GatewayError> {
    let server = Server::bind(Arc::clone(gateway)).await?;
    Ok((server, AdminServer::bind(Arc::clone(gateway)).await?))
}

/// The name of the log, after the gateway's own.
fn origin(config: &casemate_gateway::config::Config) -> Option<String> {
    let url = config.listener.public_url.as_ref()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}{port}/audit", url.host_str()?))
}

/// Raises the limit on open files to what the system allows: each connection and each stream takes one or two.
fn room_for_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(fault) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%fault, limit = ?limit.current, "the limit on open files could not be raised");
    }
}

/// Runs `casemate serve`.
///
/// # Errors
/// The gateway cannot start.
pub fn run(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    let (loaded, watch) = match Watch::load(&args.config, &Environment::of_process()) {
        Ok(loaded) => loaded,
        Err(report) => {
            out::show(&report.render(true));
            return Ok(ExitCode::from(2));
        }
    };
    if !loaded.warnings.diagnostics().is_empty() {
        out::show(&loaded.warnings.render(true));
    }
    room_for_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(args, loaded, watch))
}

async fn serve(args: &ServeArgs, loaded: Loaded, mut watch: Watch) -> anyhow::Result<ExitCode> {
    // Signals are caught before anything listens, so that none is lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    // A file at the limit of its size is a write that fails, as on a full disk, and not the end.
    let _caught = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()))?;
    let state_dir = args.state.clone().unwrap_or_else(|| loaded.state_dir.clone());
    let mode = loaded.config.auth.mode;
    let digest = loaded.digest;
    let scheme = if loaded.config.listener.tls.is_some() { "https" } else { "http" };
    let fixed = reload::Fixed::new(&loaded, args.state.is_some());
    let running = Running::start(loaded, &state_dir).await?;
    out::data(&format!("{scheme}://{}\naccepts {}\npolicy {digest}\n", running.address, mode.as_str()))?;
    if let Some(admin) = running.admin {
        tracing::info!(address = %admin, "the admin listener is up");
    }
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => reload::reload(&running.gateway, &args.config, &mut watch, &fixed, "SIGHUP").await,
            () = watch.changed() => reload::reload(&running.gateway, &args.config, &mut watch, &fixed, "file change").await,
        }
    }
    tracing::info!("draining");
    running.stop().await?;
    Ok(ExitCode::SUCCESS)
}
