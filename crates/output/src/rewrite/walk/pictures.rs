//! Icons, and images where none may go out.

use super::{Walk, starts};
use crate::media;
use crate::rewrite::notes::whole;
use crate::rewrite::position::Position;
use casemate_core::json::{Value, quote};
use casemate_core::{Reason, Refusal};
use casemate_inspect::{self as inspect, Action, IMAGE_MARKER, Severity, answers};

/// What stands for an image in an answer that may hold none.
fn marker_item() -> String {
    format!(r#"{{"type":"text","text":{}}}"#, quote(IMAGE_MARKER))
}

fn text(value: Option<Value<'_>>) -> String {
    value.and_then(|value| value.as_str()).unwrap_or_default().into_owned()
}

/// Whether it is a blob that says that it is an image, or that is one.
fn is_picture(object: Value<'_>) -> bool {
    object.get("blob").is_some_and(|blob| {
        starts(text(object.get("mimeType")).trim_start(), "image/") || media::is_picture(&text(Some(blob)))
    })
}

impl<'v> Walk<'_, 'v> {
    /// Leaves out the icons that a client would fetch from elsewhere.
    pub(super) fn drop_icons(&mut self, icons: Value<'_>) -> Result<(), Refusal> {
        let text = &self.rules.filter.inspect;
        let images = inspect::Policy { allowed_links: text.allowed_images.clone(), ..text.clone() };
        let (sensitive, limit) = (text.strip_images, self.rules.media_bytes);
        let mut fault = None;
        let dropped = self.edits.retain_items(icons, |icon| {
            let src = icon.get("src").and_then(|src| src.as_str()).unwrap_or_default();
            if let Some(len) = picture(&src) {
                if len > limit {
                    fault = Some(Refusal::new(Reason::LimitMedia).detail("an icon"));
                }
                return !sensitive;
            }
            let allowed = inspect::place_of(&src, &images) == inspect::Place::Allowed;
            !sensitive && allowed && starts(&src, "https:")
        });
        self.notes.count(&answers::ICON, Action::Redact, dropped);
        fault.map_or(Ok(()), Err)
    }

    /// Puts a marker where an image item or an image resource stands, if none may go out.
    pub(super) fn replace_image(&mut self, object: Value<'v>, position: Position) -> bool {
        if !self.rules.filter.inspect.strip_images
            || !matches!(position, Position::Content | Position::Contents | Position::Text)
        {
            return false;
        }
        let kind = text(object.get("type"));
        let embedded = kind == "resource" && object.get("resource").is_some_and(is_picture);
        let data = object.get("data");
        let image = (kind == "image" && (position == Position::Content || data.is_some()))
            || (media::is_media_item(object) && media::is_picture(&text(data)));
        let json = if image || embedded {
            marker_item()
        } else if position != Position::Content && is_picture(object) {
            let uri = object.get("uri").map_or_else(|| "\"\"".to_owned(), |uri| uri.raw().to_owned());
            format!(r#"{{"uri":{uri},"mimeType":"text/plain","text":{}}}"#, quote(IMAGE_MARKER))
        } else {
            return false;
        };
        self.edits.replace(object, json);
        self.found(whole(&answers::CONTENT, Severity::Low, Action::Redact));
        true
    }

    /// Puts a marker where a text is an image and nothing else, if none may go out.
    pub(super) fn replace_text(&mut self, value: Value<'v>, text: &str, position: Position) -> bool {
        let taken = self.rules.filter.inspect.strip_images
            && (position.is_text() || position == Position::Media)
            && media::is_picture(text);
        if taken {
            let marker =
                if position == Position::Media { media::encoded(IMAGE_MARKER) } else { IMAGE_MARKER.to_owned() };
            self.edits.replace(value, quote(&marker));
            self.found(whole(&answers::CONTENT, Severity::Low, Action::Redact));
        }
        taken
    }
}

/// The decoded size of a `data:` URL of a plain picture; SVG is markup and none.
fn picture(src: &str) -> Option<usize> {
    let rest = src.strip_prefix("data:image/")?;
    let (kind, content) = rest.split_once(";base64,")?;
    let plain = matches!(kind, "png" | "jpeg" | "gif" | "webp" | "avif" | "x-icon" | "vnd.microsoft.icon");
    media::decoded_len(content).filter(|_| plain)
}
