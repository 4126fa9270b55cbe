//! Writes at the worst moments.

use super::*;
use std::fs;

const CONFIG: &str = "
mcp_gateway:
  tls: { certificate: pki/server.pem, key: pki/server.key }
  auth: { mode: mTLS, trusted_certs_path: pki/ca.pem }
";

struct Place {
    dir: tempfile::TempDir,
    environment: Environment,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        crate::init::write_pki(dir.path()).unwrap();
        let environment = Environment { variables: Default::default(), ..Environment::of_process() };
        let place = Self { dir, environment };
        place.write(CONFIG);
        place
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("casemate.yaml")
    }

    fn write(&self, text: &str) {
        fs::write(self.path(), text).unwrap();
    }

    fn load(&self) -> (Loaded, Watch) {
        Watch::load(&self.path(), &self.environment).unwrap_or_else(|report| panic!("{}", report.render(false)))
    }
}

impl Watch {
    fn is_stale(&self) -> bool {
        !self.look().iter().eq(self.seen.values())
    }
}

/// Files that change right after they have been read.
struct Restless;

impl Files for Restless {
    fn read(&self, path: &Path, cap: usize) -> io::Result<FileData> {
        let data = Disk.read(path, cap)?;
        let mut more = data.bytes.clone();
        more.extend_from_slice(b"\n");
        fs::write(path, more)?;
        Ok(data)
    }
}

#[test]
fn what_is_quiet_is_not_loaded_again() {
    let (loaded, watch) = Place::new().load();
    let names: Vec<_> = watch.seen.keys().collect();
    assert_eq!(names, loaded.config.watched.iter().collect::<Vec<_>>());
    assert_eq!(names.len(), 4);
}

#[test]
fn a_write_during_the_load_is_a_change_after_it() {
    let place = Place::new();
    let (_, mut watch) = place.load();
    assert!(!watch.is_stale());
    let loaded = watch.reload_from(&place.path(), &Restless, &place.environment).unwrap();
    watch.accept(&loaded);
    assert!(watch.is_stale());
    let loaded = watch.reload(&place.path(), &place.environment).unwrap();
    watch.accept(&loaded);
    assert!(!watch.is_stale());
}

#[test]
fn a_refused_configuration_is_watched_beside_the_one_in_force() {
    let place = Place::new();
    let (_, mut watch) = place.load();
    place.write(&CONFIG.replace("pki/ca.pem", "other/ca.pem"));
    assert!(watch.is_stale());
    assert!(watch.reload(&place.path(), &place.environment).is_err());
    assert!(!watch.is_stale(), "a refusal is told once");
    // What it named appears.
    fs::create_dir(place.dir.path().join("other")).unwrap();
    fs::copy(place.dir.path().join("pki/ca.pem"), place.dir.path().join("other/ca.pem")).unwrap();
    assert!(watch.is_stale());
    let loaded = watch.reload(&place.path(), &place.environment).unwrap();
    watch.accept(&loaded);
    assert!(!watch.is_stale());
    assert!(!watch.seen.contains_key(&place.dir.path().join("pki/ca.pem")), "nothing names it any more");
    // Files of the configuration in force stay watched while the new one cannot even be read.
    place.write("mcp_gateway: [");
    assert!(watch.reload(&place.path(), &place.environment).is_err());
    assert!(!watch.is_stale());
    fs::remove_file(place.dir.path().join("other/ca.pem")).unwrap();
    assert!(watch.is_stale());
}

#[test]
fn a_swapped_link_and_a_lost_file_are_changes() {
    let place = Place::new();
    let target = place.dir.path().join("first.yaml");
    fs::rename(place.path(), &target).unwrap();
    std::os::unix::fs::symlink(&target, place.path()).unwrap();
    let (_, watch) = place.load();
    let second = place.dir.path().join("second.yaml");
    fs::copy(&target, &second).unwrap();
    let link = place.dir.path().join("next");
    std::os::unix::fs::symlink(&second, &link).unwrap();
    fs::rename(&link, place.path()).unwrap();
    assert!(watch.is_stale());
    let (_, watch) = place.load();
    fs::remove_file(place.path()).unwrap();
    assert!(watch.is_stale());
}

#[tokio::test]
async fn what_could_not_be_recorded_is_tried_again_without_a_change() {
    let place = Place::new();
    let (_, mut watch) = place.load();
    watch.again();
    watch.changed().await;
    assert!(watch.is_pending);
    watch.reload(&place.path(), &place.environment).unwrap();
    assert!(!watch.is_pending);
}
