//! Passwords that everybody tries first.
//!
//! No list of stolen passwords: those of fifteen characters and more are made
//! of the same few words, names of the keyboard, dates and repetitions. A
//! password is cut into such pieces; what no piece explains must be long
//! enough by itself.

/// Words that passwords are made of, folded: no accent, no capital.
const WORDS: &[&str] = &[
    // Of all passwords.
    "motdepasse",
    "password",
    "passe",
    "secret",
    "bonjour",
    "hello",
    "welcome",
    "bienvenue",
    "soleil",
    "doudou",
    "chouchou",
    "loulou",
    "coucou",
    "chocolat",
    "amour",
    "jetaime",
    "iloveyou",
    "princesse",
    "marseille",
    "paris",
    "lyon",
    "france",
    "football",
    "dragon",
    "monkey",
    "letmein",
    "sunshine",
    "master",
    "superman",
    "batman",
    "starwars",
    "pokemon",
    "naruto",
    "maison",
    "famille",
    "vacances",
    "bisous",
    "cheval",
    "lapin",
    "camille",
    "nicolas",
    "thomas",
    "julien",
    "marine",
    "caroline",
    "isabelle",
    "chantal",
    "antoine",
    // Of this trade and of this program.
    "admin",
    "administrateur",
    "administrator",
    "utilisateur",
    "user",
    "root",
    "test",
    "docteur",
    "medecin",
    "medecine",
    "medical",
    "medicale",
    "cabinet",
    "sante",
    "patient",
    "patients",
    "infirmiere",
    "secretaire",
    "secretariat",
    "accueil",
    "hopital",
    "clinique",
    "pharmacie",
    "ordinateur",
    "jalon",
    "rosp",
    "ameli",
    "amelipro",
    "cpam",
    "cnam",
    "assurance",
    "maladie",
    "forfait",
    "generaliste",
    // Seasons and months.
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "printemps",
    "ete",
    "automne",
    "hiver",
];

/// Rows along which fingers slide, both ways.
const SLIDES: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "&é\"'(-è_çà)=",
    "!@#$%^&*()",
];

/// What no piece explains must be worth so many characters; a piece is worth one.
const ENOUGH: usize = 8;

/// Longest piece looked for.
const LONGEST: usize = 32;

/// Whether a password is made of common words, of slides on the keyboard, of
/// dates or of repetitions, with next to nothing else. `about` are words that
/// others know of the person.
pub fn guessable(password: &str, about: &[&str]) -> bool {
    let plain: Vec<char> = password.chars().flat_map(char::to_lowercase).collect();
    let mut different = plain.clone();
    different.sort_unstable();
    different.dedup();
    if different.len() < 6 {
        return true;
    }
    let about: Vec<Vec<char>> = about
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .map(|word| word.chars().flat_map(char::to_lowercase).map(accentless).collect::<Vec<_>>())
        .filter(|word| word.len() >= 3)
        .collect();
    worth(&plain, &about) < ENOUGH
}

/// Least that the characters are worth, over all ways to cut them into pieces.
fn worth(plain: &[char], about: &[Vec<char>]) -> usize {
    let folded: Vec<char> = plain.iter().map(|c| accentless(*c)).collect();
    let leet: Vec<char> = folded.iter().map(|c| letter(*c)).collect();
    let mut least = vec![0];
    for end in 1..=plain.len() {
        let alone = usize::from(plain[end - 1].is_alphanumeric());
        let mut here = least[end - 1] + alone;
        for start in end.saturating_sub(LONGEST)..end {
            let piece = start..end;
            let known = slides(&plain[piece.clone()])
                || number(&plain[piece.clone()])
                || is_word(&folded[piece.clone()], about)
                || is_word(&leet[piece.clone()], about)
                || again(&plain[..start], &plain[piece]);
            if known {
                here = here.min(least[start] + 1);
            }
        }
        least.push(here);
    }
    least.last().copied().unwrap_or_default()
}

fn is_word(piece: &[char], about: &[Vec<char>]) -> bool {
    let same = |word: &str| word.len() == piece.len() && word.chars().eq(piece.iter().copied());
    piece.len() >= 3
        && (WORDS.iter().any(|word| same(word)) || about.iter().any(|word| word == piece))
}

/// Neighbours of a row, in one direction.
fn slides(piece: &[char]) -> bool {
    piece.len() >= 3
        && SLIDES.iter().any(|row| {
            let row: Vec<char> = row.chars().collect();
            row.windows(piece.len())
                .any(|window| window == piece || window.iter().rev().eq(piece.iter()))
        })
}

/// A year, a date, a telephone number.
fn number(piece: &[char]) -> bool {
    (2..=10).contains(&piece.len()) && piece.iter().all(char::is_ascii_digit)
}

/// What was already there, or one character over and over.
fn again(before: &[char], piece: &[char]) -> bool {
    let one = piece.first().is_some_and(|first| piece.iter().all(|c| c == first));
    (piece.len() >= 3 && one)
        || (piece.len() >= 3 && before.windows(piece.len()).any(|window| window == piece))
}

/// The letter that a digit or a sign is written for.
fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

fn accentless(c: char) -> char {
    match c {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_is_refused() {
        for password in [
            "aaaaaaaaaaaaaaaaaaaa",
            "motdepassemotdepasse",
            "M0tDeP@sse-Secret-2026",
            "azertyuiopqsdfghjklm",
            "123456789012345678",
            "abcabcabcabcabcabc",
            "bonjour bonjour bonjour",
            "Docteur.Martin.2026",
            "cabinet médical du docteur",
            "0601020304 0605060708",
            "Soleil2024Soleil2025",
            "qwertyuiop!!!!!!!!",
            "poiuytrezamlkjhgfdsq",
            "AdministrateurJalon1",
            "claramartin claramartin",
            "printemps ete automne",
        ] {
            assert!(guessable(password, &["clara.martin", "Dr Clara Martin"]), "{password}");
        }
    }

    #[test]
    fn phrases_of_ones_own_are_taken() {
        for password in [
            "trois hiboux sur un pommier",
            "fjord bulbe quai zinc",
            "le velours du vieux moulin",
            "xK7#pQ2vLm9!wRt4",
            "pantoufle-girafe-brocoli",
            "Docteur je mange un rutabaga",
        ] {
            assert!(!guessable(password, &["clara.martin", "Dr Clara Martin"]), "{password}");
        }
    }
}
