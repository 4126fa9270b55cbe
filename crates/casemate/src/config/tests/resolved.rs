//! What the configuration means once it is resolved.

use super::*;

#[test]
fn the_block_of_the_playbook_means_what_it_says() {
    let loaded = valid("playbook");
    let config = &loaded.config;
    assert_eq!(config.listener.address.to_string(), "0.0.0.0:8443");
    assert_eq!(config.auth.mode, Mode::CertificateOrToken);
    let jwt = config.auth.jwt.as_ref().unwrap();
    assert_eq!(jwt.issuer, "https://auth.example.com");
    assert!(
        matches!(&jwt.jwks, JwksSource::Url(url) if url.as_str() == "https://auth.example.com/.well-known/jwks.json")
    );
    assert!(config.headers.trace && config.headers.client);
    assert_eq!((config.caps.payload, config.caps.media, config.caps.tokens), (5_242_880, 5_242_880, 100_000));
    let acme = config.tenants.values().next().unwrap();
    assert_eq!(acme.limit.rate, Some(Rate { rpm: 600, burst: 60 }));
    // Hosts that no entry uses are reachable under their own names.
    let urls: Vec<_> = config.upstreams.values().map(|upstream| upstream.url.as_str()).collect();
    assert_eq!(
        urls,
        ["https://mcp.internal-payroll.svc.cluster.local/mcp", "https://mcp.knowledgebase.svc.cluster.local/mcp"]
    );
    let clients = config.listener.tls.as_ref().unwrap().clients.as_ref().unwrap();
    assert!(!clients.required && !clients.dns_identities);
}

#[test]
fn every_key_reaches_the_gateway() {
    let loaded = valid("everything");
    let config = &loaded.config;
    assert_eq!(config.auth.mode, Mode::CertificateAndToken);
    assert_eq!(config.listener.public_url.as_ref().unwrap().as_str(), "https://gateway.example/base");
    assert_eq!(config.auth.jwt.as_ref().unwrap().jwks, JwksSource::File("jwks.json".into()));
    assert!(!config.headers.trace && config.headers.client);
    assert_eq!((config.caps.payload, config.caps.media, config.caps.tokens), (1 << 20, 0, 5_000));
    assert_eq!(config.caps.idle, Duration::from_secs(240));
    let kb = config.upstreams.values().find(|upstream| upstream.name.as_str() == "kb").unwrap();
    let (header, credential) = kb.credential.as_ref().unwrap();
    assert_eq!((header.as_str(), credential.expose_str()), ("authorization", Some("Bearer hunter2-Wm5z-oat-R8c3")));
    assert_eq!((kb.revision, kb.pins), (Some(Revision::V2025_11_25), PinMode::TrustFirst));
    assert_eq!(kb.relist, Duration::from_mins(5));
    assert!(kb.requests.elicitation && kb.requests.roots && !kb.requests.sampling);
    let docs = config.upstreams.values().find(|upstream| upstream.name.as_str() == "docs").unwrap();
    assert_eq!(docs.credential.as_ref().unwrap().1.expose_str(), Some("s3cr3t-barley-7Qx4-Lk9v"));
    assert!(config.upstreams.keys().any(|name| name.as_str() == "other.example"));
    let read_only = |name: &str| &config.policy.servers.get(name).unwrap().read_only;
    assert!(read_only("kb").iter().eq(["read:all files", "read_page", "search"]));
    assert!(read_only("docs").is_empty() && read_only("other.example").is_empty());
    let unmanaged = &config.policy.tenants.get("acme").unwrap().unmanaged;
    assert!(unmanaged.get("kb").unwrap().iter().eq(["pay_invoice", "send"]));
    assert!(unmanaged.get("other.example").unwrap().contains("reboot") && unmanaged.len() == 2);
    assert!(config.policy.tenants.get("small").unwrap().unmanaged.is_empty());
    let (idle, lifetime) = (Duration::from_mins(10), Duration::from_hours(2));
    assert_eq!(
        config.sessions,
        Sessions { total: 500, per_tenant: 50, per_subject: 5, streams: 40, idle, lifetime, replay: 64 << 10 }
    );
    let acme = config.tenants.get("acme").unwrap();
    assert_eq!(acme.limit.rate, Some(Rate { rpm: 120, burst: 12 }));
    assert_eq!(acme.subject.rate, Some(Rate { rpm: 30, burst: 3 }));
    assert_eq!(acme.tools[0].2.rate, Some(Rate { rpm: 1, burst: 10 }));
    assert_eq!(config.tenants.get("small").unwrap().limit.rate, Some(Rate { rpm: 50, burst: 5 }));
    let admin = config.admin.as_ref().unwrap();
    assert_eq!(admin.people["ann"].groups, ["finance"]);
    assert_eq!(admin.tls.as_ref().unwrap().clients.as_ref().unwrap().crls.len(), 1);
    assert_eq!(loaded.state_dir, Path::new("/var/lib/casemate"));
    assert_eq!(loaded.audit.deadline, Duration::from_millis(100));
    assert_eq!(loaded.rule_lines.values().next().unwrap().len(), 2);
    let watched: Vec<_> = config.watched.iter().map(|path| path.display().to_string()).collect();
    for file in ["casemate.yaml", "ca.pem", "ca.crl", "server.pem", "server.key", "jwks.json", "secret"] {
        assert!(watched.contains(&file.to_owned()), "{file}");
    }
}

#[test]
fn the_process_environment_overrides_and_is_named() {
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "everything").unwrap();
    let mut environment = environment();
    let before = load_text(&source, &environment).unwrap();
    environment.variables.insert("MCP_ALLOWED_DOMAINS".to_owned(), String::new());
    environment.variables.insert("MAX_MEDIA_SIZE".to_owned(), "77".to_owned());
    let after = load_text(&source, &environment).unwrap();
    assert_eq!(after.config.caps.media, 77);
    assert_eq!(after.effective[0].origin, "process environment");
    assert_eq!(after.effective[0].value, "");
    assert!(after.effective[2].origin.contains("line"));
    // Set and empty allows nothing, though the file allows something.
    assert!(before.config.policy.servers.values().all(|server| server.reach.refusal().is_none()));
    assert!(after.config.policy.servers.values().all(|server| server.reach.refusal().is_some()));
    assert_ne!(before.digest, after.digest);
    environment.variables.insert("TOKEN_BUDGET_PER_REQUEST".to_owned(), "many".to_owned());
    let report = load_text(&source, &environment).unwrap_err();
    assert_eq!(report.diagnostics().iter().filter(|found| found.code == Code::Variable).count(), 1);
    assert!(report.render(false).contains("process environment"));
}

#[test]
fn the_digest_is_of_meaning_not_of_text() {
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "minimal").unwrap();
    let digest = |source: &str| load_text(source, &environment()).unwrap().digest;
    let first = digest(&source);
    assert_eq!(first, digest(&format!("# a comment\n{source}")));
    assert_eq!(first, digest(&source.replace("mode: mTLS", "mode: mtls")));
    assert_ne!(first, digest(&source.replace("[mcp]", "[mcp, filter]")));
    assert_ne!(first, digest(&source.replace("mcp_gateway:\n", "mcp_gateway:\n  max_payload_bytes: 1\n")));
}

#[test]
fn the_digest_is_over_every_key_of_sessions_tools_and_pins() {
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "everything").unwrap();
    let digest =
        |source: &str| load_text(source, &environment()).unwrap_or_else(|r| panic!("{}", r.render(false))).digest;
    let mut seen = std::collections::HashSet::from([digest(&source)]);
    for (from, to) in [
        ("total: 500", "total: 501"),
        ("per_tenant: 50", "per_tenant: 60"),
        ("per_subject: 5", "per_subject: 6"),
        ("streams: 40", "streams: 41"),
        ("idle: 10m", "idle: 11m"),
        ("lifetime: 2h", "lifetime: 3h"),
        ("replay: 64KiB", "replay: 65KiB"),
        ("revision: 2025-11-25", "revision: auto"),
        ("revision: 2025-11-25", "revision: 2025-06-18"),
        ("read_only: [search, ", "read_only: ["),
        ("pins: trust-first", "pins: review"),
        ("relist: 5m", "relist: 6m"),
        ("[pay_invoice, send]", "[pay_invoice]"),
        ("other.example: [reboot]", "docs: [reboot]"),
    ] {
        let changed = source.replace(from, to);
        assert_ne!(changed, source, "{from}");
        assert!(seen.insert(digest(&changed)), "{from} → {to}");
    }
    // What a name is listed after says nothing, nor does an empty list.
    let again = source.replace("[pay_invoice, send]", "[send, pay_invoice]");
    assert_eq!(digest(&again), digest(&source));
}

#[test]
fn what_is_not_written_denies() {
    let config = valid("playbook").config;
    assert_eq!(config.sessions, Sessions::default());
    for (name, upstream) in &config.upstreams {
        assert_eq!(
            (upstream.revision, upstream.pins, upstream.relist),
            (None, PinMode::Review, Duration::from_mins(1))
        );
        assert!(config.policy.servers.get(name).unwrap().read_only.is_empty());
    }
    assert!(config.policy.tenants.values().all(|tenant| tenant.unmanaged.is_empty()));
    // An entry that says nothing more is as careful as a host that has none.
    let bare = "upstreams:\n  - { name: kb, url: \"https://mcp.knowledgebase.svc.cluster.local/mcp\" }\n";
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "playbook").unwrap();
    let source = source.replace("servers: [mcp.knowledgebase.svc.cluster.local]", "servers: [kb]");
    let config = load_text(&format!("{source}{bare}"), &environment()).unwrap().config;
    let kb = config.upstreams.values().find(|upstream| upstream.name.as_str() == "kb").unwrap();
    assert_eq!((kb.revision, kb.pins, kb.relist), (None, PinMode::Review, Duration::from_mins(1)));
}

#[test]
fn the_warnings_are_told_and_do_not_refuse() {
    let source = "mcp_gateway:
  tls: { certificate: server.pem, key: server.key }
  auth: { mode: mTLS, trusted_certs_path: ca.pem }
  allowlists: { allowed_mcp_servers: [a.example] }
upstreams:
  - { name: kb, url: \"https://b.example/mcp\", read_only: [search] }
tenants:
  acme: { certificates: [{ san: \"spiffe://acme/**\" }], rules: [{ servers: [kbb] }], unmanaged_tools: { kb: [search, send], a.example: [] } }
  nobody: {}
";
    let loaded = load_text(source, &environment()).unwrap_or_else(|report| panic!("{}", report.render(false)));
    let codes: Vec<_> = loaded.warnings.diagnostics().iter().map(|found| found.code).collect();
    assert_eq!(
        codes,
        [
            Code::Unreachable,
            Code::Unreachable,
            Code::NoScope,
            Code::UnknownServer,
            Code::Unreachable,
            Code::Needless,
            Code::Unmapped
        ]
    );
}

#[test]
fn certificates_outside_their_validity_are_refused() {
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "minimal").unwrap();
    let mut later = environment();
    later.now += 40 * 86_400;
    let mut earlier = environment();
    earlier.now -= 86_400;
    for environment in [later, earlier] {
        let report = load_text(&source, &environment).unwrap_err();
        assert!(report.diagnostics().iter().any(|found| found.code == Code::Expired), "{}", report.render(false));
    }
}

#[test]
fn a_key_that_others_may_read_is_told() {
    let mut files = FILES.clone();
    files.0.get_mut(Path::new("server.key")).unwrap().mode = Some(0o644);
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "minimal").unwrap();
    files.0.insert("casemate.yaml".into(), FileData { bytes: source.into_bytes(), mode: None });
    let loaded = load_from(Path::new("casemate.yaml"), &files, &environment()).unwrap();
    assert_eq!(loaded.warnings.diagnostics()[0].code, Code::KeyMode);
}

#[test]
fn what_cannot_be_read_is_one_finding() {
    let report = load_from(Path::new("nowhere.yaml"), &Memory::default(), &environment()).unwrap_err();
    assert_eq!(report.diagnostics().len(), 1);
    assert_eq!(report.diagnostics()[0].code, Code::Read);
}

#[test]
fn every_credential_that_is_read_is_registered_once() {
    let registered = |config: &Config| {
        // Without the lines of keys, as they stand and as bytes.
        let texts = config.registered.iter().filter_map(|secret| secret.expose_str()).filter(|text| text.contains('-'));
        let mut held: Vec<_> = texts.map(str::to_owned).collect();
        held.sort();
        held
    };
    // Of upstreams and of the bucket; both values stand in several places.
    assert_eq!(registered(&valid("everything").config), ["hunter2-Wm5z-oat-R8c3", "s3cr3t-barley-7Qx4-Lk9v"]);
    assert!(registered(&valid("minimal").config).is_empty());
}

#[test]
fn every_line_of_a_private_key_is_registered() {
    let config = valid("everything").config;
    let registered = casemate_inspect::Registered::new(config.registered.iter().map(casemate_core::Secret::expose));
    let found = |text: &str| {
        let mut found = Vec::new();
        registered.find(text, &mut found);
        !found.is_empty()
    };
    let keys = FILES.0.values().filter_map(|file| std::str::from_utf8(&file.bytes).ok());
    let keys: Vec<_> = keys.filter(|text| text.contains("PRIVATE KEY-----")).collect();
    let lines = |text: &str| {
        text.lines().filter(|l| l.len() >= 32 && !l.starts_with('-')).map(str::to_owned).collect::<Vec<_>>()
    };
    let held: Vec<_> = keys.iter().filter(|text| lines(text).iter().any(|line| found(line))).collect();
    assert!(!held.is_empty(), "a key of the configuration");
    for line in held.iter().flat_map(|text| lines(text)) {
        use base64::Engine as _;
        let engine = base64::engine::general_purpose::STANDARD;
        let bytes = engine.decode(&line).unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        let moved = engine.encode([b"key: ".as_slice(), &bytes].concat());
        for text in [line.clone(), format!("see {line} there"), hex, moved, line[..20].to_owned() + "\\n" + &line[20..]]
        {
            assert!(found(&text), "a line of a key");
        }
        assert!(!found(&line[..20]), "a part of it says nothing");
    }
    // Its twin: a certificate's lines are public, unless they say what a line of the key says.
    assert!(!found("-----BEGIN CERTIFICATE-----") && !found("-----BEGIN PRIVATE KEY-----"));
}

#[test]
fn what_a_basic_credential_encodes_is_registered() {
    use base64::Engine as _;
    let password: String = (0..16u8).map(|n| format!("{:02x}", n.wrapping_mul(57) ^ 0x3c)).collect();
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("gateway:{password}"));
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "everything").unwrap();
    assert!(source.contains("prefix: Bearer"));
    let mut environment = environment();
    environment.variables.insert("KB_TOKEN".to_owned(), pair.clone());
    let source = source.replacen("prefix: Bearer", "prefix: Basic", 1);
    let loaded = load_text(&source, &environment).unwrap_or_else(|report| panic!("{}", report.render(false)));
    let values = loaded.config.registered.iter().map(casemate_core::Secret::expose);
    let registered = casemate_inspect::Registered::new(values);
    let found = |text: &str| {
        let mut found = Vec::new();
        registered.find(text, &mut found);
        !found.is_empty()
    };
    assert!(found(&format!("the password is {password}")) && found(&format!("gateway:{password}")) && found(&pair));
    assert!(!found("the user is gateway, and Basic is a scheme"));
}

#[test]
fn a_credential_that_could_be_ordinary_text_is_used_and_told() {
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "everything").unwrap();
    for weak in ["password1234", "too-short"] {
        let mut environment = environment();
        environment.variables.insert("KB_TOKEN".to_owned(), weak.to_owned());
        let loaded = load_text(&source, &environment).unwrap_or_else(|report| panic!("{}", report.render(false)));
        let told = loaded.warnings.diagnostics().iter().filter(|found| found.code == Code::WeakSecret).count();
        assert!(told >= 1, "{weak}");
        assert!(!format!("{:?}", loaded.warnings.diagnostics()).contains(weak));
        assert!(loaded.config.registered.iter().all(|secret| secret.expose() != weak.as_bytes()));
        let kb = loaded.config.upstreams.values().find(|upstream| upstream.name.as_str() == "kb").unwrap();
        assert_eq!(kb.credential.as_ref().unwrap().1.expose(), format!("Bearer {weak}").as_bytes());
    }
}
