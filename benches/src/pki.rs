//! A certificate authority for one run: its certificate, one for servers on loopback, one for the load generator.

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// The URI in the load generator's certificate.
pub const CLIENT_URI: &str = "spiffe://bench.example/agent/load";

/// PEM files of one run.
#[derive(Debug, Clone)]
pub struct Pki {
    /// The authority's certificate.
    pub ca: PathBuf,
    /// The servers' certificate, for `127.0.0.1` and `localhost`.
    pub server: Pair,
    /// The client's certificate, with exactly one URI: [`CLIENT_URI`].
    pub client: Pair,
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The certificate.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl Pki {
    /// Makes all of it anew, as files in `dir`.
    ///
    /// # Errors
    /// A key cannot be made or a file cannot be written.
    pub fn create(dir: &Path) -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(rcgen::DnType::CommonName, "casemate benchmark CA");
        let ca = dir.join("ca.pem");
        write(&ca, &params.self_signed(&key)?.pem())?;
        let issuer = Issuer::new(params, key);

        let local = vec![
            SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            SanType::DnsName("localhost".try_into().context("a DNS name")?),
        ];
        let agent = vec![SanType::URI(CLIENT_URI.try_into().context("a URI")?)];
        Ok(Self {
            ca,
            server: leaf(dir, "server", local, ExtendedKeyUsagePurpose::ServerAuth, &issuer)?,
            client: leaf(dir, "client", agent, ExtendedKeyUsagePurpose::ClientAuth, &issuer)?,
        })
    }
}

fn leaf(
    dir: &Path,
    name: &str,
    sans: Vec<SanType>,
    usage: ExtendedKeyUsagePurpose,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<Pair> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.subject_alt_names = sans;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    let pair = Pair { cert: dir.join(format!("{name}.pem")), key: dir.join(format!("{name}.key")) };
    write(&pair.cert, &params.signed_by(&key, issuer)?.pem())?;
    write(&pair.key, &key.serialize_pem())?;
    restrict(&pair.key)?;
    Ok(pair)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn restrict(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(())
}
