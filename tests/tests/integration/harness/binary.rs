//! The real program as a child process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A program to run.
#[expect(clippy::disallowed_methods, reason = "the tests run the program that they test")]
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

/// The path of the program; it is built at first use, into the directory that this test was built into.
pub(crate) fn casemate() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let own = std::env::current_exe().expect("a path");
        let profile = own.parent().and_then(|deps| deps.parent()).expect("target/PROFILE/deps/NAME");
        let mut cargo = command(env!("CARGO"));
        cargo.current_dir(crate::tidy::root()).args([
            "build",
            "--quiet",
            "--offline",
            "-p",
            "casemate",
            "--bin",
            "casemate",
        ]);
        cargo.arg("--target-dir").arg(profile.parent().expect("target"));
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo runs").success(), "casemate does not build");
        profile.join("casemate")
    })
}

/// A port that is free now. Another process may take it before it is used; nothing on loopback does so in practice.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A gateway in a process of its own. It is killed when dropped.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) address: std::net::SocketAddr,
}

impl Process {
    /// Starts `casemate serve`, which takes `roots` for the system's CAs, and waits for its first line, which says where
    /// it listens. What it logs goes to a file beside the configuration, `*.stderr`.
    pub(crate) fn serve(config: &Path, roots: &Path) -> Self {
        Self::start(command(casemate()), config, roots)
    }

    /// The same by a command that ends with the program's path.
    pub(crate) fn start(mut command: Command, config: &Path, roots: &Path) -> Self {
        use std::io::BufRead as _;
        command.arg("serve").arg("--config").arg(config).env_clear().env("SSL_CERT_FILE", roots);
        let told = std::fs::File::options().create(true).append(true).open(config.with_extension("stderr"));
        let mut child = command.stdout(Stdio::piped()).stderr(told.expect("a file")).spawn().expect("casemate starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        std::io::BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit('/').next().and_then(|text| text.parse().ok());
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { child, address }
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        self.child.wait().expect("it has ended");
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = command("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.expect("kill runs").success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
