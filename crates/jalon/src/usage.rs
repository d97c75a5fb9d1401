//! Usage errors in French: the library that parses arguments speaks English.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Prints help or what is wrong with the command line.
pub fn report(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            anstream::print!("{}", error.render().ansi());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            anstream::eprint!("{}", error.render().ansi());
            ExitCode::from(2)
        }
        kind => {
            anstream::eprintln!(
                "{}\naide : jalon --help, ou jalon COMMANDE --help",
                sentence(error, kind)
            );
            ExitCode::from(2)
        }
    }
}

fn sentence(error: &clap::Error, kind: ErrorKind) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let sentence = match kind {
        ErrorKind::UnknownArgument => format!("option inconnue : `{argument}`"),
        ErrorKind::InvalidSubcommand => {
            format!("commande inconnue : `{}`", context(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("il manque : {argument}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("valeur manquante pour {argument}"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("valeur inattendue pour {argument} : `{value}`")
        }
        ErrorKind::ArgumentConflict => {
            format!("{argument} ne va pas avec {}", context(ContextKind::PriorArg))
        }
        ErrorKind::MissingSubcommand => "il manque une commande".to_owned(),
        _ => error.to_string(),
    };
    for kind in
        [ContextKind::ValidValue, ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand]
    {
        let proposed = context(kind);
        if !proposed.is_empty() {
            return format!("{sentence}\naide : {proposed} ?");
        }
    }
    if kind == ErrorKind::ValueValidation {
        let expected = [
            ("<ANNÉE>", "une année, comme 2024"),
            ("<AAAA-MM-JJ>", "une date, comme 2026-09-20"),
            ("<CHAMP=TITRE>", "comme nom=\"Nom d'usage\""),
            ("<TEXTE=ID>", "comme \"Cancer du sein=cancer-sein\""),
            ("--correspondance", "minuscules, chiffres et tirets"),
        ]
        .into_iter()
        .find(|(shape, _)| argument.contains(shape))
        .map_or("un nombre entier", |(_, expected)| expected);
        return format!("{sentence}\naide : {expected}");
    }
    sentence
}
