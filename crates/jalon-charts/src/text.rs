//! Words on the drawing: how wide they may be, where they are cut.
//!
//! The font of the reader is not known. Widths are therefore those of the
//! widest usual sans serif, rounded up: what fits here fits everywhere.

use crate::px::Px;

/// Longest text a chart takes from outside, in characters.
const LONGEST: usize = 240;

/// How words are written: each has a class for the style sheet, and the
/// attributes that stand for it without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Font {
    /// The title of the chart.
    Title,
    /// The one figure of a chart.
    Figure,
    /// What stands in its place when there is no figure.
    Notice,
    /// Names of things.
    Body,
    /// Names that weigh more.
    Strong,
    /// What belongs to the reader's own figure.
    Own,
    /// Scales, notes, what can be read later.
    Small,
}

impl Font {
    /// Height of the letters' box, in pixels.
    pub(crate) const fn size(self) -> i64 {
        match self {
            Self::Title | Self::Notice => 15,
            Self::Figure => 22,
            Self::Body | Self::Strong | Self::Own => 12,
            Self::Small => 11,
        }
    }

    /// From one line to the next.
    pub(crate) const fn line(self) -> Px {
        Px::new(match self {
            Self::Title | Self::Notice => 20,
            Self::Figure => 28,
            Self::Body | Self::Strong | Self::Own => 16,
            Self::Small => 14,
        })
    }

    /// From the top of a line to the foot of its letters.
    pub(crate) const fn ascent(self) -> Px {
        Px::hundredths(self.size() * 100)
    }

    const fn bold(self) -> bool {
        matches!(self, Self::Title | Self::Figure | Self::Strong | Self::Own)
    }

    /// Class and attributes.
    pub(crate) const fn attributes(self) -> &'static str {
        match self {
            Self::Title => r#"class="jc-title" font-size="15" font-weight="600""#,
            Self::Figure => {
                r##"class="jc-figure" font-size="22" font-weight="600" fill="#0b5a8a""##
            }
            Self::Notice => r#"class="jc-notice" font-size="15""#,
            Self::Body => r#"class="jc-body" font-size="12""#,
            Self::Strong => r#"class="jc-strong" font-size="12" font-weight="600""#,
            Self::Own => r##"class="jc-own-text" font-size="12" font-weight="600" fill="#0b5a8a""##,
            Self::Small => r##"class="jc-small" font-size="11" fill="#595f63""##,
        }
    }

    /// The most room a text may take.
    pub(crate) fn width(self, text: &str) -> Px {
        let em: i64 = text.chars().map(em_hundredths).sum();
        let weight = if self.bold() { 113 } else { 100 };
        Px::hundredths((em * self.size() * weight + 99) / 100)
    }

    /// The text, cut with « … » if it is wider than this.
    pub(crate) fn fit(self, text: &str, most: Px) -> String {
        if self.width(text) <= most {
            return text.to_owned();
        }
        let mut kept = String::new();
        for letter in text.chars() {
            kept.push(letter);
            kept.push('…');
            let fits = self.width(&kept) <= most;
            kept.pop();
            if !fits {
                kept.pop();
                break;
            }
        }
        kept.truncate(kept.trim_end().len());
        kept.push('…');
        kept
    }

    /// The text on at most this many lines, broken at spaces that may break,
    /// the last cut with « … ».
    pub(crate) fn wrap(self, text: &str, most: Px, lines: usize) -> Vec<String> {
        let mut wrapped: Vec<String> = Vec::new();
        let mut words = text.split(' ').filter(|word| !word.is_empty()).peekable();
        while words.peek().is_some() && wrapped.len() < lines {
            if wrapped.len() + 1 == lines {
                let rest: Vec<&str> = words.by_ref().collect();
                wrapped.push(self.fit(&rest.join(" "), most));
                break;
            }
            let mut line = words.next().unwrap_or_default().to_owned();
            while let Some(word) = words.peek() {
                let longer = format!("{line} {word}");
                if self.width(&longer) > most {
                    break;
                }
                line = longer;
                words.next();
            }
            wrapped.push(self.fit(&line, most));
        }
        wrapped
    }
}

/// Width of a letter in hundredths of the size of the font, rounded up.
fn em_hundredths(letter: char) -> i64 {
    match letter {
        ' ' | '\u{a0}' | '\u{202f}' | '\'' | 'i' | 'j' | 'l' | 'î' | 'ï' => 32,
        'I' | 'J' | '.' | ',' | '’' | '·' | ':' | ';' | '/' | '\\' | '|' | '-' => 38,
        'f' | '(' | ')' | '[' | ']' | '!' | 't' | 'r' => 45,
        '"' | '*' | '_' | '`' | '°' => 50,
        's' | 'z' | 'c' | 'ç' | '?' | 'L' | '–' => 57,
        'a' | 'e' | 'k' | 'o' | 'v' | 'x' | 'y' | 'F' | 'T' | '•' | '«' | '»' => 62,
        '0'..='9'
        | 'b'
        | 'd'
        | 'g'
        | 'h'
        | 'n'
        | 'p'
        | 'q'
        | 'u'
        | '$'
        | '{'
        | '}'
        | '€'
        | 'à'
        | 'â'
        | 'ä'
        | 'è'..='ë'
        | 'ô'
        | 'ö'
        | 'ù'
        | 'û'
        | 'ü' => 66,
        'E' | 'S' | 'P' | 'Y' | 'É' | 'È' => 68,
        'A' | 'B' | 'C' | 'K' | 'R' | 'V' | 'X' | 'Z' | 'À' | 'Ç' => 74,
        'D' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'U' | '&' => 80,
        'w' | '#' | '+' | '<' | '=' | '>' | '^' | '~' | '−' | '×' | '÷' | '≤' | '≥' => 85,
        '!'..='\u{17f}' | '…' | '—' | '→' | '←' | '▲' | '▼' => 107,
        _ => 180,
    }
}

/// A text from outside as a chart may carry it: one line, no invisible letter
/// that would break XML or turn the words around, of bounded length.
pub(crate) fn clean(text: &str) -> String {
    let visible: String =
        text.chars().map(|letter| if unwanted(letter) { ' ' } else { letter }).collect();
    let one_line = visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", one_line[..end].trim_end()),
        None => one_line,
    }
}

/// Controls, marks of direction, and what XML does not allow.
fn unwanted(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}')
}

/// A text inside XML or HTML, in content as in an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{Font, clean, em_hundredths, escape};
    use crate::px::Px;

    include!("../tests/charts/support/measured.rs");

    #[test]
    fn widths_bound_those_of_a_wide_font() {
        for (letters, regular, bold) in MEASURED {
            for letter in letters.chars() {
                let em = em_hundredths(letter);
                assert!(em >= *regular, "{letter} : {em} < {regular}");
                assert!(em * 113 >= bold * 100, "{letter} : {em} × 1,13 < {bold}");
            }
        }
    }

    #[test]
    fn cut_with_an_ellipsis() {
        let room = Font::Body.width("Vaccination…");
        assert_eq!(Font::Body.fit("Vaccination antigrippale", room), "Vaccination…");
        assert_eq!(Font::Body.fit("Vaccination", room), "Vaccination");
        assert_eq!(Font::Body.fit("Vaccination", Px::ZERO), "…");
    }

    #[test]
    fn wrapped_at_spaces_that_may_break() {
        let room = Font::Body.width("objectif 61\u{a0}%");
        let lines = Font::Body.wrap("un objectif 61\u{a0}% pour tous les médecins", room, 3);
        assert_eq!(lines, ["un objectif", "61\u{a0}% pour", "tous les m…"]);
        assert!(Font::Body.wrap("", room, 2).is_empty());
    }

    #[test]
    fn cleaned_and_escaped() {
        assert_eq!(clean(" a\tb\n\u{202e}c\0 "), "a b c");
        assert_eq!(clean(&"é".repeat(500)).chars().count(), 241);
        assert_eq!(
            escape(r#"<a href='x' b="&">"#),
            "&lt;a href=&#39;x&#39; b=&quot;&amp;&quot;&gt;"
        );
    }
}
