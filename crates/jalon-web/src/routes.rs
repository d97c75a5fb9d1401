//! Every address of the application, with what it asks of who looks.
//!
//! The router is made from this table and from nothing else: an address without
//! a need does not exist.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::routing::{MethodRouter, get, post};

use crate::app::{App, House};
use crate::failure::Failure;
pub use crate::guard::Need;
use crate::guard::guard;
use crate::{finish, pages, spool};

/// An address.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Its path; braces name what varies.
    pub path: &'static str,
    /// Who may ask.
    pub need: Need,
    /// Whether it only answers forms: it changes something, and shows nothing
    /// to whoever types its address.
    pub changes: bool,
    /// Most bytes of a form with files; none where no file is taken.
    files: Option<u64>,
    handler: fn() -> Handler,
}

type Handler = MethodRouter<House>;

/// An address that shows a page, and may answer its form.
const fn page(path: &'static str, need: Need, handler: fn() -> Handler) -> Route {
    Route { path, need, changes: false, files: None, handler }
}

/// An address that only answers a form.
const fn form(path: &'static str, need: Need, handler: fn() -> Handler) -> Route {
    Route { path, need, changes: true, files: None, handler }
}

impl Route {
    /// The same, where a form may bring files: so many bytes at most.
    const fn taking(self, bytes: u64) -> Self {
        Self { files: Some(bytes), ..self }
    }
}

/// All of them.
pub const ROUTES: &[Route] = &[
    page("/", Need::Account, || get(pages::today::show)),
    page("/indicateurs", Need::Sums, || get(pages::indicators::show)),
    page("/indicateurs/{scheme}/{page}", Need::Sums, || get(pages::indicator::show)),
    page("/prevision", Need::Sums, || get(pages::forecast::show)),
    page("/equipe", Need::Sums, || get(pages::team::show)),
    page("/comparaison", Need::OwnList, || get(pages::compare::show)),
    page("/patients", Need::Patients, || get(pages::patients::show)),
    form("/patients/recherche", Need::Patients, || post(pages::patients::search)),
    form("/patients/suivi", Need::Patients, || post(pages::patients::note)),
    form("/patients/annuler", Need::Patients, || post(pages::patients::undo)),
    page("/patients/export", Need::Patients, || get(pages::patients::export)),
    page("/patients/{number}", Need::Patients, || get(pages::patient::show)),
    page("/patients/{number}/pieces/{document}", Need::Patients, || get(pages::patient::proof)),
    page("/declarations", Need::Sums, || {
        get(pages::declarations::show).post(pages::declarations::save)
    }),
    page("/declarations/recapitulatif", Need::Sums, || get(pages::declarations::recap::show)),
    page("/declarations/declarations.csv", Need::Sums, || get(pages::declarations::recap::table)),
    form("/declarations/piece", Need::Patients, || post(pages::declarations::documents::add))
        .taking(pages::declarations::documents::MOST),
    page("/pieces/{number}", Need::Patients, || get(pages::declarations::documents::show)),
    form("/pieces/retirer", Need::Patients, || post(pages::declarations::documents::remove)),
    page("/calendrier", Need::Sums, || get(pages::calendar::show)),
    form("/calendrier/versement", Need::OwnList, || post(pages::calendar::pay)),
    form("/calendrier/retirer", Need::OwnList, || post(pages::calendar::cancel)),
    form("/calendrier/prolongation", Need::OwnList, || post(pages::calendar::extend)),
    page("/releves", Need::Amounts, || get(pages::statements::show)),
    page("/releves/saisie", Need::OwnList, || {
        get(pages::statements::entry).post(pages::statements::save)
    }),
    form("/releves/fichier", Need::OwnList, || post(pages::statements::read_file))
        .taking(pages::statements::MOST),
    page("/releves/{number}", Need::Amounts, || get(pages::statements::gaps)),
    form("/releves/{number}/marques", Need::OwnList, || post(pages::statements::mark)),
    form("/releves/{number}/piece", Need::OwnList, || post(pages::statements::attach))
        .taking(pages::statements::LARGEST_PROOF),
    page("/releves/{number}/reclamation", Need::Amounts, || {
        get(pages::statements::claim).post(pages::statements::save_claim)
    }),
    page("/releves/{number}/apercu", Need::Amounts, || get(pages::statements::preview)),
    page("/releves/{number}/reclamation.xlsx", Need::Amounts, || get(pages::statements::xlsx)),
    page("/releves/{number}/reclamation.pdf", Need::Amounts, || get(pages::statements::pdf)),
    page("/simulation", Need::OwnList, || get(pages::simulator::show)),
    page("/simulation/reforme.toml", Need::OwnList, || get(pages::simulator::reform)),
    form("/simulation/ouvrir", Need::OwnList, || post(pages::simulator::open)),
    page("/simulateur", Need::Nothing, || get(pages::simulator::public::show)),
    page("/simulateur/simulation.toml", Need::Nothing, || get(pages::simulator::public::file)),
    form("/simulateur/ouvrir", Need::Nothing, || post(pages::simulator::public::open)),
    page("/import", Need::Import, || get(pages::import::show).post(pages::import::begin))
        .taking(spool::MOST),
    form("/import/annuler", Need::Import, || post(pages::import::take_back)),
    page("/import/{number}", Need::Import, || get(pages::import::follow)),
    form("/import/{number}/garder", Need::Import, || post(pages::import::keep)),
    form("/import/{number}/abandonner", Need::Import, || post(pages::import::drop_it)),
    form("/import/{number}/correspondance", Need::Import, || post(pages::import::correspond)),
    page("/aide", Need::Account, || get(pages::help::list)),
    page("/aide/{scheme}/{page}", Need::Account, || get(pages::help::show)),
    page("/reglages", Need::Account, || get(pages::settings::show)),
    page("/reglages/personnes", Need::Administration, || {
        get(pages::people::show).post(pages::people::invite)
    }),
    page("/reglages/personnes/{account}", Need::Administration, || {
        get(pages::person::show).post(pages::person::rights)
    }),
    form("/reglages/personnes/{account}/fermer", Need::Administration, || {
        post(pages::person::close)
    }),
    form("/reglages/personnes/{account}/rouvrir", Need::Administration, || {
        post(pages::person::reopen)
    }),
    form("/reglages/personnes/{account}/inviter", Need::Administration, || {
        post(pages::person::invite_again)
    }),
    page("/reglages/cabinet", Need::Administration, || {
        get(pages::practice::show).post(pages::practice::save)
    }),
    page("/reglages/sauvegardes", Need::Administration, || {
        get(pages::backups::show).post(pages::backups::make)
    }),
    form("/reglages/conservation", Need::Administration, || post(pages::backups::sweep)),
    page("/reglages/accords", Need::OwnList, || {
        get(pages::consents::show).post(pages::consents::change)
    }),
    page("/reglages/journal", Need::Account, || get(pages::journal::show)),
    page("/reglages/conformite", Need::Account, || get(pages::conformity::show)),
    page("/compte", Need::Account, || get(pages::account::show)),
    form("/compte/mot-de-passe", Need::Account, || post(pages::account::password)),
    form("/compte/codes", Need::Account, || post(pages::account::codes)),
    form("/compte/session", Need::Account, || post(pages::account::end_session)),
    page("/connexion", Need::Nothing, || get(pages::sign_in::show).post(pages::sign_in::enter)),
    form("/deconnexion", Need::Account, || post(pages::sign_in::leave)),
    page("/mise-en-service", Need::Nothing, || get(pages::setup::show).post(pages::setup::first)),
    form("/mise-en-service/demonstration", Need::Nothing, || post(pages::setup::demonstration)),
    form("/demonstration/quitter", Need::Account, || post(pages::setup::leave_demonstration)),
    page("/invitation", Need::Nothing, || {
        get(pages::invitation::show).post(pages::invitation::open)
    }),
    form("/invitation/fin", Need::Nothing, || post(pages::invitation::finish)),
    page("/assets/{name}", Need::Nothing, || get(pages::assets::show)),
];

/// The application as a service.
pub fn router(app: App) -> Router {
    let house = House::new(app);
    let mut router = Router::new();
    for route in ROUTES {
        let (need, files, house) = (route.need, route.files, house.clone());
        let guarded = (route.handler)().route_layer(middleware::from_fn(
            move |request: Request, next: Next| guard(house.clone(), need, files, request, next),
        ));
        router = router.route(route.path, guarded);
    }
    router
        .fallback(|| async { Failure::NotFound })
        .layer(middleware::from_fn_with_state(house.clone(), finish::around))
        .with_state(house)
}
