//! Colours of CSS, as far as they are plain (CSS Color Module, level 4).

use super::visible::number;

/// So far two colours lie apart, in each of red, green and blue, that a reader cannot tell apart.
const ALIKE: u8 = 16;

/// A colour that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Plain([u8; 3]),
    Transparent,
}

impl Colour {
    pub(super) const WHITE: Self = Self::Plain([255; 3]);

    /// Whether a text of this colour is not seen on a ground of the other.
    pub(super) fn vanishes_on(self, ground: Option<Self>) -> bool {
        match (self, ground) {
            (Self::Transparent, _) => true,
            (Self::Plain(text), Some(Self::Plain(ground))) => {
                text.iter().zip(ground).all(|(text, ground)| text.abs_diff(ground) <= ALIKE)
            }
            _ => false,
        }
    }
}

/// Reads a colour; `None` where it is not a plain one.
pub(super) fn colour(value: &str) -> Option<Colour> {
    let value = value.trim().to_ascii_lowercase();
    let named = match value.as_str() {
        "white" => [255; 3],
        "snow" => [255, 250, 250],
        "ghostwhite" => [248, 248, 255],
        "ivory" => [255, 255, 240],
        "floralwhite" => [255, 250, 240],
        "whitesmoke" => [245; 3],
        "mintcream" => [245, 255, 250],
        "azure" => [240, 255, 255],
        "seashell" => [255, 245, 238],
        "black" => [0; 3],
        "transparent" => return Some(Colour::Transparent),
        _ => return hexadecimal(&value).or_else(|| function(&value)),
    };
    Some(Colour::Plain(named))
}

fn hexadecimal(value: &str) -> Option<Colour> {
    let digits = value.strip_prefix('#')?;
    let digits: String = match digits.len() {
        3 | 4 => digits.chars().flat_map(|c| [c, c]).collect(),
        _ => digits.to_owned(),
    };
    if digits.len() == 8 && digits.ends_with("00") {
        return Some(Colour::Transparent);
    }
    let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some(Colour::Plain([channel(0)?, channel(2)?, channel(4)?]))
}

/// The functions of the levels 3 and 4, with commas or without.
fn function(value: &str) -> Option<Colour> {
    let (name, inner) = value.split_once('(')?;
    let inner = inner.split(')').next()?;
    let parts: Vec<&str> = inner.split([',', ' ', '/']).filter(|part| !part.is_empty()).collect();
    if parts.get(3).and_then(|alpha| number(alpha)).is_some_and(|alpha| alpha <= 0.05) {
        return Some(Colour::Transparent);
    }
    match name {
        "rgb" | "rgba" => {
            let channel = |at: usize| {
                let part = parts.get(at)?;
                let share = number(part)?;
                byte(if part.ends_with('%') { share * 2.55 } else { share })
            };
            Some(Colour::Plain([channel(0)?, channel(1)?, channel(2)?]))
        }
        "hsl" | "hsla" => grey(number(parts.get(2)?)?),
        "lab" | "lch" => grey(number(parts.first()?)?),
        "oklab" | "oklch" => {
            let light = parts.first()?;
            grey(number(light)? * if light.ends_with('%') { 1.0 } else { 100.0 })
        }
        "hwb" => {
            let (white, black) = (number(parts.get(1)?)?, number(parts.get(2)?)?);
            grey(if black >= 97.0 { 0.0 } else { white }).filter(|_| white >= 97.0 || black >= 97.0)
        }
        _ => None,
    }
}

/// The colour of so much light, in hundredths; between black and white the hue decides.
fn grey(light: f64) -> Option<Colour> {
    (light >= 97.0 || light <= 3.0).then(|| byte(light * 2.55)).flatten().map(|byte| Colour::Plain([byte; 3]))
}

/// The nearest byte.
fn byte(share: f64) -> Option<u8> {
    (0..=u8::MAX).find(|byte| f64::from(*byte) + 0.5 > share).or((share >= 255.0).then_some(u8::MAX))
}
