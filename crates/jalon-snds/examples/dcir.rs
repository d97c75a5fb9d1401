//! Writes a dossier as SNDS tables, or imports such tables, and says what it
//! took: `dcir ecrire DOSSIER VERS csv|parquet entier|flux`, `dcir lire DOSSIER VERS`.

use std::fs;
use std::path::Path;
use std::time::Instant;

use jalon_data::{Dossier, Format};
use jalon_import::Draft;
use jalon_import::drugs::NoLookup;
use jalon_import::importer::Importer as _;
use jalon_snds::DcirImporter;
use jalon_snds::write::{Cut, write};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["ecrire", from, to, format, cut] => {
            let format = if *format == "csv" { Format::Csv } else { Format::Parquet };
            let cut = if *cut == "flux" { Cut::Monthly } else { Cut::Whole };
            let start = Instant::now();
            let summary = write(&Dossier::open(from)?, Path::new(to), format, cut)?;
            println!("{summary:#?}\nécrit en {:.1?}", start.elapsed());
            Ok(())
        }
        ["lire", from, to] => read(from, to),
        _ => Err("dcir ecrire DOSSIER VERS csv|parquet entier|flux\ndcir lire DOSSIER VERS".into()),
    }
}

fn read(from: &str, to: &str) -> Outcome {
    let to = Path::new(to);
    fs::create_dir(to)?;
    let start = Instant::now();
    let mut draft = Draft::new(to);
    DcirImporter::new(from, &NoLookup).read(&mut draft, &|_| {})?;
    let (report, _) = draft.finish()?;
    let time = start.elapsed();
    println!("{}", serde_json::to_string_pretty(&report)?);
    let lines = report.lus.get("ER_PRS_F").copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a speed is read to three digits")]
    let speed = lines as f64 / time.as_secs_f64();
    println!("{lines} lignes de ER_PRS_F en {time:.2?} : {speed:.0} par seconde");
    // What the system knows of the process, where it says so.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    Ok(())
}
