//! The codes of configuration findings. A code never changes its meaning.

use std::fmt;

macro_rules! codes {
    ($($variant:ident $code:literal $title:literal $help:literal;)*) => {
        /// What kind of finding it is.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What to do.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }
        }
    };
}

codes! {
    Read "config.read" "the configuration cannot be read"
        "Check the path and that the user Casemate runs as may read it. `casemate init` writes a first one.";
    Size "config.size" "the configuration is larger than Casemate reads"
        "A configuration has at most 1 MiB, 50,000 values and 24 levels.";
    Encoding "config.encoding" "the file is not plain UTF-8 text"
        "Save it as UTF-8 without a byte order mark and without control characters.";
    Syntax "config.syntax" "the file is not valid YAML"
        "The caret stands where the reader gave up; the cause is often a line before: a missing colon, a quote that does not end, or a tab.";
    Documents "config.documents" "the file holds more than one YAML document"
        "One file is one configuration. Remove the `---` line that starts the second document.";
    Anchor "config.anchor" "anchors, aliases and merge keys are not supported"
        "What is in force should be readable where it stands. Write the value out.";
    Tag "config.tag" "YAML tags are not supported"
        "The key alone says what type a value has. Remove the tag.";
    DuplicateKey "config.duplicate_key" "a key is given twice in one section"
        "Which of the two would count is a guess, so neither does. Keep one.";
    UnknownKey "config.unknown_key" "there is no such key here"
        "An unknown key is an error because a misspelt limit would limit nothing. `casemate schema` prints all keys, `casemate explain KEY` explains one.";
    MissingKey "config.missing_key" "a required key is missing"
        "Add it. `casemate explain KEY` says what it means.";
    Empty "config.empty" "a key has no value"
        "Write a value, `[]` for an empty list or `{}` for an empty section, or remove the key.";
    Type "config.type" "the value has another type than the key takes"
        "The message names the type. Numbers and true/false are written without quotes.";
    Value "config.value" "the value is not one that the key takes"
        "The message says which form is expected.";
    Range "config.range" "the number is outside the range of the key"
        "Zero never means unlimited. Choose a value within the range.";
    Quotes "config.quotes" "the text has typographic quotes"
        "Word processors turn straight quotes into curly ones, and then they are part of the text. Use the straight quote of the keyboard.";
    PlainHttp "config.plain_http" "the listener has no TLS"
        "Plain HTTP is allowed in one case: auth.mode none on a loopback address. Everywhere else set tls.certificate and tls.key.";
    ModeNone "config.mode_none" "auth.mode none is for loopback alone"
        "Without authentication everyone who reaches the listener is the anonymous tenant. Listen on 127.0.0.1 or ::1, or choose another mode.";
    Anonymous "config.anonymous" "the anonymous tenant does not fit auth.mode"
        "With auth.mode none exactly one tenant has `anonymous: true`; with every other mode none has.";
    PublicUrl "config.public_url" "public_url is missing or cannot be used"
        "A token is only accepted for exactly this resource, public_url/mcp/NAME. Set it to the URL that clients use, without query and fragment.";
    Jwks "config.jwks" "the keys of the token issuer cannot be used"
        "jwks_uri is an https URL; `file:` is allowed where the listener is on loopback, for development.";
    Unenforceable "config.unenforceable" "the key would have no effect here"
        "A key that is not enforced is refused, so that nobody relies on it. Remove it, or change what the message names.";
    File "config.file" "a file that the configuration names cannot be used"
        "Check path and permissions. Relative paths start at the directory of the configuration.";
    Certificate "config.certificate" "a certificate, key or revocation list cannot be read"
        "Files are PEM. A certificate file holds the chain, leaf first; a key file holds one PKCS#8, SEC1 or PKCS#1 key.";
    KeyMismatch "config.key_mismatch" "certificate and key do not belong together"
        "The public key in the certificate is not that of the private key. Give the pair that was issued together.";
    Expired "config.certificate_expired" "a certificate is outside its validity"
        "Issue a new one. If the dates look right, check the clock.";
    KeyMode "config.key_mode" "a private key or credential is readable by others"
        "Let only the user Casemate runs as read it: chmod 600.";
    DuplicateUpstream "config.duplicate_upstream" "two upstreams have one name or one URL"
        "The name is the {server} of the path and rules go by it; two names for one URL would give it two sets of rules.";
    Upstream "config.upstream" "the URL of an upstream cannot be used"
        "Upstreams are http or https URLs without userinfo, query and fragment. Operators may name private hosts, never link-local and metadata addresses, and loopback only as a literal such as 127.0.0.1.";
    PlainUpstream "config.plain_upstream" "an upstream is reached without TLS"
        "Whoever is on the way can read and change calls and answers, and pose as the server. Use https; for a private CA set tls.ca.";
    Credential "config.credential" "a credential cannot be read"
        "Give exactly one of `file` and `env`; it must exist, not be empty and be one line.";
    WeakSecret "config.weak_secret" "a value is too weak to be told from ordinary text"
        "A registered value is taken out wherever it stands, in every form; that works only for values of at least 12 bytes that are hard to guess. Use a longer, random one.";
    Variable "config.variable" "a value of the environment is not usable"
        "MCP_ALLOWED_DOMAINS is a comma-separated list of hosts; MAX_MEDIA_SIZE and TOKEN_BUDGET_PER_REQUEST are whole numbers. The process environment overrides mcp_gateway.env.";
    Conflict "config.conflict" "two entries claim the same"
        "An identity belongs to exactly one tenant and one person. Remove one of the two.";
    Unreachable "config.unreachable" "nobody can ever reach this"
        "A host must be on allowed_mcp_servers and within MCP_ALLOWED_DOMAINS; an empty list allows nothing. A tenant reaches a tool only on a server that one of its rules covers.";
    NoTenant "config.no_tenant" "no tenant is configured"
        "Without a tenant every call is refused. Add one under `tenants`.";
    Unmapped "config.unmapped" "no identity belongs to the tenant"
        "Say which certificates (`certificates`) or tokens (`tokens`) belong to it; until then nobody does.";
    UnknownServer "config.unknown_server" "there is no server of that name"
        "The rule or entry covers nothing. Compare with the names under `upstreams` and the hosts in allowed_mcp_servers.";
    DuplicateItem "config.duplicate_item" "a name is listed twice"
        "The second one says nothing, and one of the two may have been meant as another name. Keep one.";
    Needless "config.needless" "the entry says nothing"
        "A tool that its server's entry lists under read_only is admitted by `tools` of a rule; unmanaged_tools is for all others.";
    Witness "config.witness" "a witness of the log cannot be used"
        "Each witness has a URL and a cosignature key of its own, NAME+ID+KEY as `casemate audit witness` prints it; `quorum` is at most as many as there are.";
    Archive "config.archive" "a target for copies of the log cannot be used"
        "A target is a directory, or a bucket with endpoint, bucket, region and credentials. With `worm: required` every target is a bucket with Object Lock.";
    Ended "config.ended" "a suppression has ended"
        "Its day has passed, so the rule acts again. Remove the entry, or give it a later day if the findings are still expected.";
    NoScope "config.no_scope" "the certificates get no scope"
        "For certificates the mapping grants scopes, and none granted means none: without `mcp` every call is refused.";
}

impl Code {
    /// The code of that name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.as_str() == code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
