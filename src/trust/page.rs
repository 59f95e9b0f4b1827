//! The page that tells what to do with the root certificate on each platform.

use crate::cert::Certificate;
use crate::fingerprint::Form;
use crate::text::markup;
use crate::validity::to_rfc3339;

/// Writes the page: one file, without scripts.
pub fn html(root: &Certificate) -> String {
    format!(
        include_str!("page.html"),
        style = include_str!("page.css"),
        subject = markup(&root.subject().to_string()),
        ends = to_rfc3339(root.validity().not_after()),
        sha256 = root
            .fingerprint()
            .to_text(Form::Colon)
            .replace(':', ":<wbr>"),
    )
}
