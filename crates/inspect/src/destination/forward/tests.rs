//! Which URLs forward, and which only look so.

use super::forwards;
use url::Url;

fn led(tail: &str) -> bool {
    let own = |place: &str| place.starts_with("docs.example.com") && !place.contains('@');
    forwards(&Url::parse(&format!("https://docs.example.com/{tail}")).unwrap(), &own)
}

#[test]
fn a_parameter_of_any_name_that_names_a_host_forwards() {
    for name in ["u", "q", "host", "r", "next", "target", "to", "x", "anything", "URL", "back_url", "p[]", "id2"] {
        for value in [
            "evil.com",
            "evil.com/c",
            "evil.co.uk/c",
            "EVIL.COM/c",
            "www.evil.site",
            "evil.io/c",
            "a.evil.io",
            "evil.com:8080",
            "evil.com%2Fc",
            "evil%2Ecom/c",
            "%65vil.com/c",
            "%2565vil.com%252Fc",
            "%25252565vil.com/c",
            "@evil.com",
            "%40evil.com",
            "docs.example.com@evil.com",
            "a:b@evil.com",
            ".evil.com",
            "//evil.com",
            "%2F%2Fevil.com",
            "%252F%252Fevil.com",
            "/%09/evil.com",
            "/%5Cevil.com",
            "%5C%5Cevil.com",
            "https:evil.com",
            "https%3Aevil.com",
            "ev%09il.com/c",
            "%20evil.com/c",
            "+evil.com",
            "evil%E3%80%82com",
            "%EF%BD%85vil.com/c",
            "ev%C2%ADil.com",
            "xn--e1afmkfd.xn--p1ai",
            "%D0%B7%D0%BB%D0%BE.%D1%80%D1%84/c",
            "203.0.113.9/c",
            "0xcb007109/c",
            "0313.0.0161.011/c",
            "[2001:db8::1]/c",
            "ZXZpbC5jb20vYw",
            "ZXZpbC5jb20vYw==",
            "aHR0cHM6Ly9ldmlsLmNvbQ",
            "6576696c2e636f6d2f63",
            "eyJ1IjoiaHR0cHM6Ly9ldmlsLmNvbSJ9",
            "{%22u%22:%22evil.com/c%22}",
            "a,evil.com/c",
            "x=evil.com/c",
            "javascript:x",
            "data:text/html,x",
        ] {
            assert!(led(&format!("go?{name}={value}")), "{name}={value}");
            assert!(led(&format!("go?a=b&{name}={value}&c=d")), "{name}={value}");
            assert!(led(&format!("go;{name}={value}")), "path parameter {name}={value}");
        }
    }
}

#[test]
fn a_host_forwards_in_any_part() {
    for tail in [
        "go?evil.com",
        "go?evil.com/c=d",
        "#evil.com",
        "#//evil.com/c",
        "#!evil.com/c",
        "#u=evil.com/c",
        "#@evil.com",
        "redirect/evil.com/c",
        "r/evil.com/c",
        "r/https:/evil.com",
        "redirect/301/evil.com",
        "proxy/https/evil.com/c",
        "go/url=evil.com/c",
        "//evil.com/c",
        "x//evil.com/c",
        "go;a=b;u=evil.com/c",
        "img/aHR0cHM6Ly9ldmlsLmNvbQ",
        "img/68747470733a2f2f6576696c2e636f6d",
        "go?u=evil.site",
        "go?url=evil.anything",
        "go?next=203.0.113.9",
    ] {
        assert!(led(tail), "{tail}");
    }
}

#[test]
fn names_of_files_versions_and_members_do_not() {
    for tail in [
        "?q=node.js",
        "?q=socket.io",
        "?q=foo.bar",
        "?q=ASP.NET",
        "?q=how+to+use+example.com+hosts",
        "?file=index.html",
        "?file=report.pdf&path=src/main.rs",
        "?v=1.2.3",
        "?v=v1.2.3/x",
        "?v=1.2.3.4",
        "?tag=v1.2.md",
        "?email=someone@example.com",
        "?pkg=lodash@4.17.21/lodash.min.js",
        "?pkg=@scope/name",
        "?class=java.util.List&id=com.example.app",
        "?sort=price.lt&f=user.name,user.id",
        "?utm_source=chatgpt.com&ref=news.example",
        "?lang=pt-BR&t=12:30&d=2024-01-01",
        "?next=/home/a.b&to=chapter.two&target=v1.2",
        "?next=1700000000",
        "?u=docs.example.com/manual",
        "?id=3405803777",
        "?sig=2fd4e1c67a2d28fced849ee1bb76e7391b93eb12&token=c2VjcmV0LXRva2Vu",
        "?x=%7B%22a%22:1%7D",
        "#section.sub",
        "#method.eq",
        "#method.is",
        "#os.name",
        "#std.io",
        "#/#room:matrix.org",
        "#L10-L20",
        "#v1.2.3",
        "#/guide/a.b",
        "a/b.md",
        "en.wikipedia.org/wiki",
        "github.com/a/user.github.io",
        "packages/System.Net",
        "releases/download/v1.2.3/a-1.2.3.tar.gz",
        "a//issues",
        "@user@social.example",
        "next/app.js",
        "go/to/there",
        "u/john.doe",
        "%E6%97%A5%E6%9C%AC",
        "100%25",
    ] {
        assert!(!led(tail), "{tail}");
    }
}
