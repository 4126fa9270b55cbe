//! What a reader of a document does not see.

use super::dom::Dom;
use html5ever::Attribute;

/// How much of a style is read.
const STYLE: usize = 4 * 1024;

/// What an element inherits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ground {
    /// The colour behind the text, where one was set.
    behind: Option<String>,
    /// Whether a style sheet may have set it.
    styled: bool,
    /// Whether the text is not shown unless an element within says otherwise.
    invisible: bool,
}

/// What becomes of an element's content.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// It is seen, on that ground.
    Seen(Ground),
    /// It is not.
    Hidden,
}

/// Whether an element shows its content. Only what it says itself counts: style sheets are not applied, but where there are
/// `sheets` they may have set the colour behind it.
pub(super) fn sight(name: &str, attributes: &[Attribute], ground: &Ground, sheets: bool) -> Sight {
    let attribute = |name| Dom::attribute(attributes, name);
    // What stands in for a medium is shown by those that cannot play it.
    let stands_in = matches!(name, "template" | "noscript" | "noembed" | "noframes" | "audio" | "video" | "canvas");
    let closed = name == "dialog" && attribute("open").is_none();
    // Of a picture in SVG what describes it is not drawn.
    let said = matches!(name, "metadata" | "desc" | "datalist");
    if stands_in || closed || said || attribute("hidden").is_some() || attribute("popover").is_some() {
        return Sight::Hidden;
    }
    let mut style = attribute("style").map(declarations).unwrap_or_default();
    // Presentation attributes of SVG, which a style goes before.
    for name in ["display", "visibility", "opacity", "fill-opacity", "font-size"] {
        style.splice(0..0, attribute(name).map(|value| (name.to_owned(), value.trim().to_ascii_lowercase())));
    }
    let mut ground = ground.clone();
    if sheets && (attribute("class").is_some() || attribute("id").is_some()) {
        ground.styled = true;
    }
    let set = attribute("bgcolor").map(colour);
    ground.behind = set.flatten().or(ground.behind);
    for (property, value) in &style {
        if matches!(property.as_str(), "background" | "background-color") {
            ground.behind = value.split(' ').find_map(colour).or(ground.behind);
        }
    }
    if name == "font" && attribute("size").is_some_and(|size| matches!(size.trim(), "0" | "-7")) {
        return Sight::Hidden;
    }
    let plain = attribute("color").and_then(colour).filter(|_| name == "font");
    let said = style.iter().rev().find(|(property, _)| property == "color").and_then(|(_, value)| colour(value));
    let behind = ground.behind.as_deref().or((!ground.styled).then_some("ffffff"));
    if said.or(plain).is_some_and(|text| Some(text.as_str()) == behind || text == "transparent") {
        return Sight::Hidden;
    }
    let clipped = style.iter().any(|(property, value)| property == "overflow" && value != "visible");
    if style.iter().any(|(property, value)| hides(property, value, clipped)) {
        return Sight::Hidden;
    }
    match style.iter().rev().find(|(property, _)| property == "visibility").map(|(_, value)| value.as_str()) {
        Some("hidden" | "collapse") => ground.invisible = true,
        Some("visible") => ground.invisible = false,
        _ => {}
    }
    if ground.invisible { Sight::Hidden } else { Sight::Seen(ground) }
}

/// A style's declarations, in lower case, without comments, escapes undone as far as they are plain.
fn declarations(style: &str) -> Vec<(String, String)> {
    let end = (0..=style.len().min(STYLE)).rev().find(|end| style.is_char_boundary(*end)).unwrap_or(0);
    let mut text = style.get(..end).unwrap_or_default().to_ascii_lowercase();
    while let Some(start) = text.find("/*") {
        let end = text.get(start..).and_then(|rest| rest.find("*/")).map_or(text.len(), |len| start + len + 2);
        text.replace_range(start..end, "");
    }
    let clean = |part: &str| part.replace("!important", "").split_whitespace().collect::<Vec<_>>().join(" ");
    text.split(';').filter_map(|one| one.split_once(':')).map(|(name, value)| (clean(name), clean(value))).collect()
}

/// Whether a declaration hides the element's content.
fn hides(property: &str, value: &str, clipped: bool) -> bool {
    let number = |most: f64| length(value).is_some_and(|n| n <= most);
    match property {
        "display" => value == "none",
        "content-visibility" => value == "hidden",
        "opacity" | "fill-opacity" => number(if value.ends_with('%') { 5.0 } else { 0.05 }),
        "font-size" => number(if value.ends_with("em") || value.ends_with('%') { 0.1 } else { 2.0 }),
        "font" => value.split(' ').any(|part| part.starts_with("0") && length(part).is_some_and(|n| n == 0.0)),
        "left" | "right" | "top" | "bottom" | "text-indent" | "margin-left" | "margin-top" | "letter-spacing" => {
            let relative = value.ends_with("vw") || value.ends_with("vh") || value.ends_with('%');
            let em = value.ends_with("em");
            length(value).is_some_and(|n| n <= -900.0 || n >= 9000.0 || (relative && n <= -100.0) || (em && n <= -60.0))
        }
        "zoom" | "scale" => length(value).is_some_and(|n| n == 0.0),
        "height" | "width" | "max-height" | "max-width" | "line-height" => {
            length(value).is_some_and(|n| n == 0.0 || (n <= 1.0 && clipped && value.ends_with("px")))
                && (clipped || property == "line-height")
        }
        "clip" => value.replace([' ', ',', 'p', 'x'], "").contains("rect(0000") || value.contains("rect(1px"),
        "clip-path" => ["inset(50%", "inset(100%", "circle(0", "ellipse(0", "polygon(0 0, 0 0", "polygon(0 0,0 0"]
            .iter()
            .any(|sign| value.contains(sign)),
        "transform" => {
            let moved = value.split("translate").skip(1).filter_map(|rest| rest.split_once('('));
            let far = |(_, by): (&str, &str)| length(by).is_some_and(|n| n <= -900.0 || n >= 9000.0);
            ["scale(0", "scalex(0", "scaley(0", "scale3d(0"]
                .iter()
                .any(|sign| value.split_once(sign).is_some_and(|(_, rest)| !rest.starts_with('.')))
                || moved.into_iter().any(far)
        }
        "filter" => value.contains("opacity(0"),
        _ => false,
    }
}

/// The number that a length starts with.
fn length(value: &str) -> Option<f64> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

/// A colour as six digits; `None` where it is not a plain one.
fn colour(value: &str) -> Option<String> {
    let value = value.trim().to_ascii_lowercase();
    let named = match value.as_str() {
        "white" | "snow" | "ghostwhite" | "ivory" | "floralwhite" => Some("ffffff"),
        "black" => Some("000000"),
        "transparent" => Some("transparent"),
        _ => None,
    };
    if let Some(named) = named {
        return Some(named.to_owned());
    }
    if let Some(digits) = value.strip_prefix('#') {
        let digits = match digits.len() {
            3 | 4 => digits.chars().flat_map(|c| [c, c]).collect(),
            _ => digits.to_owned(),
        };
        if digits.len() == 8 && digits.ends_with("00") {
            return Some("transparent".to_owned());
        }
        let near_white = digits.get(..6).is_some_and(|six| six.bytes().step_by(2).all(|b| b == b'f'));
        return digits.get(..6).map(|six| if near_white { "ffffff" } else { six }.to_owned());
    }
    if let Some(inner) = value.strip_prefix("hsl(").or_else(|| value.strip_prefix("hsla(")) {
        let light = inner.trim_end_matches(')').split([',', ' ', '/']).filter(|part| !part.is_empty()).nth(2)?;
        return match length(light)? {
            99.0.. => Some("ffffff".to_owned()),
            0.0 => Some("000000".to_owned()),
            _ => None,
        };
    }
    let inner = value.strip_prefix("rgba(").or_else(|| value.strip_prefix("rgb("))?.strip_suffix(')')?;
    let parts: Vec<&str> = inner.split([',', ' ', '/']).filter(|part| !part.is_empty()).collect();
    if parts.get(3).and_then(|alpha| length(alpha)).is_some_and(|alpha| alpha <= 0.05) {
        return Some("transparent".to_owned());
    }
    let bytes: Vec<u8> = parts.iter().take(3).filter_map(|part| part.parse().ok()).collect();
    match bytes.as_slice() {
        [250..=255, 250..=255, 250..=255] => Some("ffffff".to_owned()),
        [red, green, blue] => Some(format!("{red:02x}{green:02x}{blue:02x}")),
        _ => None,
    }
}
