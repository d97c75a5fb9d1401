//! `jalon servir`

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use jalon_store::{ExposeSecret as _, Store, StoreError};
use jalon_web::{App, Clock, Log, Practice, Setting, Site, pdf_program, router};
use jiff::{Timestamp, Zoned};

use crate::args::Serve;
use crate::failure::Failure;
use crate::{load, text};

/// How often it is looked whether the day has changed.
const HOUR: Duration = Duration::from_hours(1);

/// Runs the command, until it is stopped.
pub fn run(args: &Serve) -> Result<(), Failure> {
    // They live as long as the program.
    let rules = Box::leak(Box::new(load::rules(None)?));
    let overlay = load::overlay(args.complement.as_deref(), rules)?;
    let overlay = overlay.map(|overlay| &*Box::leak(Box::new(overlay)));
    if let Some(program) = args.pdf.as_deref().filter(|program| !program.is_file()) {
        return Err(Failure::usage(format!(
            "{} : ce n'est pas un programme\naide : cargo build --release -p jalon-pdf --features typst",
            program.display()
        )));
    }
    let memory = args.memoire.clone().unwrap_or_else(|| beside(&args.dossier));
    let listener = listen(args.port)?;
    let port = listener.local_addr()?.port();
    let site = args.site.as_deref().map_or_else(|| Site::loopback(port), Site::relayed);
    let setting = Setting {
        site,
        clock: Clock::new(Zoned::now),
        log: Log::new(|line| {
            anstream::eprintln!("{:.3} {line}", Timestamp::now());
        }),
        demonstration: memory.join("demonstration"),
        nomenclature: args.nomenclature.clone(),
        pdf: args.pdf.clone().or_else(pdf_program),
    };
    quiet_panics();
    let practice = Practice::new(rules, overlay, &args.dossier);
    let app = App::new(practice, Store::open(&memory)?, setting)?;
    text::print(&greeting(&app, &args.dossier, &memory)?)?;
    let (stop, stopped) = channel::<()>();
    let daily = {
        let app = app.clone();
        std::thread::spawn(move || {
            // Whoever opens the first page does not wait for the facts; their
            // faults are told there.
            let _ = app.practice.facts();
            loop {
                let now = Zoned::now();
                if let Err(error) = app.store.sweep(now.date(), now.timestamp()) {
                    app.setting.log.line(&format!("purge : {error}"));
                }
                if stopped.recv_timeout(HOUR) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        })
    };
    let served = serve(listener, app);
    drop(stop);
    // The thread answers at once, or is reading facts that nobody waits for.
    if daily.is_finished() {
        let _ = daily.join();
    }
    served
}

/// The folder of a practice's memory, beside that of its facts.
fn beside(dossier: &Path) -> PathBuf {
    let mut name = dossier.file_name().map_or_else(|| "cabinet".into(), ToOwned::to_owned);
    name.push("-memoire");
    dossier.with_file_name(name)
}

fn listen(port: u16) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AddrInUse => "il est déjà pris, peut-être par un autre Jalon",
            ErrorKind::PermissionDenied => "le système le réserve",
            _ => "le système le refuse",
        };
        let other = if port < 1_024 { 8_437 } else { port.saturating_sub(1) };
        Failure::machine(format!("port {port} : {why}\naide : jalon servir --port {other}"))
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// What the console shows: where to go, and the code of the first run.
fn greeting(app: &App, dossier: &Path, memory: &Path) -> Result<String, Failure> {
    let absent = if dossier.exists() { "" } else { " (n'existe pas encore)" };
    let mut says = format!(
        "Jalon répond à l'adresse {}\n  dossier  {}{absent}\n  mémoire  {}\n",
        app.setting.site.address(),
        dossier.display(),
        memory.display()
    );
    if let Some(code) = app.store.setup_code(Timestamp::now())? {
        says.push_str(
            "\nPremière mise en service : tapez ce code sur la page. Il ne sert qu'une fois.\n  ",
        );
        says.push_str(code.expose_secret());
        says.push('\n');
    }
    says.push_str("\nCtrl-C pour arrêter.\n");
    Ok(says)
}

/// Where a panic happened, and not what was in hand.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        anstream::eprintln!("{:.3} panique {place}", Timestamp::now());
    }));
}

/// Pages made at once; the others wait. More would be no sooner ready on the
/// computer of a practice, and take as much memory again.
const AT_ONCE: usize = 8;

fn serve(listener: TcpListener, app: App) -> Result<(), Failure> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.max_blocking_threads(AT_ONCE).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(asked_to_stop()).await?;
        Ok(())
    })
}

/// Waits for Ctrl-C, or for the system to say so. Asked twice, it stops
/// without waiting for what is being answered.
async fn asked_to_stop() {
    stop_signal().await;
    tokio::spawn(async {
        stop_signal().await;
        std::process::exit(130);
    });
}

#[cfg(unix)]
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    let _ = tokio::signal::ctrl_c().await;
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(_) => Self::usage(error.to_string()),
            _ => Self::machine(error.to_string()),
        }
    }
}
