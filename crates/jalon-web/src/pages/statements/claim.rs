//! The claim: its letter, its facts and dates, who is in dispute, what proves it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jalon_claim::Claim;
use jalon_claim::claim::{Disputed, Event, Letter, Proof};
use jalon_import::list::Person;
use jalon_rules::french;
use jalon_store::worklist::FundMark;
use jalon_store::{
    AccountId, ClaimId, Document, PatientId, Proof as Proves, Statement as Kept, Words, Written,
};
use jiff::civil::Date;

use super::body::{Body, Faults, GROUNDS, Meant};
use super::study::Study;
use super::{Wanted, gaps, is_own, to};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::pages::{Choice, Frame, Look, Visit, html};
use crate::texts::Statements;
use crate::words;

#[derive(Template)]
#[template(path = "claim.html")]
struct Page {
    frame: Frame,
    w: &'static Statements,
    id: String,
    campaign: String,
    doctor: String,
    name: String,
    back: String,
    message: String,
    wrong: bool,
    may: bool,
    seen: String,
    amount: String,
    body: Body,
    faults: Faults,
    disputed: Vec<Line>,
    /// Grounds of patients who are not shown.
    others: Vec<(String, String)>,
    proofs: Vec<(String, String, String)>,
    delays: Vec<(&'static str, String)>,
    outs: Vec<Out>,
    pdf: bool,
}

/// A patient in dispute, as the page shows them.
struct Line {
    number: String,
    label: String,
    to: String,
    indicators: String,
    facts: String,
    grounds: Vec<Choice>,
}

/// A version that goes out.
struct Out {
    version: &'static str,
    preview: String,
    workbook: String,
    pdf: String,
}

/// A patient marked for a claim, and what the practice has of them.
pub struct Marked {
    number: PatientId,
    disputed: Disputed,
    documents: Vec<Document>,
}

/// All that a claim is made of, but its texts.
pub struct Dossier {
    pub study: Study,
    pub marked: Vec<Marked>,
    documents: Vec<Document>,
}

impl Dossier {
    /// Reads it. Patients are those of the doctor's list that are marked, for
    /// those who may see them.
    pub async fn read(look: &Look, number: &str) -> Result<Self, Failure> {
        let Self { study, .. } = Self::unnamed(look, number).await?;
        if !look.sees_patients() {
            return Ok(Self { study, marked: Vec::new(), documents: Vec::new() });
        }
        let tracked = look.tracked().await?;
        let start = study.word("");
        let mut asked = Vec::new();
        for (patient, kept) in &tracked {
            let marked = kept.alone.iter().filter(|(_, gap)| gap.fund == Some(FundMark::ToClaim));
            let indicators: Vec<String> = marked
                .filter_map(|(word, _)| word.strip_prefix(&start))
                .map(str::to_owned)
                .collect();
            if !indicators.is_empty() {
                asked.push((patient.clone(), kept.patient, indicators));
            }
        }
        let (campaign, id) = (look.campaign.year(), study.kept.id);
        let numbers: Vec<PatientId> = asked.iter().map(|(_, number, _)| *number).collect();
        let (own, mut about) = look
            .store(move |store, actor, _| {
                let own = store.documents(actor, &Proves::Statement(id))?;
                let mut about = BTreeMap::new();
                for number in numbers {
                    let all = store.documents_about(actor, number, campaign)?;
                    about.insert(number, all.into_iter().map(|(_, one)| one).collect());
                }
                Ok((own, about))
            })
            .await?;
        let mut marked = Vec::new();
        for (patient, number, indicators) in asked {
            marked.push(Marked {
                number,
                disputed: disputed(look, &study, patient, indicators)?,
                documents: about.remove(&number).unwrap_or_default(),
            });
        }
        Ok(Self { study, marked, documents: own })
    }

    /// The same without patients or documents, of which the journal says
    /// nothing: what is left to show where it cannot be written.
    async fn unnamed(look: &Look, number: &str) -> Result<Self, Failure> {
        let study = Study::read(look, number).await?;
        Ok(Self { study, marked: Vec::new(), documents: Vec::new() })
    }

    /// The claim, with its texts.
    pub fn claim(&self, look: &Look, body: &Body, meant: Meant) -> Claim {
        let Study { held, lent, .. } = &self.study;
        let mut documents: Vec<&Document> = self.documents.iter().collect();
        let mut all = Vec::new();
        for one in &self.marked {
            let first = documents.len();
            documents.extend(&one.documents);
            let (_, ground) = body.ground(&one.number.to_string());
            let proofs = (first..documents.len()).collect();
            all.push(Disputed { ground, proofs, ..one.disputed.clone() });
        }
        let proofs = documents.into_iter().map(|one| proof(look, one)).collect();
        let lists = [&lent.whole, &lent.to_see].into_iter().flatten();
        let people = lists.flat_map(|list| &list.patients);
        let mut others: BTreeMap<String, Person> =
            people.map(|(number, person)| (format!("liste {number}"), person.clone())).collect();
        // Of a whole list, only those whom a text does name.
        let told = told(&meant, &self.documents);
        for member in &held.members {
            if told.contains(&member.patient.to_lowercase()) {
                others.insert(member.patient.clone(), Person::default());
            }
        }
        Claim {
            campaign: look.campaign,
            scheme: held.scheme.name.clone(),
            letter: meant.letter,
            chronology: meant.chronology,
            arithmetic: held.arithmetic.clone(),
            data: held.data.clone(),
            explanations: held.explanations.clone(),
            lists: held.lists.clone(),
            disputed: all,
            others,
            annex: held.annex.clone(),
            proofs,
            deadlines: meant.deadlines,
        }
    }

    /// The texts kept last, or a draft; and the number of what was kept.
    pub async fn body(&self, look: &Look) -> Result<(Body, Option<ClaimId>), Failure> {
        let id = self.study.kept.id;
        let kept = look.store(move |store, actor, _| store.claim(actor, id)).await?;
        match kept {
            None => Ok((self.draft(look).await?, None)),
            Some(kept) => {
                let body = serde_json::from_str(kept.body.expose());
                Ok((body.map_err(|_| Failure::Broken("réclamation gardée"))?, Some(kept.id)))
            }
        }
    }

    async fn draft(&self, look: &Look) -> Result<Body, Failure> {
        let Study { held, kept, .. } = &self.study;
        let author: AccountId = kept.author;
        let names = look
            .store(move |store, _, _| Ok((store.account_name(author)?, store.setting("cabinet")?)))
            .await?;
        let mut letter = Letter::draft(
            &held.scheme.name,
            look.campaign,
            look.today(),
            &held.arithmetic,
            &held.data,
        );
        letter.sender = std::iter::once(names.0).chain(names.1).collect();
        Ok(Body::of(&letter, kept.received_on, "relevé reçu"))
    }
}

/// The day from which delays run: the one that the claim says, else the one on
/// which the statement came.
pub async fn notified(look: &Look, kept: &Kept) -> Result<Date, Failure> {
    let id = kept.id;
    let claim = look.store(move |store, actor, _| store.claim(actor, id)).await?;
    let body = claim.and_then(|claim| serde_json::from_str::<Body>(claim.body.expose()).ok());
    let said = body.and_then(|body| body.notifie.parse().ok());
    Ok(said.unwrap_or(kept.received_on))
}

/// Free texts, without case or separators that hide an identifier.
fn told(meant: &Meant, documents: &[Document]) -> String {
    let Letter { sender, addressee, place, object, law, grounds, demand, .. } = &meant.letter;
    let texts = [place, object, demand].into_iter();
    let texts = texts.chain(sender).chain(addressee).chain(law).chain(grounds);
    let texts = texts.chain(meant.chronology.iter().map(|event| &event.what));
    let texts = texts.chain(documents.iter().map(|document| &document.name));
    let all: String = texts.flat_map(|text| text.chars()).filter(|c| c.is_alphanumeric()).collect();
    all.to_lowercase()
}

fn proof(look: &Look, document: &Document) -> Proof {
    Proof {
        name: document.name.clone(),
        date: Some(look.app.clock().local(document.at).date()),
        hash: blake3::Hash::from_bytes(document.hash).to_hex().to_string(),
    }
}

/// A patient in dispute: what the facts tell, and what may have kept the fund
/// from counting it.
fn disputed(
    look: &Look,
    study: &Study,
    patient: String,
    indicators: Vec<String>,
) -> Result<Disputed, Failure> {
    let held = &study.held;
    let reading = held.list.readings.iter().find(|one| one.scheme.id == held.scheme.id);
    let broken = |_| Failure::Broken("moteur");
    let mut facts = Vec::new();
    if let Some(reading) = reading {
        let own = reading.evidence.only(&patient).map_err(broken)?;
        for id in &indicators {
            let Some(at) = reading.pages.iter().position(|page| page.id == *id) else { continue };
            let Some(page) = reading.pages.get(at) else { continue };
            for row in own.page(at).map_err(broken)? {
                let told = row.numerator(page, look.campaign);
                let last = told.filter_map(|(criterion, evidence)| {
                    Some(Event {
                        date: evidence.last?,
                        what: format!("{} : {}", page.title, criterion.says),
                    })
                });
                facts.extend(last);
            }
        }
    }
    let suspects = held.explanations.iter().filter(|one| indicators.contains(&one.indicator));
    let mut reasons: Vec<_> = suspects
        .flat_map(|one| &one.suspects)
        .filter(|one| one.patient == patient)
        .flat_map(|one| one.reasons.clone())
        .collect();
    reasons.sort();
    reasons.dedup();
    facts.sort_by_key(|event| event.date);
    Ok(Disputed {
        person: study.person(&patient),
        patient,
        indicators,
        ground: GROUNDS[0].1,
        facts,
        reasons,
        proofs: Vec::new(),
    })
}

/// The page.
pub async fn show(
    look: Look,
    Path(number): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let w = Statements::of(look.language);
    let dossier = Dossier::read(&look, &number).await?;
    let (body, seen) = dossier.body(&look).await?;
    let message = if wanted.fait.is_some() { w.claim_saved } else { "" };
    page(&look, &dossier, body, Faults::default(), seen, (message, StatusCode::OK))
}

/// The page again, and why nothing was added.
pub async fn again(
    look: &Look,
    number: &str,
    message: &str,
    status: StatusCode,
) -> Result<Response, Failure> {
    let dossier = Dossier::read(look, number).await?;
    let (body, seen) = dossier.body(look).await?;
    page(look, &dossier, body, Faults::default(), seen, (message, status))
}

fn page(
    look: &Look,
    dossier: &Dossier,
    body: Body,
    faults: Faults,
    seen: Option<ClaimId>,
    (message, status): (&str, StatusCode),
) -> Result<Response, Failure> {
    let w = Statements::of(look.language);
    let (doctor, id) = (look.doctor()?, dossier.study.kept.id);
    let claimed = dossier.study.held.data.euros_gap();
    let day = |text: &str| text.parse::<Date>().ok();
    let delays =
        jalon_claim::Deadlines { notified: day(&body.notifie), received: day(&body.parvenue) };
    let documents = dossier.documents.iter().map(|one| (String::new(), one)).chain(
        dossier.marked.iter().flat_map(|one| {
            one.documents.iter().map(|document| (one.disputed.patient.clone(), document))
        }),
    );
    let proofs =
        documents.map(|(whose, one)| (whose, one.name.clone(), proof(look, one).hash)).collect();
    let out = |version: &'static str| {
        let file = |path: &str| format!("{}&version={version}", to(look, id, path));
        Out {
            version: if version == "nominative" { w.nominative } else { w.anonymous },
            preview: file("/apercu"),
            workbook: file("/reclamation.xlsx"),
            pdf: file("/reclamation.pdf"),
        }
    };
    let versions = if look.sees_patients() { &["nominative", "anonyme"][..] } else { &["anonyme"] };
    let page = html(&Page {
        frame: look.frame(w.claim, "/releves"),
        w,
        id: id.to_string(),
        campaign: look.campaign.to_string(),
        doctor: look.app.keys.of(&doctor),
        name: dossier.study.held.scheme.name.clone(),
        back: to(look, id, ""),
        message: message.to_owned(),
        wrong: status != StatusCode::OK,
        may: is_own(look, &doctor),
        seen: seen.map_or_else(String::new, |seen| seen.to_string()),
        amount: claimed.as_ref().map_or_else(|| w.unknown.to_owned(), words::euros),
        others: others(dossier, &body),
        disputed: dossier.marked.iter().map(|one| line(look, one, &body)).collect(),
        proofs,
        delays: gaps::delays(look, delays),
        outs: versions.iter().map(|version| out(version)).collect(),
        pdf: look.app.press.is_there(),
        body,
        faults,
    })?;
    let mut response = page.into_response();
    *response.status_mut() = status;
    Ok(response)
}

/// Grounds that were chosen for patients who are not shown.
fn others(dossier: &Dossier, body: &Body) -> Vec<(String, String)> {
    let shown = |id: &str| dossier.marked.iter().any(|one| one.number.to_string() == id);
    let others = body.patients.iter().filter(|(id, _)| !shown(id));
    others.map(|(id, word)| (id.clone(), word.clone())).collect()
}

fn line(look: &Look, one: &Marked, body: &Body) -> Line {
    let number = one.number.to_string();
    let (chosen, _) = body.ground(&number);
    let choice = |(word, ground): &(&str, jalon_claim::claim::Ground)| Choice {
        value: (*word).to_owned(),
        label: ground.words().to_owned(),
        chosen: *word == chosen,
    };
    let facts = one.disputed.facts.iter();
    let facts = facts.map(|event| format!("{} : {}", french::date(event.date), event.what));
    Line {
        label: one.disputed.patient.clone(),
        to: look.to_patient(one.number),
        indicators: one.disputed.indicators.join(", "),
        facts: facts.collect::<Vec<_>>().join(" ; "),
        grounds: GROUNDS.iter().map(choice).collect(),
        number,
    }
}

/// The form was sent.
pub async fn save(
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let look = Look::of_form(visit, &fields).await?;
    if !is_own(&look, &look.doctor()?) {
        return Err(Failure::NotFound);
    }
    let w = Statements::of(look.language);
    let seen = ClaimId::parse(fields.text("vu"));
    let dossier = match Dossier::read(&look, &number).await {
        Ok(dossier) => dossier,
        Err(failure) => {
            let Some((status, why)) = failure.told() else { return Err(failure) };
            let told = format!("{why} {}", w.kept_below);
            let (dossier, body) = (Dossier::unnamed(&look, &number).await?, Body::typed(&fields));
            return page(&look, &dossier, body, Faults::default(), seen, (&told, status));
        }
    };
    let body = if fields.has("brouillon") {
        Body { patients: Body::typed(&fields).patients, ..dossier.draft(&look).await? }
    } else {
        Body::typed(&fields)
    };
    if let Err(faults) = body.read(w) {
        let wrong = (w.mend, StatusCode::UNPROCESSABLE_ENTITY);
        return page(&look, &dossier, body, faults, seen, wrong);
    }
    let id = dossier.study.kept.id;
    let text = serde_json::to_string(&body).map_err(|_| Failure::Broken("réclamation"))?;
    let written = look
        .store(move |store, actor, now| store.write_claim(actor, id, seen, &Words::new(text), now))
        .await;
    match written {
        Ok(Written::Done(_)) => {
            let to = format!("{}&fait=enregistre", to(&look, id, "/reclamation"));
            Ok(Redirect::to(&to).into_response())
        }
        Ok(Written::Stale(last)) => {
            let told = (w.meanwhile, StatusCode::CONFLICT);
            page(&look, &dossier, body, Faults::default(), Some(last.id), told)
        }
        Err(failure) => {
            let Some((status, why)) = failure.told() else { return Err(failure) };
            let told = format!("{why} {}", w.kept_below);
            page(&look, &dossier, body, Faults::default(), seen, (&told, status))
        }
    }
}
