//! Where reforms come from: the command line, files, the bundled rules.

use super::{Modification, Reform, ReformFault};
use crate::campaign::Campaign;
use crate::diagnostic::{Diagnostic, Source};
use crate::rules::{RuleFile, Rules};
use crate::toml_walk::{Keys, Walk};

/// The folder of the bundled reforms.
const FOLDER: &str = "reformes/";

impl Reform {
    /// Reads `ID.champ=VALEUR` arguments.
    pub fn of_arguments(arguments: &[String]) -> Result<Self, ReformFault> {
        let read = |text: &String| {
            text.split_once('=')
                .and_then(|(path, value)| Modification::new(path, value))
                .ok_or_else(|| ReformFault {
                    text: text.clone(),
                    message: "il faut ID.champ=VALEUR".to_owned(),
                    hint: Some("par exemple diabete-hba1c.cible=90".to_owned()),
                    span: 0..0,
                })
        };
        Ok(Self {
            title: "Paramètres modifiés".to_owned(),
            explanation: String::new(),
            source: "ligne de commande".to_owned(),
            left_out: Vec::new(),
            modifications: arguments.iter().map(read).collect::<Result<_, _>>()?,
            file: None,
        })
    }

    /// Reads a reform file.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut walk = Walk { source: Source { file, text }, offset: 0, faults: Vec::new() };
        let document = walk.parse(text);
        let mut keys = Keys::new(document.get_ref(), 0..0);
        let title = keys.required(&mut walk, "titre");
        let explanation = keys.required(&mut walk, "explication");
        let source = keys.required(&mut walk, "source");
        let left_out = if keys.has("incalculable") {
            keys.texts_or_none(&mut walk, "incalculable").unwrap_or_default()
        } else {
            Vec::new()
        };
        let tables = keys.tables(&mut walk, "modification");
        let modifications: Vec<_> =
            tables.into_iter().filter_map(|keys| modification(&mut walk, keys)).collect();
        keys.end(&mut walk);
        if modifications.is_empty() && left_out.is_empty() && walk.faults.is_empty() {
            let hint = "[[modification]], ou `incalculable` qui dit pourquoi il n'y en a pas";
            walk.fault_with(0..0, "réforme sans modification", hint);
        }
        match (title, explanation, source) {
            (Some(title), Some(explanation), Some(source)) if walk.faults.is_empty() => Ok(Self {
                title: title.0,
                explanation: explanation.0.trim().to_owned(),
                source: source.0,
                left_out,
                modifications,
                file: Some((file.to_owned(), text.to_owned())),
            }),
            _ => Err(walk.faults),
        }
    }

    /// The names of the reforms that come with this version, sorted.
    #[must_use]
    pub fn bundled_names() -> Vec<String> {
        let mut names: Vec<_> = Rules::bundled_files().iter().filter_map(name).collect();
        names.sort_unstable();
        names
    }

    /// A reform that comes with this version; nothing when none has that name.
    #[must_use]
    pub fn bundled(wanted: &str) -> Option<Result<Self, Vec<Diagnostic>>> {
        let files = Rules::bundled_files();
        let file = files.iter().find(|file| name(file).as_deref() == Some(wanted))?;
        Some(Self::parse(&format!("regles/{}", file.path), &String::from_utf8_lossy(&file.bytes)))
    }

    /// Whether it was written on the command line.
    #[must_use]
    pub const fn is_of_arguments(&self) -> bool {
        self.file.is_none()
    }

    /// A fault with its place in the file of the reform.
    #[must_use]
    pub fn placed(&self, fault: &ReformFault) -> Option<Diagnostic> {
        let (file, text) = self.file.as_ref()?;
        let diagnostic = Source { file, text }.fault(fault.span.clone(), fault.message.clone());
        Some(match &fault.hint {
            Some(hint) => diagnostic.hint(hint.clone()),
            None => diagnostic,
        })
    }
}

fn name(file: &RuleFile) -> Option<String> {
    file.path.strip_prefix(FOLDER)?.strip_suffix(".toml").map(str::to_owned)
}

fn modification(walk: &mut Walk<'_>, mut keys: Keys<'_, '_>) -> Option<Modification> {
    let path = keys.required(walk, "champ");
    let value = keys.required(walk, "valeur");
    let doctor = keys.text(walk, "medecin").map(|(doctor, _)| doctor);
    let campaign = |walk: &mut Walk<'_>, keys: &mut Keys<'_, '_>, key| -> Option<Campaign> {
        keys.campaign(walk, key).map(|(campaign, _)| campaign)
    };
    let since = campaign(walk, &mut keys, "depuis");
    let until = campaign(walk, &mut keys, "jusque");
    keys.end(walk);
    let ((path, span), (value, _)) = (path?, value?);
    let read = Modification::new(&path, &value);
    if read.is_none() {
        let hint = "ID.champ, comme \"diabete-hba1c.cible\"";
        walk.fault_with(span.clone(), format!("champ illisible : `{path}`"), hint);
    }
    Some(Modification { doctor, since, until, span, ..read? })
}
