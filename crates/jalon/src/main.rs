//! The `jalon` command.

mod args;
mod compute;
mod contrast;
mod explain;
mod failure;
mod generate;
mod import;
mod import_list;
mod import_statement;
mod json;
mod load;
mod nomenclature;
mod progress;
mod relaunch;
mod rule_pages;
#[cfg(feature = "servir")]
mod serve;
mod sheet;
mod simulate;
mod text;
mod usage;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use failure::Failure;

// A server works on many threads for months: the system's allocator keeps what
// each of them freed.
#[cfg(feature = "servir")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::report(&error),
    };
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let message = failure.to_string();
            if !message.is_empty() {
                anstream::eprintln!("{message}");
            }
            ExitCode::from(failure.code())
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Calculer(args) => compute::run(&args),
        Command::Expliquer(args) => explain::run(&args),
        Command::Comparer(args) => contrast::run(&args),
        Command::Simuler(args) => simulate::run(&args),
        Command::Relancer(args) => relaunch::run(&args),
        Command::Regles(args) => rule_pages::run(&args),
        Command::Verifier(args) => verify::run(&args),
        Command::Generer(args) => generate::run(&args),
        Command::Importer(source) => import::run(&source),
        Command::Nomenclature(args) => nomenclature::run(&args),
        #[cfg(feature = "servir")]
        Command::Servir(args) => serve::run(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "jalon", &mut script);
            text::print(&String::from_utf8_lossy(&script))
        }
    }
}
