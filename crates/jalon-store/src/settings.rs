//! What the practice chose: settings, prolonged windows, mappings of its
//! lists, and what each person likes to see.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, params};

use crate::audit::{self, Action, Event};
use crate::declarations::{check_campaign, check_word};
use crate::error::StoreError;
use crate::invitations;
use crate::moment::{At, Day};
use crate::private::AccountId;
use crate::random;
use crate::rights::Actor;
use crate::store::Store;

/// The setting that lets people do without a second factor when its value is
/// `facultatif`; it is required otherwise.
pub const SECOND_FACTOR: &str = "second-facteur";

/// What says that everybody is invented.
const DEMONSTRATION: &str = "demonstration";

/// Where the secret of the pages is.
const PAGE_SECRET: &str = "secret-des-pages";

/// Longest value, in bytes.
const LONGEST: usize = 64 * 1024;

/// A window that a fund prolonged, for its own doctors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The fund, by its code.
    pub fund: String,
    /// The scheme.
    pub scheme: String,
    /// The year of the campaign.
    pub campaign: i16,
    /// The window, by the name that the calendar uses.
    pub window: String,
    /// Its last day.
    pub until: Date,
    /// Where it was read.
    pub source: String,
}

/// How the columns of a kind of list are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The kind of list.
    pub kind: String,
    /// The name it was given.
    pub name: String,
    /// The mapping itself, in the words of whoever reads lists.
    pub body: String,
}

impl Store {
    /// A secret of the practice for what a page derives from identifiers: drawn
    /// once, kept with the rest.
    pub fn page_secret(&self) -> Result<[u8; 32], StoreError> {
        let text: String = self.database.write(|tx| {
            let drawn = blake3::Hash::from_bytes(random::bytes()?).to_hex();
            tx.execute(
                "INSERT INTO settings (key, value, changed_at) VALUES (?1, ?2, 0)
                 ON CONFLICT (key) DO NOTHING",
                params![PAGE_SECRET, drawn.as_str()],
            )?;
            Ok(tx.query_row("SELECT value FROM settings WHERE key = ?1", [PAGE_SECRET], |row| {
                row.get(0)
            })?)
        })?;
        let secret = blake3::Hash::from_hex(&text).map_err(|_| StoreError::Damaged)?;
        Ok(*secret.as_bytes())
    }

    /// From now on this memory is one of invented people, and its accounts need
    /// no second factor: only before anybody has entered, and for ever.
    pub fn become_demonstration(&self, now: Timestamp) -> Result<(), StoreError> {
        self.database.write(|tx| {
            if invitations::entered(tx)? {
                return Err(StoreError::refused("cette base sert déjà à un cabinet"));
            }
            for (key, value) in [(DEMONSTRATION, "oui"), (SECOND_FACTOR, "facultatif")] {
                tx.execute(
                    "INSERT INTO settings (key, value, changed_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    params![key, value, At(now)],
                )?;
            }
            Ok(())
        })
    }

    /// Whether everybody in this memory is invented.
    pub fn is_demonstration(&self) -> Result<bool, StoreError> {
        Ok(self.setting(DEMONSTRATION)?.is_some())
    }

    /// A setting of the practice.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.database.read(|tx| {
            let value = tx
                .query_row("SELECT value FROM settings WHERE key = ?1", [key], |row| row.get(0))
                .optional()?;
            Ok(value)
        })
    }

    /// Changes a setting of the practice, or takes it back.
    pub fn set_setting(
        &self,
        actor: &Actor,
        key: &str,
        value: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.administer(actor, Action::Setting, now)?;
        check_word("le réglage", key)?;
        if [DEMONSTRATION, PAGE_SECRET].contains(&key) {
            return Err(StoreError::refused("ce réglage ne se change pas"));
        }
        check_length(value.unwrap_or_default())?;
        self.database.write(|tx| {
            match value {
                Some(value) => tx.execute(
                    "INSERT INTO settings (key, value, changed_at, author) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (key) DO UPDATE
                     SET value = excluded.value, changed_at = excluded.changed_at,
                         author = excluded.author",
                    params![key, value, At(now), actor.account],
                )?,
                None => tx.execute("DELETE FROM settings WHERE key = ?1", [key])?,
            };
            audit::record(tx, Event::of(actor, Action::Setting).on(key), now)
        })
    }

    /// What one likes to see.
    pub fn preferences(&self, actor: &Actor) -> Result<BTreeMap<String, String>, StoreError> {
        self.database.read(|tx| {
            let mut select =
                tx.prepare_cached("SELECT key, value FROM preferences WHERE account = ?1")?;
            let rows = select.query_map([actor.account], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Changes what one likes to see.
    pub fn set_preference(&self, actor: &Actor, key: &str, value: &str) -> Result<(), StoreError> {
        check_word("la préférence", key)?;
        check_length(value)?;
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO preferences (account, key, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT (account, key) DO UPDATE SET value = excluded.value",
                params![actor.account, key, value],
            )?;
            Ok(())
        })
    }

    /// Writes down that a fund prolonged a window.
    pub fn extend(
        &self,
        actor: &Actor,
        extension: &Extension,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !(actor.role.administers() || actor.own().is_some()) {
            return self.refuse(Event::of(actor, Action::Setting), now);
        }
        let Extension { fund, scheme, campaign, window, until, source } = extension;
        check_campaign(*campaign)?;
        check_word("la caisse", fund)?;
        check_word("le dispositif", scheme)?;
        check_word("la période", window)?;
        if source.trim().is_empty() {
            return Err(StoreError::refused("dites où cette prolongation a été lue"));
        }
        check_length(source)?;
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO extensions (fund, scheme, campaign, window, until, source, at, author)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    fund,
                    scheme,
                    campaign,
                    window,
                    Day(*until),
                    source,
                    At(now),
                    actor.account
                ],
            )?;
            audit::record(tx, Event::of(actor, Action::Setting).on("calendrier"), now)
        })
    }

    /// The windows that a fund prolonged in a campaign: the last word on each.
    pub fn extensions(&self, fund: &str, campaign: i16) -> Result<Vec<Extension>, StoreError> {
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT fund, scheme, campaign, window, until, source FROM extensions AS told
                 WHERE fund = ?1 AND campaign = ?2 AND id = (SELECT max(id) FROM extensions
                   WHERE fund = told.fund AND scheme = told.scheme
                     AND campaign = told.campaign AND window = told.window)
                 ORDER BY scheme, window",
            )?;
            let rows = select.query_map(params![fund, campaign], |row| {
                Ok(Extension {
                    fund: row.get(0)?,
                    scheme: row.get(1)?,
                    campaign: row.get(2)?,
                    window: row.get(3)?,
                    until: row.get::<_, Day>(4)?.0,
                    source: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Keeps a mapping under its name, in place of the one it had.
    pub fn save_mapping(
        &self,
        actor: &Actor,
        mapping: &Mapping,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !may_map(actor) {
            return self.refuse(Event::of(actor, Action::Setting), now);
        }
        check_word("le type de liste", &mapping.kind)?;
        if mapping.name.trim().is_empty() || mapping.name.chars().count() > 80 {
            return Err(StoreError::refused("le nom a 1 à 80 caractères"));
        }
        check_length(&mapping.body)?;
        self.database.write(|tx| {
            tx.execute(
                "INSERT INTO mappings (kind, name, body, changed_at, author)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (kind, name) DO UPDATE
                 SET body = excluded.body, changed_at = excluded.changed_at,
                     author = excluded.author",
                params![mapping.kind, mapping.name, mapping.body, At(now), actor.account],
            )?;
            audit::record(tx, Event::of(actor, Action::Setting).on("correspondance"), now)
        })
    }

    /// The mappings of a kind of list, by name.
    pub fn mappings(&self, kind: &str) -> Result<Vec<Mapping>, StoreError> {
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT kind, name, body FROM mappings WHERE kind = ?1 ORDER BY name",
            )?;
            let rows = select.query_map([kind], |row| {
                Ok(Mapping { kind: row.get(0)?, name: row.get(1)?, body: row.get(2)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Removes a mapping.
    pub fn remove_mapping(
        &self,
        actor: &Actor,
        kind: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !may_map(actor) {
            return self.refuse(Event::of(actor, Action::Setting), now);
        }
        self.database.write(|tx| {
            let removed =
                tx.execute("DELETE FROM mappings WHERE kind = ?1 AND name = ?2", [kind, name])?;
            if removed == 0 {
                return Err(StoreError::NotFound);
            }
            audit::record(tx, Event::of(actor, Action::Setting).on("correspondance"), now)
        })
    }

    /// Name of whoever wrote something, for those who work with it.
    pub fn account_name(&self, account: AccountId) -> Result<String, StoreError> {
        self.database.read(|tx| {
            Ok(tx.query_row("SELECT name FROM accounts WHERE id = ?1", [account], |row| {
                row.get(0)
            })?)
        })
    }
}

fn may_map(actor: &Actor) -> bool {
    actor.role.administers() || actor.role.cares()
}

fn check_length(value: &str) -> Result<(), StoreError> {
    if value.len() <= LONGEST {
        Ok(())
    } else {
        Err(StoreError::refused("cette valeur est trop longue : 64 Kio au plus"))
    }
}
