//! What a reader of a document does not see.

use super::colour::{Colour, colour};
use super::dom::Dom;
use html5ever::Attribute;

/// How much of a style is read.
const STYLE: usize = 4 * 1024;

/// What an element inherits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ground {
    /// The colour behind the text, where one was set.
    behind: Option<Colour>,
    /// Whether a style sheet may have set it.
    styled: bool,
    /// Whether the text is not shown unless an element within says otherwise.
    invisible: bool,
    /// Whether what stands here is drawn only where something refers to it.
    kept: bool,
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
    let stands_in =
        matches!(name, "template" | "noscript" | "noembed" | "noframes" | "audio" | "video" | "canvas" | "iframe");
    let closed = name == "dialog" && attribute("open").is_none();
    // Of a picture in SVG what describes it is not drawn.
    let said = matches!(name, "metadata" | "desc" | "datalist" | "mphantom");
    if stands_in || closed || said || attribute("hidden").is_some() || attribute("popover").is_some() {
        return Sight::Hidden;
    }
    let mut style = attribute("style").map(declarations).unwrap_or_default();
    // Presentation attributes of SVG, which a style goes before.
    for name in ["display", "visibility", "opacity", "fill-opacity", "font-size", "transform"] {
        style.splice(0..0, attribute(name).map(|value| (name.to_owned(), value.trim().to_ascii_lowercase())));
    }
    let mut ground = ground.clone();
    if sheets && (attribute("class").is_some() || attribute("id").is_some()) {
        ground.styled = true;
    }
    if is_drawn_nowhere(name, attributes, &mut ground) {
        return Sight::Hidden;
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
    let plain = plain.or_else(|| attribute("fill").and_then(colour).filter(|_| is_text(name)));
    let fills = |property: &str| property.ends_with("text-fill-color") || property == "fill" && is_text(name);
    let sets = |property: &str| property == "color" || fills(property);
    let said = style.iter().rev().find(|(property, _)| sets(property)).and_then(|(_, value)| colour(value));
    let behind = ground.behind.or((!ground.styled).then_some(Colour::WHITE));
    if said.or(plain).is_some_and(|text| text.vanishes_on(behind)) {
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

/// Whether an element of SVG is text.
fn is_text(name: &str) -> bool {
    matches!(name, "text" | "tspan" | "textpath")
}

/// Whether an element of SVG draws no text, by where it stands and what it says.
fn is_drawn_nowhere(name: &str, attributes: &[Attribute], ground: &mut Ground) -> bool {
    let attribute = |name| Dom::attribute(attributes, name);
    let far = |name| attribute(name).and_then(number).is_some_and(|n| n <= -900.0 || n >= 9000.0);
    match name {
        "defs" | "symbol" | "clippath" | "mask" | "pattern" | "marker" => ground.kept = true,
        "svg" | "marquee" => {
            return ["width", "height"].iter().any(|name| attribute(name).and_then(number) == Some(0.0));
        }
        _ if is_text(name) => {
            let unfilled = attribute("fill").is_some_and(|fill| fill.trim() == "none") && attribute("stroke").is_none();
            return ground.kept || unfilled || ["x", "y", "dx", "dy"].into_iter().any(far);
        }
        _ => {}
    }
    false
}

/// A style's declarations, in lower case, without comments, with the values of the custom properties that it sets itself.
fn declarations(style: &str) -> Vec<(String, String)> {
    let end = (0..=style.len().min(STYLE)).rev().find(|end| style.is_char_boundary(*end)).unwrap_or(0);
    let mut text = style.get(..end).unwrap_or_default().to_ascii_lowercase();
    while let Some(start) = text.find("/*") {
        let end = text.get(start..).and_then(|rest| rest.find("*/")).map_or(text.len(), |len| start + len + 2);
        text.replace_range(start..end, "");
    }
    let clean = |part: &str| part.replace("!important", "").split_whitespace().collect::<Vec<_>>().join(" ");
    let all = text.split(';').filter_map(|one| one.split_once(':'));
    let mut all: Vec<_> = all.map(|(name, value)| (clean(name), clean(value))).collect();
    let own: Vec<_> = all.iter().filter(|(name, _)| name.starts_with("--")).cloned().collect();
    for (_, value) in &mut all {
        if let Some(name) = value.strip_prefix("var(").and_then(|rest| rest.split([')', ',']).next()) {
            // The last one that is set counts.
            let set = own.iter().rev().find(|(own, _)| own == name.trim());
            *value = set.map_or_else(|| value.clone(), |(_, set)| set.clone());
        }
    }
    all
}

/// Whether a declaration hides the element's content.
fn hides(property: &str, value: &str, clipped: bool) -> bool {
    let most = |most: f64| number(value).is_some_and(|n| n <= most);
    match property {
        "display" => value == "none",
        "content-visibility" => value == "hidden",
        "opacity" | "fill-opacity" => most(if value.ends_with('%') { 5.0 } else { 0.05 }),
        "font-size" => most(if value.ends_with("em") || value.ends_with('%') { 0.1 } else { 2.0 }),
        "font" => value.split([' ', '/']).any(|part| match number(part) {
            Some(n) => n == 0.0 || n <= 2.0 && (part.ends_with("px") || part.ends_with("pt")),
            None => false,
        }),
        "left" | "right" | "top" | "bottom" | "text-indent" | "letter-spacing" | "translate" => is_far(value),
        _ if property.starts_with("margin") || property.starts_with("inset") => value.split(' ').any(is_far),
        "zoom" => number(value) == Some(0.0),
        "scale" => value.split(' ').any(|part| number(part) == Some(0.0)),
        "height" | "width" | "max-height" | "max-width" | "line-height" | "block-size" | "inline-size"
        | "max-block-size" | "max-inline-size" => {
            number(value).is_some_and(|n| n == 0.0 || (n <= 1.0 && clipped && value.ends_with("px")))
                && (clipped || property == "line-height")
        }
        "clip" => value.replace([' ', ',', 'p', 'x'], "").contains("rect(0000") || value.contains("rect(1px"),
        "clip-path" => ["inset(50%", "inset(100%", "circle(0", "ellipse(0", "polygon(0 0, 0 0", "polygon(0 0,0 0"]
            .iter()
            .any(|sign| value.contains(sign)),
        "transform" => value.split_inclusive(')').any(transforms_away),
        "filter" => value.contains("opacity(0"),
        _ => false,
    }
}

/// Whether a length is so long that what it moves is off the page.
fn is_far(value: &str) -> bool {
    let inner = value.trim_end_matches(')');
    let relative = inner.ends_with("vw") || inner.ends_with("vh") || inner.ends_with('%');
    let em = inner.ends_with("em");
    number(value).is_some_and(|n| n <= -900.0 || n >= 9000.0 || (relative && n <= -100.0) || (em && n <= -60.0))
}

/// Whether a function of a transform leaves nothing to be seen: to no size, off the page, or turned to its edge.
fn transforms_away(function: &str) -> bool {
    let Some((name, inner)) = function.trim_start_matches([',', ' ']).split_once('(') else { return false };
    let parts = || inner.trim_end_matches(')').split([',', ' ']).filter(|part| !part.is_empty());
    let numbers: Vec<f64> = parts().filter_map(number).collect();
    match (name.trim(), numbers.as_slice()) {
        ("matrix", [a, b, c, d, x, y]) => {
            a * d - b * c == 0.0 || [x, y].iter().any(|n| n.abs() >= 900.0 && **n < 0.0 || **n >= 9000.0)
        }
        (name, numbers) if name.starts_with("scale") => numbers.contains(&0.0),
        (name, _) if name.starts_with("translate") => parts().any(is_far),
        ("rotatex" | "rotatey", [turn, ..]) => {
            let quarter = if inner.contains("turn") {
                0.25
            } else if inner.contains("grad") {
                100.0
            } else {
                90.0
            };
            turn.abs() % (2.0 * quarter) == quarter
        }
        _ => false,
    }
}

/// The number that a length starts with, also as the one of `calc()`; what is multiplied by nothing is nothing.
pub(super) fn number(value: &str) -> Option<f64> {
    let value = value.trim();
    let wrapped = ["calc(", "max(", "min(", "("].iter().find_map(|name| value.strip_prefix(name));
    if let Some(inner) = wrapped {
        let factors = inner.trim_end_matches(')').split('*');
        let none = inner.contains('*') && factors.filter_map(number).any(|n| n == 0.0);
        return if none { Some(0.0) } else { number(inner) };
    }
    let sign = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+');
    let end = value.find(|c: char| !sign(c)).unwrap_or(value.len());
    // An exponent, not a unit such as `em`.
    let rest = value.get(end..).unwrap_or_default();
    let power = rest.strip_prefix('e').map_or(0, |power| power.len() - power.trim_start_matches(sign).len());
    value.get(..end + if power > 0 { 1 + power } else { 0 })?.parse().ok()
}
