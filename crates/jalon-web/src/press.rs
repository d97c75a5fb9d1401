//! Documents on pages, by a program apart: the composer would have the engine
//! built again, and what it does with a document must not take the server with
//! it.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use jalon_pdf::Document;

use crate::failure::Failure;

/// How long a document may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Most bytes of its pages.
const MOST: u64 = 64 << 20;

/// Most bytes of what the program complains of.
const COMPLAINT: u64 = 4 << 10;

/// Documents set at once: each takes a processor.
const AT_ONCE: usize = 2;

/// How often it is looked whether a program that has said everything has ended.
const BEAT: Duration = Duration::from_millis(5);

/// The program that sets documents on pages, where this one looks for it when
/// nobody says where it is: beside itself.
#[must_use]
pub fn pdf_program() -> Option<PathBuf> {
    let name = format!("jalon-pdf{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok()?.with_file_name(name);
    beside.is_file().then_some(beside)
}

/// Who sets documents on pages.
#[derive(Debug)]
pub struct Press {
    program: Option<PathBuf>,
    limit: Duration,
    busy: AtomicUsize,
}

impl Press {
    /// With this program, if there is one.
    pub fn new(program: Option<PathBuf>) -> Self {
        Self { program, limit: LIMIT, busy: AtomicUsize::new(0) }
    }

    /// Whether there is a program.
    pub fn is_there(&self) -> bool {
        self.program.as_ref().is_some_and(|program| program.is_file())
    }

    /// Sets a document on pages. Takes seconds: never on a thread that answers.
    pub fn print(&self, document: &Document) -> Result<Vec<u8>, Failure> {
        let program = self.program.as_deref().filter(|program| program.is_file());
        let program = program.ok_or_else(|| {
            unmade("le programme jalon-pdf n'est pas installé\naide : téléchargez le classeur XLSX, ou imprimez l'aperçu depuis le navigateur")
        })?;
        let _turn = Turn::take(&self.busy)?;
        set(program, document, self.limit)
    }
}

/// A place among those who print.
struct Turn<'b>(&'b AtomicUsize);

impl<'b> Turn<'b> {
    fn take(busy: &'b AtomicUsize) -> Result<Self, Failure> {
        let turn = Self(busy);
        if busy.fetch_add(1, Ordering::SeqCst) < AT_ONCE {
            Ok(turn)
        } else {
            Err(Failure::Wait(Duration::from_secs(5)))
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A program that runs: it does not outlive what waits for it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already, there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn set(program: &Path, document: &Document, limit: Duration) -> Result<Vec<u8>, Failure> {
    let end = Instant::now() + limit;
    let input = serde_json::to_vec(document).map_err(|_| Failure::Broken("document"))?;
    let child = Command::new(program)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut running = Running(child.map_err(|_| {
        unmade("le programme jalon-pdf ne démarre pas\naide : vérifiez celui que désigne --pdf")
    })?);
    let child = &mut running.0;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that refuses early reads no further: it says why.
        std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
    }
    let complaint = read(child.stderr.take(), COMPLAINT);
    let pages = read(child.stdout.take(), MOST + 1);
    let left = || end.saturating_duration_since(Instant::now());
    let late =
        || unmade("la mise en pages a pris trop de temps\naide : téléchargez le classeur XLSX");
    let pages = match pages.recv_timeout(left()) {
        Ok(pages) => pages,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Err(late()),
    };
    if pages.len() as u64 > MOST {
        return Err(unmade(
            "le document mis en pages est trop gros\naide : téléchargez le classeur XLSX",
        ));
    }
    loop {
        match running.0.try_wait() {
            Ok(Some(status)) if status.success() && pages.starts_with(b"%PDF-") => {
                return Ok(pages);
            }
            Ok(Some(_)) => {
                let said = complaint.recv_timeout(left()).unwrap_or_default();
                return Err(refused(&String::from_utf8_lossy(&said)));
            }
            Ok(None) if left().is_zero() => return Err(late()),
            Ok(None) => std::thread::sleep(BEAT),
            Err(_) => return Err(Failure::Broken("jalon-pdf")),
        }
    }
}

/// Reads to the end, or up to so many bytes, on a thread of its own.
fn read(from: Option<impl Read + Send + 'static>, most: u64) -> std::sync::mpsc::Receiver<Vec<u8>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(from) = from {
            // What could not be read is missing at the end.
            let _ = from.take(most).read_to_end(&mut bytes);
        }
        let _ = send.send(bytes);
    });
    receive
}

fn unmade(why: &str) -> Failure {
    Failure::Unmade(why.to_owned())
}

/// What the program says of the document it refuses: nothing of what it holds.
fn refused(said: &str) -> Failure {
    let said: String = said.chars().filter(|c| !c.is_control() || *c == '\n').take(400).collect();
    let said = said.trim().trim_start_matches("jalon-pdf : ");
    let said = if said.is_empty() { "le programme jalon-pdf s'est arrêté" } else { said };
    unmade(&format!("{said}\naide : téléchargez le classeur XLSX"))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use jiff::civil::date;

    use super::*;

    fn document() -> Document {
        Document {
            title: "Réclamation".to_owned(),
            author: String::new(),
            date: date(2025, 5, 12),
            footer: String::new(),
            landscape: false,
            blocks: Vec::new(),
        }
    }

    /// What comes of a program that does this.
    fn printed(script: &str, limit: Duration) -> Result<Vec<u8>, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("jalon-pdf");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Press { limit, ..Press::new(Some(program)) }.print(&document())
    }

    fn why(printed: Result<Vec<u8>, Failure>) -> String {
        match printed {
            Err(Failure::Unmade(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pages_come_back_from_what_went_in() {
        let pages = printed("printf '%%PDF-1.7 '; /bin/cat", LIMIT).unwrap();
        let text = String::from_utf8(pages).unwrap();
        assert!(text.starts_with("%PDF-1.7 {") && text.contains("\"Réclamation\""), "{text}");
    }

    #[test]
    fn a_program_that_does_not_do_its_work_is_told_and_ended() {
        let soon = Duration::from_millis(300);
        for (script, limit, says) in [
            ("exec /bin/sleep 60", soon, "a pris trop de temps"),
            // It has said everything, and stays.
            ("printf '%%PDF-1.7'; exec >&-; exec /bin/sleep 60", soon, "a pris trop de temps"),
            ("echo 'jalon-pdf : titres en désordre' >&2; exit 1", LIMIT, "titres en désordre\n"),
            ("exit 3", LIMIT, "s'est arrêté"),
            ("echo bonjour", LIMIT, "s'est arrêté"),
            ("exec /bin/cat /dev/zero", LIMIT, "trop gros"),
        ] {
            let begun = Instant::now();
            let told = why(printed(script, limit));
            assert!(told.contains(says) && told.contains("aide : "), "{script} : {told}");
            assert!(begun.elapsed() < Duration::from_secs(20), "{script}");
        }
    }

    #[test]
    fn without_a_program_it_is_said_what_to_do_instead() {
        for program in [None, Some(PathBuf::from("/nulle/part/jalon-pdf"))] {
            let press = Press::new(program);
            assert!(!press.is_there());
            let told = why(press.print(&document()));
            assert!(told.contains("n'est pas installé") && told.contains("XLSX"), "{told}");
        }
    }

    #[test]
    fn only_some_print_at_once() {
        let busy = AtomicUsize::new(0);
        let turns: Vec<_> = (0..AT_ONCE).map(|_| Turn::take(&busy).unwrap()).collect();
        assert!(matches!(Turn::take(&busy), Err(Failure::Wait(_))));
        drop(turns);
        assert!(Turn::take(&busy).is_ok());
    }
}
