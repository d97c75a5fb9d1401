//! What the memory knows of a list, read at once.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jalon_store::worklist::{Followed, Order, Tracked};
use jalon_store::{AccountId, Actor, DoctorKey, PatientId, PatientKey, Store, StoreError};
use jiff::Timestamp;

use super::people::Kept;
use crate::failure::Failure;
use crate::pages::Look;

/// What was said of the patients of a list, and by whom.
pub struct Memory {
    pub kept: Kept,
    /// Those who may take care of a patient of this list, by name.
    pub colleagues: Vec<(AccountId, String)>,
    /// Names of everyone who said something.
    names: BTreeMap<AccountId, String>,
    /// Name of who looks.
    pub me: String,
}

impl Memory {
    /// Reads it. The journal has it that the list is read, before anything is
    /// shown.
    pub async fn read(look: &Look) -> Result<Self, Failure> {
        let (doctor, campaign) = (look.list_key()?, look.campaign.year());
        look.store(move |store, actor, now| Self::of(store, actor, &doctor, campaign, now)).await
    }

    fn of(
        store: &Store,
        actor: &Actor,
        doctor: &DoctorKey,
        campaign: i16,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let tracked = store.worklist(actor, doctor, campaign, Order::LastChange, now)?;
        let colleagues = store.colleagues(actor, doctor)?;
        let names = names(store, &colleagues, tracked.iter().flat_map(authors))?;
        let kept =
            tracked.into_iter().map(|tracked| (tracked.key.expose().to_owned(), tracked)).collect();
        Ok(Self { kept, colleagues, names, me: store.account_name(actor.account)? })
    }

    /// What was said of one patient, who was read.
    pub async fn about(
        look: &Look,
        tracked: &Tracked,
        colleagues: Vec<(AccountId, String)>,
    ) -> Result<Self, Failure> {
        let wanted: Vec<_> = authors(tracked).collect();
        look.store(move |store, actor, _| {
            let names = names(store, &colleagues, wanted.into_iter())?;
            Ok(Self {
                kept: Kept::new(),
                colleagues,
                names,
                me: store.account_name(actor.account)?,
            })
        })
        .await
    }

    /// The name of someone who said something, or takes care of it.
    pub fn name(&self, account: AccountId) -> Option<&str> {
        self.names.get(&account).map(String::as_str)
    }
}

/// Everyone named by what is kept of a patient.
fn authors(tracked: &Tracked) -> impl Iterator<Item = AccountId> {
    let told = |followed: &Followed| [Some(followed.author), followed.followup.owner];
    let followed = tracked.alone.values().chain([&tracked.whole]);
    followed.filter_map(|gap| gap.followed.as_ref()).flat_map(told).flatten()
}

/// The names of these accounts, those of colleagues being known.
pub fn names(
    store: &Store,
    colleagues: &[(AccountId, String)],
    wanted: impl Iterator<Item = AccountId>,
) -> Result<BTreeMap<AccountId, String>, StoreError> {
    let mut names: BTreeMap<_, _> = colleagues.iter().cloned().collect();
    let wanted: BTreeSet<_> = wanted.collect();
    for account in wanted {
        if let Entry::Vacant(unnamed) = names.entry(account) {
            unnamed.insert(store.account_name(account)?);
        }
    }
    Ok(names)
}

/// The numbers of some patients of the list looked at, which was read.
pub async fn numbers(
    look: &Look,
    patients: Vec<PatientKey>,
) -> Result<BTreeMap<String, PatientId>, Failure> {
    let doctor = look.list_key()?;
    let numbers =
        look.store(move |store, actor, now| store.admit(actor, &doctor, &patients, now)).await?;
    Ok(numbers.into_iter().map(|(key, number)| (key.expose().to_owned(), number)).collect())
}
