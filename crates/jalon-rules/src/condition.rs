//! Row conditions: the small boolean language of the key `ou`.

use std::fmt;
use std::ops::Range;

use crate::diagnostic::choose;

/// A column that a condition may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Complete years on 31 December of the campaign.
    Age,
    /// Complete months on 31 December of the campaign.
    Mois,
    /// `F` or `M`.
    Sexe,
    /// Whether the patient has the complémentaire santé solidaire.
    C2s,
    /// Whether a box belongs to the generics repertory.
    Repertoire,
    /// Length of a treatment in days.
    Duree,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Sex,
    Boolean,
}

impl Column {
    /// Columns of every unit.
    pub const PATIENT: &'static [Self] = &[Self::Age, Self::Mois, Self::Sexe, Self::C2s];

    /// Name in pages and in the engine's tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Mois => "mois",
            Self::Sexe => "sexe",
            Self::C2s => "c2s",
            Self::Repertoire => "repertoire",
            Self::Duree => "duree",
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Age | Self::Mois | Self::Duree => Kind::Integer,
            Self::Sexe => Kind::Sex,
            Self::C2s | Self::Repertoire => Kind::Boolean,
        }
    }
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    Different,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// The operator as written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Different => "<>",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A value written in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A whole number.
    Integer(i64),
    /// A text between single quotes.
    Text(String),
}

/// A boolean expression over the columns of a unit. Unknown columns and
/// mismatched types do not get this far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A column against a value.
    Compare(Column, Comparison, Literal),
    /// A column that is one of several values.
    In(Column, Vec<Literal>),
    /// A boolean column that is true.
    Is(Column),
    /// The contrary.
    Not(Box<Self>),
    /// Both.
    And(Box<Self>, Box<Self>),
    /// Either.
    Or(Box<Self>, Box<Self>),
}

/// What is wrong in a condition; `span` counts bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// The bytes meant.
    pub span: Range<usize>,
    /// What is wrong, in French.
    pub message: String,
    /// What would be right.
    pub hint: String,
}

impl Condition {
    /// Longest text read, in bytes: it bounds the depth of the parser.
    const MAX_LENGTH: usize = 1000;

    /// Reads a condition over `columns`.
    pub fn parse(text: &str, columns: &[Column]) -> Result<Self, ConditionError> {
        if text.len() > Self::MAX_LENGTH {
            let hint = format!("au plus {} caractères", Self::MAX_LENGTH);
            return Err(error(0..text.len(), "condition trop longue".into(), hint));
        }
        let mut parser = Parser { text, tokens: tokens(text)?, at: 0, columns };
        let condition = parser.or()?;
        match parser.tokens.get(parser.at) {
            None => Ok(condition),
            Some((_, span)) => Err(error(
                span.clone(),
                format!("mot inattendu : `{}`", &text[span.clone()]),
                "reliez deux conditions par `and` ou `or`",
            )),
        }
    }
}

impl fmt::Display for Condition {
    /// Writes SQL that means the same, fully parenthesised.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let literal = |value: &Literal| match value {
            Literal::Integer(number) => number.to_string(),
            Literal::Text(text) => format!("'{}'", text.replace('\'', "''")),
        };
        match self {
            Self::Compare(column, comparison, value) => {
                write!(f, "({} {} {})", column.name(), comparison.symbol(), literal(value))
            }
            Self::In(column, values) => {
                let values: Vec<_> = values.iter().map(literal).collect();
                write!(f, "({} in ({}))", column.name(), values.join(", "))
            }
            Self::Is(column) => f.write_str(column.name()),
            Self::Not(inner) => write!(f, "(not {inner})"),
            Self::And(left, right) => write!(f, "({left} and {right})"),
            Self::Or(left, right) => write!(f, "({left} or {right})"),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Integer(i64),
    Symbol(&'static str),
}

fn error(span: Range<usize>, message: String, hint: impl Into<String>) -> ConditionError {
    ConditionError { span, message, hint: hint.into() }
}

fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, ConditionError> {
    const SYMBOLS: [&str; 9] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", ","];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
        let (token, length) = if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        } else if next.is_ascii_digit() {
            let length = run(|c| c.is_ascii_digit());
            let number = rest[..length].parse().map_err(|_| {
                error(at..at + length, "nombre trop grand".into(), "au plus 18 chiffres")
            })?;
            (Token::Integer(number), length)
        } else if next == '\'' {
            let Some(end) = rest[1..].find('\'') else {
                return Err(error(at..text.len(), "texte sans fin".into(), "fermez l'apostrophe"));
            };
            (Token::Text(rest[1..=end].to_owned()), end + 2)
        } else if next.is_alphabetic() || next == '_' {
            let length = run(|c| c.is_alphanumeric() || c == '_');
            (Token::Word(rest[..length].to_lowercase()), length)
        } else if let Some(symbol) = SYMBOLS.into_iter().find(|s| rest.starts_with(s)) {
            (Token::Symbol(symbol), symbol.len())
        } else {
            return Err(error(
                at..at + next.len_utf8(),
                format!("caractère inattendu : `{next}`"),
                "opérateurs : = <> < <= > >= between in and or not",
            ));
        };
        found.push((token, at..at + length));
        at += length;
    }
    Ok(found)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    columns: &'a [Column],
}

impl Parser<'_> {
    fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.text.len()..self.text.len(), |(_, span)| span.clone())
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some((Token::Symbol(s), _)) if *s == symbol);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some((Token::Word(w), _)) if w == word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), ConditionError> {
        if self.take_symbol(symbol) {
            return Ok(());
        }
        Err(error(self.span(), format!("`{symbol}` attendu ici"), "vérifiez les parenthèses"))
    }

    fn or(&mut self) -> Result<Condition, ConditionError> {
        let mut left = self.and()?;
        while self.take_word("or") {
            left = Condition::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Condition, ConditionError> {
        let mut left = self.not()?;
        while self.take_word("and") {
            left = Condition::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Condition, ConditionError> {
        if self.take_word("not") {
            return Ok(Condition::Not(Box::new(self.not()?)));
        }
        if self.take_symbol("(") {
            let inner = self.or()?;
            self.expect(")")?;
            return Ok(inner);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Condition, ConditionError> {
        let column = self.column()?;
        if self.take_word("between") {
            let low = self.literal(column)?;
            if !self.take_word("and") {
                return Err(error(self.span(), "`and` attendu ici".into(), "between 50 and 74"));
            }
            let high = self.literal(column)?;
            return Ok(Condition::And(
                Box::new(Condition::Compare(column, Comparison::AtLeast, low)),
                Box::new(Condition::Compare(column, Comparison::AtMost, high)),
            ));
        }
        if self.take_word("in") {
            self.expect("(")?;
            let mut values = vec![self.literal(column)?];
            while self.take_symbol(",") {
                values.push(self.literal(column)?);
            }
            self.expect(")")?;
            return Ok(Condition::In(column, values));
        }
        for (symbol, comparison) in [
            ("<>", Comparison::Different),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("=", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ] {
            if self.take_symbol(symbol) {
                let value = self.literal(column)?;
                return Ok(Condition::Compare(column, comparison, value));
            }
        }
        if column.kind() == Kind::Boolean {
            return Ok(Condition::Is(column));
        }
        Err(error(
            self.span(),
            format!("comparaison attendue après `{}`", column.name()),
            "par exemple : age >= 65",
        ))
    }

    fn column(&mut self) -> Result<Column, ConditionError> {
        let span = self.span();
        let Some((Token::Word(word), _)) = self.tokens.get(self.at) else {
            return Err(error(span, "colonne attendue ici".into(), "par exemple : age >= 65"));
        };
        if let Some(column) = self.columns.iter().find(|column| column.name() == word) {
            self.at += 1;
            return Ok(*column);
        }
        let names: Vec<_> = self.columns.iter().map(|column| column.name()).collect();
        Err(error(
            span,
            format!("colonne inconnue : `{word}`"),
            choose(word, "colonnes de cette unité", &names),
        ))
    }

    fn literal(&mut self, column: Column) -> Result<Literal, ConditionError> {
        let span = self.span();
        let literal = match (self.tokens.get(self.at).map(|(token, _)| token), column.kind()) {
            (Some(Token::Integer(number)), Kind::Integer) => Some(Literal::Integer(*number)),
            (Some(Token::Text(text)), Kind::Sex) if matches!(text.as_str(), "F" | "M") => {
                Some(Literal::Text(text.clone()))
            }
            _ => None,
        };
        self.at += 1;
        literal.ok_or_else(|| {
            let wanted = match column.kind() {
                Kind::Integer => "un nombre entier",
                Kind::Sex => "'F' ou 'M'",
                Kind::Boolean => "rien : la colonne est vraie ou fausse, écrivez `not` devant",
            };
            error(span, format!("valeur inattendue pour `{}`", column.name()), wanted)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_reads_back_as_sql() {
        let parsed = Condition::parse("sexe = 'F' and age between 50 and 74", Column::PATIENT);
        assert_eq!(
            parsed.map(|condition| condition.to_string()),
            Ok("((sexe = 'F') and ((age >= 50) and (age <= 74)))".into())
        );
    }

    #[test]
    fn an_unknown_column_is_named_with_its_nearest() {
        let error = Condition::parse("agee >= 65", Column::PATIENT).unwrap_err();
        assert_eq!(error.span, 0..4);
        assert!(error.hint.starts_with("`age` ?"), "{}", error.hint);
    }

    #[test]
    fn types_are_checked() {
        for wrong in
            ["age = 'F'", "sexe = 'X'", "c2s = 1", "age", "age >=", "(age > 1", "age > 1 age"]
        {
            assert!(Condition::parse(wrong, Column::PATIENT).is_err(), "{wrong}");
        }
    }
}
