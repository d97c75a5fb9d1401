//! What the pages of a practice counted, day after day and year after year.

use std::collections::BTreeMap;

use jalon_rules::convention::Scheme;
use jalon_rules::criterion::{Bounds, Criterion, Test};
use jalon_rules::page::{Page, Unit};
use jalon_rules::{Campaign, Range};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::coverage::Coverage;
use super::{Forecast, Point};
use crate::columns;
use crate::engine::{AskedPages, Engine, Loom, Question};
use crate::error::EngineError;
use crate::evidence::{Evidence, PageCounts, PatientEvidence};
use crate::ledger::Books;
use crate::plan::View;
use crate::prepared::Rows;
use crate::worklist::missing;

/// What the indicators of some schemes counted this year, at the end of each
/// month, and in the years before.
#[derive(Clone, Debug)]
pub struct History<'r> {
    campaign: Campaign,
    today: Date,
    over: bool,
    coverage: Coverage,
    schemes: Vec<Course<'r>>,
}

/// One scheme.
#[derive(Clone, Debug)]
struct Course<'r> {
    scheme: &'r Scheme,
    pages: Vec<&'r Page>,
    /// This year, day after day.
    now: Vec<Stand>,
    /// The years before: on the same day, in the end.
    past: Vec<(Campaign, Stand, Stand)>,
}

/// A day: by payee, what each page counted and how many can still meet it.
#[derive(Clone, Debug)]
struct Stand(BTreeMap<String, Vec<Point>>);

impl<'r> History<'r> {
    /// Asks the indicators of these schemes of the end of each month of the
    /// campaign up to today, of today, and of the years before on the same day
    /// and in the end: once a scheme and a year, for everyone who is paid.
    /// `today` is the last day of which something is known. After the campaign,
    /// its last day is asked of everything that is known, and nothing is left to
    /// forecast. `books.doctor` is left aside.
    pub fn read(
        engine: &Engine,
        books: &Books<'r>,
        schemes: &[&'r Scheme],
        today: Date,
    ) -> Result<Self, EngineError> {
        let campaign = books.campaign;
        let over = today > campaign.reference_day();
        let today = today.clamp(campaign.first_day(), campaign.reference_day());
        let coverage = Coverage::read(engine, today)?;
        let whole = engine.rows()?;
        let births = births(&whole)?;
        let reader = Reader { engine, loom: engine.loom()?, books, births };
        let whole = reader.loom.net(whole)?;
        let course = |scheme: &&'r Scheme| {
            let pages = books.basis(scheme).pages();
            Course { scheme, pages, now: Vec::new(), past: Vec::new() }
        };
        let mut courses: Vec<Course<'r>> = schemes.iter().map(course).collect();
        let asked = reader.plan(&courses.iter().collect::<Vec<_>>(), campaign)?;
        for day in month_ends(today) {
            let last = over && day == today;
            let rows = if last { whole.clone() } else { reader.known_on(day)? };
            let stands = reader.ask(&asked, &rows, day)?;
            for (course, stand) in courses.iter_mut().zip(stands) {
                course.now.push(stand);
            }
        }
        for year in coverage.before(campaign) {
            let covered = |course: &Course<'_>| {
                course.pages.iter().any(|page| coverage.holds(course.scheme, page, year))
            };
            let day = same_day(today, year);
            let asked = courses.iter().filter(|course| covered(course)).collect::<Vec<_>>();
            if asked.is_empty() {
                continue;
            }
            let asked = reader.plan(&asked, year)?;
            let then = reader.ask(&asked, &reader.known_on(day)?, day)?;
            let end = reader.ask(&asked, &whole, year.reference_day())?;
            let courses = courses.iter_mut().filter(|course| covered(course));
            for ((course, then), end) in courses.zip(then).zip(end) {
                course.past.push((year, then, end));
            }
        }
        Ok(Self { campaign, today, over, coverage, schemes: courses })
    }

    /// The campaign.
    #[must_use]
    pub const fn campaign(&self) -> Campaign {
        self.campaign
    }

    /// The day up to which facts are known.
    #[must_use]
    pub const fn today(&self) -> Date {
        self.today
    }

    /// The schemes and their indicators.
    pub fn pages(&self) -> impl Iterator<Item = (&'r Scheme, &'r Page)> {
        let of_scheme = |course: &Course<'r>| {
            let scheme = course.scheme;
            course.pages.clone().into_iter().map(move |page| (scheme, page))
        };
        self.schemes.iter().flat_map(of_scheme)
    }

    /// What an indicator counted at the end of each month of the campaign, and
    /// today: each time, as far as was known then. Nothing for an indicator
    /// that facts do not answer, or of another scheme, or for someone who is not
    /// paid.
    #[must_use]
    pub fn curve(&self, payee: &str, scheme: &Scheme, page: &Page) -> Vec<Point> {
        let Some((course, at)) = self.find(scheme, page) else { return Vec::new() };
        course.now.iter().filter_map(|stand| stand.point(payee, at)).collect()
    }

    /// Where an indicator will stand at the end of the year; nothing where there
    /// is no [`curve`](Self::curve).
    #[must_use]
    pub fn forecast(&self, payee: &str, scheme: &Scheme, page: &Page) -> Option<Forecast> {
        let (course, at) = self.find(scheme, page)?;
        let today = course.now.last()?.point(payee, at)?;
        let years = course.past.iter();
        let years = years.filter(|(year, ..)| self.coverage.holds(scheme, page, *year));
        let years = years.filter_map(|(year, then, end)| {
            Some((*year, then.point(payee, at)?, end.point(payee, at)?.counts))
        });
        let mut forecast = Forecast::new(page.rule.rate, today, &years.collect::<Vec<_>>());
        if self.over {
            forecast.range = today.rate().map(Range::exact);
        }
        Some(forecast)
    }

    fn find(&self, scheme: &Scheme, page: &Page) -> Option<(&Course<'r>, usize)> {
        let course = self.schemes.iter().find(|course| std::ptr::eq(course.scheme, scheme))?;
        let at = course.pages.iter().position(|one| std::ptr::eq(*one, page))?;
        page.rule.unit.is_computed().then_some((course, at))
    }
}

impl Stand {
    fn point(&self, payee: &str, at: usize) -> Option<Point> {
        self.0.get(payee)?.get(at).copied()
    }
}

/// What is needed to ask.
struct Reader<'a, 'r> {
    engine: &'a Engine,
    loom: Loom,
    books: &'a Books<'r>,
    births: BTreeMap<String, Date>,
}

/// Schemes asked of the same rows, on the days and ages of a year.
struct Together<'r> {
    year: Campaign,
    schemes: Vec<(Vec<&'r Page>, AskedPages)>,
}

impl<'r> Reader<'_, 'r> {
    /// Plans the pages of these schemes.
    fn plan(&self, courses: &[&Course<'r>], year: Campaign) -> Result<Together<'r>, EngineError> {
        let plan = |course: &&Course<'r>| {
            let Course { scheme, pages, .. } = *course;
            let (rules, at) = (self.books.rules, year.into());
            let question = Question { rules, scheme, at, pages, doctor: None };
            let inventory = self.engine.inventory();
            Ok((pages.clone(), self.loom.pages(question, View::Evidence, inventory)?))
        };
        let schemes = courses.iter().map(plan).collect::<Result<_, EngineError>>()?;
        Ok(Together { year, schemes })
    }

    /// The rows known on a day, netted.
    fn known_on(&self, day: Date) -> Result<Rows, EngineError> {
        self.loom.net(self.engine.rows_known_on(day)?)
    }

    /// Asks them of what was known on a day.
    fn ask(
        &self,
        together: &Together<'r>,
        rows: &Rows,
        day: Date,
    ) -> Result<Vec<Stand>, EngineError> {
        let Together { year, schemes } = together;
        let questions = schemes.iter().map(|(_, asked)| asked.of(rows.clone()));
        let answers = self.loom.ask(questions.collect::<Result<_, _>>()?)?;
        let answers = schemes.iter().zip(&answers);
        answers
            .map(|((pages, asked), answer)| {
                let evidence = asked.evidence(answer.answer().to_vec());
                self.stand(pages, &evidence, *year, day)
            })
            .collect()
    }

    /// What each page counts, and who can still meet it.
    fn stand(
        &self,
        pages: &[&Page],
        evidence: &Evidence,
        year: Campaign,
        day: Date,
    ) -> Result<Stand, EngineError> {
        let mut payees: BTreeMap<String, Vec<Point>> = BTreeMap::new();
        for (at, page) in pages.iter().enumerate() {
            let bounded = is_bounded(page, year);
            for row in evidence.page(at)? {
                let points = payees.entry(row.doctor.clone()).or_insert_with(|| {
                    let counts = PageCounts::default();
                    vec![Point { day, counts, open: None }; pages.len()]
                });
                let Some(point) = points.get_mut(at) else { continue };
                point.counts.denominator += row.counts.denominator;
                point.counts.numerator += row.counts.numerator;
                point.counts.left_out += row.counts.left_out;
                if bounded {
                    let open = self.is_open(page, year, &row, day);
                    point.open = Some(point.open.unwrap_or_default() + u64::from(open));
                }
            }
        }
        Ok(Stand(payees))
    }

    /// Whether a patient does not meet an indicator and an act can still change
    /// that.
    fn is_open(&self, page: &Page, year: Campaign, row: &PatientEvidence, day: Date) -> bool {
        let birth = self.births.get(&row.patient).copied();
        let lacks = || missing(page, year, row, birth, Some(day));
        row.counts.numerator < row.counts.denominator
            && lacks().iter().all(|one| one.until.is_some())
    }
}

/// Whether an indicator can only be met by more patients of its denominator, as
/// far as acts go: counted in patients, one each, without any "at most".
fn is_bounded(page: &Page, year: Campaign) -> bool {
    fn rises(criterion: &Criterion, year: Campaign) -> bool {
        match &criterion.test {
            Some(Test::Count(test)) => {
                !matches!(test.bounds, Bounds::Sum | Bounds::Numbers { at_most: Some(_), .. })
            }
            Some(Test::AnyOf(options)) => {
                options.iter().filter(|option| option.applies(year)).all(|one| rises(one, year))
            }
            _ => true,
        }
    }
    let mut numerator = page.rule.numerator.iter().filter(|criterion| criterion.applies(year));
    page.rule.unit == Unit::Patient && numerator.all(|criterion| rises(criterion, year))
}

fn births(rows: &Rows) -> Result<BTreeMap<String, Date>, EngineError> {
    let patients = columns::texts(rows.of("patients"), "patient")?.into_iter().flatten();
    let days = columns::days(rows.of("patients"), "naissance")?;
    Ok(patients.zip(days).filter_map(|(patient, day)| Some((patient, day?))).collect())
}

/// The ends of the months of the year before a day, then that day.
fn month_ends(today: Date) -> Vec<Date> {
    let months = 1..today.month();
    let ends =
        months.filter_map(|month| Date::new(today.year(), month, 1).ok().map(Date::last_of_month));
    ends.chain(std::iter::once(today)).collect()
}

/// The same day of another year; the end of February where there is no 29th.
fn same_day(today: Date, year: Campaign) -> Date {
    let years = i32::from(year.year()) - i32::from(today.year());
    today.checked_add(years.years()).unwrap_or(today)
}
