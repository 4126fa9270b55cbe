//! `casemate audit witness`: cosigns checkpoints of other hosts' logs, and refuses forks and rollbacks.

use super::outside;
use crate::out;
use crate::serve::now;
use anyhow::Context as _;
use casemate_witness::{Directory, Logs, LogsError, Server, ServerConfig, Witness, key, tls};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// A list of keys or a certificate chain is far shorter.
const MAX_FILE: u64 = 4 << 20;

pub(super) const HELP: &str = "\
A witness belongs on another host than the log, in other hands. Logs submit their checkpoints to
URL/add-checkpoint (C2SP tlog-witness); URL/healthz says whether the last one could be stored.

The state directory must never be restored from a backup: a witness that forgets what it has
cosigned would cosign a second history. If it is lost, begin with a new key under a new name.

Exit codes:
  0  it was told to stop
  2  it could not start";

/// Arguments of `casemate audit witness`.
#[derive(Debug, clap::Args)]
pub(super) struct WitnessArgs {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The directory in which it remembers what it has cosigned; made where it does not exist.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// The file of its private key; made where it does not exist. Without it, `witness.key` in the state directory.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The name of the key that is made, such as `witness.example/w1`: a URL without scheme that is nobody else's.
    #[arg(long)]
    name: Option<String>,
    /// The public key of a log, or a file with one on each line. Its name must be the origin of the log.
    #[arg(long = "log", value_name = "KEY|FILE", required = true)]
    logs: Vec<String>,
    /// The certificate chain for HTTPS, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Begins with an empty state though the key exists: only for a key that has never cosigned.
    #[arg(long)]
    empty_state: bool,
    /// Connections at once.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// Connections of one address at once; behind a proxy, as many as `--connections`.
    #[arg(long, default_value_t = 64)]
    per_address: usize,
}

/// Runs `casemate audit witness`.
///
/// # Errors
/// The witness cannot start.
pub(super) fn run(args: &WitnessArgs) -> anyhow::Result<ExitCode> {
    let logs = logs(&args.logs)?;
    let mut config = ServerConfig::new(args.listen);
    config.connections = args.connections;
    config.per_address = args.per_address;
    if let (Some(chain), Some(key)) = (&args.tls_cert, &args.tls_key) {
        config.tls = Some(tls::from_pem(&read(chain)?, &read(key)?)?);
    }
    casemate_audit::outside(&args.state).with_context(|| format!("the state in `{}`", args.state.display()))?;
    // The lock comes first: two first starts at once must not make two keys.
    let directory = Directory::open(&args.state)?;
    let path = args.key.clone().unwrap_or_else(|| args.state.join("witness.key"));
    let (cosigner, is_new) = key::open(&path, args.name.as_deref()).map_err(|fault| name_it(fault, args, &path))?;
    let witness = Witness::open(directory, logs, cosigner, Arc::new(now), is_new || args.empty_state);
    let witness = witness.with_context(|| format!("the state in `{}`", args.state.display()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(Arc::new(witness), config))
}

async fn serve(witness: Arc<Witness>, config: ServerConfig) -> anyhow::Result<ExitCode> {
    // Signals are caught before anything listens, so that none is lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let server = Server::bind(Arc::clone(&witness), config).await?;
    let (address, key) = (server.address(), witness.verifier());
    out::data(&format!("{scheme}://{address}\nwitness {key}\nlogs {}\n", witness.logs()))?;
    tracing::info!(%address, %key, logs = witness.logs(), "the witness is up");
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    server.run(stop).await;
    Ok(ExitCode::SUCCESS)
}

fn name_it(fault: std::io::Error, args: &WitnessArgs, path: &Path) -> anyhow::Error {
    let is_nameless = fault.kind() == std::io::ErrorKind::NotFound && args.name.is_none();
    let fault = anyhow::Error::from(fault);
    match is_nameless {
        true if remembers(&args.state) => fault.context(format!(
            "`{}` has the state of a witness, and its key is not at `{}`: put the key back. If it is lost, begin with a new \
             key under a new name (`--name`)",
            args.state.display(),
            path.display()
        )),
        true => fault.context("the first start needs `--name`, the name of the witness's key"),
        false => fault,
    }
}

/// Whether a witness has worked in the directory.
fn remembers(state: &Path) -> bool {
    let Ok(files) = std::fs::read_dir(state) else { return false };
    let names = files.flatten().map(|file| file.file_name());
    names.into_iter().any(|name| name == "logs" || name.to_str().is_some_and(|name| name.ends_with(".checkpoint")))
}

/// Each argument is a key, or a file of keys.
fn logs(arguments: &[String]) -> anyhow::Result<Logs> {
    let mut logs = Logs::default();
    for argument in arguments {
        match logs.add(argument) {
            Ok(()) => {}
            Err(LogsError::Key(..)) if Path::new(argument).exists() => {
                let text = String::from_utf8(read(Path::new(argument))?).context("a list of keys is text")?;
                logs.add_lines(&text).with_context(|| format!("`{argument}`"))?;
            }
            Err(fault) => return Err(fault.into()),
        }
    }
    if logs.is_empty() { Err(LogsError::Empty.into()) } else { Ok(logs) }
}

/// The whole file: a list that was cut off would leave logs without a witness.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    outside::up_to(path, MAX_FILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_audit::tlog::Signer;

    #[test]
    fn a_log_is_named_by_its_key_or_in_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let key = |name: &str| Signer::from_seed(name, &[1; 32]).unwrap().verifier().to_string();
        let file = dir.path().join("logs");
        std::fs::write(&file, format!("# ours\n{}\n{}\n", key("a/log"), key("b/log"))).unwrap();
        let file = file.display().to_string();
        assert_eq!(logs(&[key("c/log"), file.clone()]).unwrap().len(), 3);
        assert!(logs(&[key("a/log"), file]).is_err(), "twice");
        assert!(logs(&["no key".to_owned()]).is_err());
        let empty = dir.path().join("empty");
        std::fs::write(&empty, "# none\n").unwrap();
        assert!(logs(&[empty.display().to_string()]).is_err());
        // One that is too long is not cut off.
        let line = format!("{}\n", key("d/log"));
        std::fs::write(&empty, [line.as_bytes(), &vec![b'\n'; 4 << 20]].concat()).unwrap();
        assert!(logs(&[empty.display().to_string()]).err().unwrap().to_string().contains("has over"));
    }
}
