//! What a document is, by its content, and the name it is served under.

use std::path::Path;

use crate::words::words;

words! {
    /// What a document is, by its content.
    Kind {
        /// A PDF file.
        Pdf = "pdf", "PDF";
        /// A PNG image.
        Png = "png", "image PNG";
        /// A JPEG image.
        Jpeg = "jpg", "image JPEG";
    }
}

impl Kind {
    /// The kind of these bytes, if it is one that is taken.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', b'1' | b'2', b'.', ..] => Some(Self::Pdf),
            [
                0x89,
                b'P',
                b'N',
                b'G',
                b'\r',
                b'\n',
                0x1a,
                b'\n',
                _,
                _,
                _,
                _,
                b'I',
                b'H',
                b'D',
                b'R',
                ..,
            ] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] if bytes.ends_with(&[0xff, 0xd9]) => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// The type under which it is served, always as an attachment.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// A name that no browser, shell or disk reads as anything else.
pub fn served_name(name: &str, kind: Kind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = Path::new(last);
    let stem = stem.file_stem().unwrap_or_default().to_string_lossy();
    let safe = |c: char| if c.is_alphanumeric() || " -_".contains(c) { c } else { '_' };
    let safe: String = stem.chars().take(60).map(safe).collect();
    let safe = safe.trim_matches(|c: char| !c.is_alphanumeric());
    let stem = if safe.is_empty() { "piece" } else { safe };
    format!("{stem}.{}", kind.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        for (name, served) in [
            ("relevé 2026.pdf", "relevé 2026.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\temp\\a.html", "a.pdf"),
            ("x\r\nSet-Cookie: a=b.pdf", "x__Set-Cookie_ a_b.pdf"),
            (".htaccess", "htaccess.pdf"),
            ("", "piece.pdf"),
            ("…\"<script>\".pdf", "script.pdf"),
        ] {
            assert_eq!(served_name(name, Kind::Pdf), served, "{name:?}");
        }
        assert_eq!(served_name(&"a".repeat(500), Kind::Png).len(), 64);
    }

    #[test]
    fn kinds_are_told_by_content() {
        assert_eq!(Kind::of(b"%PDF-1.7\n..."), Some(Kind::Pdf));
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR...."), Some(Kind::Png));
        assert_eq!(Kind::of(b"\xff\xd8\xff\xe0 JFIF \xff\xd9"), Some(Kind::Jpeg));
        for bytes in [&b"<html>%PDF-1.7"[..], b"PK\x03\x04", b"", b"\x89PNG", b"MZ", b"GIF89a"] {
            assert_eq!(Kind::of(bytes), None);
        }
    }
}
