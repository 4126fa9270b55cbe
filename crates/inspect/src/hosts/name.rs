//! Names of hosts: which suffixes are private, and whether a dotted word is a host or a member of something.

use super::token::Around;
use super::{Kind, address};
use std::net::Ipv4Addr;

/// What the end of a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suffix {
    /// Private, and hardly anything else ends so.
    Sure,
    /// Private, and files and members of programs end so as well.
    Doubtful,
    /// A word of everyday use.
    Weak,
    /// A namespace that every cluster has: a service of it where a URL says that there is a host.
    Namespace,
    /// Sure, and known to be this.
    Known(Kind),
}

/// Private suffixes: RFC 6762 (and its appendix G), RFC 8375, the reservation of `.internal` by ICANN (2024), RFC 6761, and
/// those in use without any reservation.
const SUFFIXES: &[(&str, Suffix)] = &[
    ("internal", Suffix::Doubtful),
    ("local", Suffix::Doubtful),
    ("localdomain", Suffix::Sure),
    ("lan", Suffix::Sure),
    ("corp", Suffix::Sure),
    ("home", Suffix::Weak),
    ("intranet", Suffix::Sure),
    ("private", Suffix::Weak),
    ("intra", Suffix::Sure),
    ("localhost", Suffix::Known(Kind::Loopback)),
    ("consul", Suffix::Doubtful),
    ("dmz", Suffix::Sure),
    ("svc", Suffix::Known(Kind::Kubernetes)),
    ("pod", Suffix::Known(Kind::Kubernetes)),
    ("default", Suffix::Namespace),
    ("kube-system", Suffix::Namespace),
    ("kube-public", Suffix::Namespace),
];

/// Last labels of public domains under which private names stand.
const PUBLIC: [&str; 8] = ["arpa", "net", "com", "io", "me", "goog", "azure", "cloud"];

/// Names of metadata services.
const METADATA: [&str; 11] = [
    "metadata.google.internal",
    "metadata.goog",
    "instance-data.ec2.internal",
    "metadata.azure.internal",
    "metadata.azure.com",
    "metadata.tencentyun.com",
    "metadata.platformequinix.com",
    "metadata.packet.net",
    "metadata.exoscale.com",
    "api.metadata.cloud.ibm.com",
    "metadata.cloud.ibm.com",
];

/// Names for the reader's own machine.
const OWN: [&str; 7] = [
    "localhost.localdomain",
    "localhost4.localdomain4",
    "localhost6.localdomain6",
    "host.docker.internal",
    "gateway.docker.internal",
    "kubernetes.docker.internal",
    "host.containers.internal",
];

/// Words that paths of names in programs begin with, however long.
const ROOTS: &str = " self this super cls std crate module exports window document process java javax jdk sun com org net io \
    dev edu gov kotlin scala android androidx google apache golang torch tensorflow numpy pandas scipy sklearn keras django \
    flask pydantic react vue angular node_modules $ ";

/// Words that a member or a variant of a file follows, where there are two words only.
const OWNERS: &str = " core host env config configs conf settings setting req request res resp response ctx context obj object item \
    user users options opts state props data scope thread threading variable variables vars var type types key keys npm \
    docker-compose compose application appsettings package index args arg params param parent child root event e el elem \
    element foo bar baz qux it is other merged combined current previous old new runtime system environment profile profiles properties prop values value global globals \
    locals readme makefile dockerfile gradle changelog license claude pkg src lib libs spec think stay act go keep nothing ";

/// Words that hosts are called by, where the suffix alone says too little.
const HOSTS: &str = " router gateway gw nas pi server srv printer db database proxy mail smtp imap web www api vpn dns dc ad \
    ldap fileserver files git gitlab jenkins jira wiki grafana prometheus vault consul nexus registry redis postgres mysql \
    mongo kafka elastic kibana minio backup monitor intranet portal auth sso login nfs plex homeassistant hass pihole nuc \
    desktop laptop firewall switch ap camera tv ";

fn is_in(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word))
}

fn is_any(list: &[&str], word: &str) -> bool {
    list.iter().any(|one| one.eq_ignore_ascii_case(word))
}

fn ends_with(word: &str, suffix: &str) -> bool {
    let cut = word.len().checked_sub(suffix.len());
    cut.and_then(|cut| word.get(cut..)).is_some_and(|tail| tail.eq_ignore_ascii_case(suffix))
}

/// What the end of the word says, where it says anything.
pub(super) fn suffix(word: &str, last: &str) -> Option<Suffix> {
    if last.len() > 11 || last.len() < 2 {
        return None;
    }
    if let Some((_, suffix)) = SUFFIXES.iter().find(|(one, _)| one.eq_ignore_ascii_case(last)) {
        return Some(*suffix);
    }
    if last.eq_ignore_ascii_case("localdomain4") || last.eq_ignore_ascii_case("localdomain6") {
        return Some(Suffix::Known(Kind::Loopback));
    }
    let cluster = || {
        let mut labels = word.split('.').skip(2);
        labels.any(|label| label == "svc" || label == "pod") && labels.next().is_some_and(|l| l.contains("cluster"))
    };
    if word.len() > 16 && word.contains(".svc.") && cluster() {
        return Some(Suffix::Known(Kind::Kubernetes));
    }
    if !is_any(&PUBLIC, last) {
        return None;
    }
    let known = [
        (".home.arpa", Kind::Internal),
        (".ts.net", Kind::Overlay),
        (".netbird.cloud", Kind::Overlay),
        (".beta.tailscale.net", Kind::Overlay),
        (".internal.cloudapp.net", Kind::Cloud),
        (".internal.azure", Kind::Cloud),
        (".vpce.amazonaws.com", Kind::Cloud),
    ];
    let private_link = || word.contains(".privatelink.");
    let found = known.iter().find(|(suffix, _)| ends_with(word, suffix)).map(|one| one.1);
    let found = found.or_else(|| is_any(&METADATA, word).then_some(Kind::Metadata));
    found.or_else(|| private_link().then_some(Kind::Cloud)).map(Suffix::Known)
}

/// What the name is, where it stands as a host.
pub(super) fn judge(word: &str, suffix: Suffix, around: Around) -> Option<Kind> {
    let fits = |label: &str| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    if !word.split('.').all(fits) {
        return None;
    }
    let kind = kind(word, suffix)?;
    let stands = around.url || matches!(kind, Kind::Metadata) || stands(word, suffix, kind, around);
    stands.then_some(kind)
}

/// What the name is, if it is a host.
fn kind(word: &str, suffix: Suffix) -> Option<Kind> {
    if is_any(&METADATA, word) {
        return Some(Kind::Metadata);
    }
    if is_any(&OWN, word) {
        return Some(Kind::Loopback);
    }
    let labels = word.split('.').count();
    let within = |suffix: &str| ends_with(word, suffix);
    if within(".cluster.local") || within(".clusterset.local") {
        return Some(Kind::Kubernetes);
    }
    if let Suffix::Known(kind) = suffix {
        // A service and its namespace come first; `.svc` alone ends names of files. A pod begins with its address.
        let pod = || word.split('.').next().and_then(dashed_address).is_some();
        let whole = labels >= 3 && (!within(".pod") || pod());
        return (kind != Kind::Kubernetes || whole || !(within(".svc") || within(".pod"))).then_some(kind);
    }
    if suffix == Suffix::Namespace {
        return (labels == 2).then_some(Kind::Kubernetes);
    }
    let project = || word.rsplit('.').nth(2).is_some_and(|label| label.eq_ignore_ascii_case("c"));
    if within(".consul") {
        // Before the suffix stands the kind, or the kind and a data centre.
        let kinds = "service node query connect virtual";
        let known = word.rsplit('.').skip(1).take(2).any(|label| is_in(kinds, label));
        return (known && labels >= 3).then_some(Kind::Internal);
    }
    let cloud =
        [".ec2.internal", ".compute.internal", ".google.internal", ".cloudapp.internal"].iter().any(|s| within(s));
    if cloud || (within(".internal") && project()) { Some(Kind::Cloud) } else { Some(Kind::Internal) }
}

/// Whether a word outside of a URL stands as the name of a host.
fn stands(word: &str, suffix: Suffix, kind: Kind, around: Around) -> bool {
    if suffix == Suffix::Namespace {
        return word.eq_ignore_ascii_case("kubernetes.default") && !around.member && !around.stop;
    }
    let own = kind == Kind::Loopback && is_any(&OWN, word);
    if own || around.user || around.port {
        return true;
    }
    if around.member {
        return false;
    }
    let upper = word.bytes().any(|b| b.is_ascii_uppercase());
    let lower = word.bytes().any(|b| b.is_ascii_lowercase());
    let service = word.starts_with('_') && word.contains("._");
    if (upper && lower) || (word.contains('_') && !service) {
        return false;
    }
    let first = word.split('.').next().unwrap_or_default();
    let two = word.split('.').count() == 2;
    let owner = two && matches!(suffix, Suffix::Doubtful | Suffix::Weak) && is_in(OWNERS, first);
    if owner || is_in(ROOTS, first) || (around.stop && first.eq_ignore_ascii_case("env")) {
        return false;
    }
    if matches!(suffix, Suffix::Known(_)) || matches!(kind, Kind::Cloud | Kind::Kubernetes) {
        return true;
    }
    let marked = first.bytes().any(|b| b.is_ascii_digit() || b == b'-');
    match suffix {
        Suffix::Weak => marked || is_in(HOSTS, first),
        // A statement of a program ends so.
        Suffix::Doubtful if two && around.ended => marked || is_in(HOSTS, first),
        Suffix::Doubtful => !two || first.len() > 1,
        Suffix::Sure | Suffix::Known(_) | Suffix::Namespace => true,
    }
}

/// What the address is that a name holds with dashes: `10-0-0-1`.
pub(super) fn dashed_address(name: &str) -> Option<Kind> {
    let read: Ipv4Addr = name.replace('-', ".").parse().ok()?;
    address::of_v4(read, address::Where::Anywhere)
        .filter(|kind| matches!(kind, Kind::Private | Kind::LinkLocal | Kind::Metadata))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_programs_and_of_hosts_are_told_apart() {
        let plain = |word: &str| {
            let last = word.rsplit('.').next().unwrap();
            suffix(word, last).and_then(|suffix| judge(word, suffix, Around::default()))
        };
        for host in
            ["vault.internal", "db01.prod.internal", "nas.lan", "DC01.CORP.LOCAL", "router.home", "web-1.private"]
        {
            assert_eq!(plain(host), Some(Kind::Internal), "{host}");
        }
        for other in
            ["self.internal", "user.home", "this.private", "com.corp.internal", "fooBar.internal", "key.private"]
        {
            assert_eq!(plain(other), None, "{other}");
        }
    }
}
