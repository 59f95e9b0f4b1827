//! One pass over what may be due.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use time::OffsetDateTime;

use certwright::ca::{Authority, Held, Ledger, Notice, Renewed, Row, When, Wish};
use certwright::cert::Issuer;
use certwright::error::{Error, ErrorKind};
use certwright::files;
use certwright::key::Password;

use super::Renew;
use super::told::{Fault, Item, Outcome, Told};
use super::which::{Key, candidates, due, is_replaced, key_of};
use crate::cli::app::Context;
use crate::cli::args::generate;
use crate::cli::input::shown;
use crate::cli::issued;
use crate::cli::report::{Exit, Report};

/// What is done and found in one pass.
pub(super) struct Pass<'a> {
    order: &'a Renew,
    authority: &'a Authority,
    context: &'a Context,
    ledger: Option<Ledger>,
    when: When,
    password: Option<Password>,
    /// Opened when the first is due.
    issuer: Option<Issuer>,
    seen: HashSet<Key>,
    items: Vec<Item>,
    /// What a run that was interrupted had renewed: told already, and perhaps due again.
    resumed: Vec<Row>,
    /// How many the ledger knows no files of.
    unplaced: u64,
    /// Of how many of these it knows them now.
    placed_anew: u64,
    not_due: u64,
    next: Option<OffsetDateTime>,
    /// The serial numbers of what is in its files and not yet complete.
    placed: Vec<String>,
    notes: Vec<String>,
    failures: Vec<anyhow::Error>,
}

impl<'a> Pass<'a> {
    /// Opens the ledger, and ends what was interrupted.
    pub fn begin(
        order: &'a Renew,
        authority: &'a Authority,
        when: When,
        context: &'a Context,
    ) -> Result<Self> {
        let mut this = Self {
            order,
            authority,
            context,
            ledger: issued::ledger(authority)?,
            when,
            password: context
                .input
                .given_password(order.password_file.as_deref())?,
            issuer: None,
            seen: HashSet::new(),
            items: Vec::new(),
            resumed: Vec::new(),
            unplaced: 0,
            placed_anew: 0,
            not_due: 0,
            next: None,
            placed: Vec::new(),
            notes: Vec::new(),
            failures: Vec::new(),
        };
        this.resume()?;
        Ok(this)
    }

    /// Ends what was interrupted, or with `--check` tells of it.
    fn resume(&mut self) -> Result<()> {
        let Some(ledger) = &self.ledger else {
            return Ok(());
        };
        let order = self.order;
        let concerned =
            |row: &Row| order.is_of_all() || order.what.iter().any(|path| row.lies_at(path));
        if order.check {
            let mut interrupted = ledger.interrupted_renewals()?;
            interrupted.retain(concerned);
            for row in interrupted {
                match row.require_folders() {
                    Ok(()) => self.tell(row, Outcome::Due),
                    Err(error) => self.skip(Some(row), String::new(), &error),
                }
            }
            return Ok(());
        }
        let (password, now) = (self.password.as_ref(), self.context.now);
        let resumed = self
            .authority
            .resume_renewals(ledger, password, now, concerned)?;
        for (row, ended) in resumed {
            match ended {
                Ok(()) => {
                    self.placed.push(row.serial.clone());
                    self.items.push(Item::of(row.clone(), Outcome::Resumed));
                    self.resumed.push(row);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    self.skip(Some(row), String::new(), &error);
                }
                Err(error) => self.fail(Some(row), String::new(), error),
            }
        }
        Ok(())
    }

    /// Renews what is due of all that the ledger knows.
    pub fn ask_ledger(&mut self) -> Result<()> {
        let Some(ledger) = &self.ledger else {
            return Ok(());
        };
        let rows = due(ledger, self.when, self.context.now)?;
        let (count, ..) = ledger.outlook(self.context.now)?;
        self.not_due = count.saturating_sub(rows.len() as u64);
        for row in rows.into_iter().chain(self.resumed.clone()) {
            self.consider(row, false)?;
        }
        if let Some(ledger) = &self.ledger {
            let (_, third, end) = ledger.outlook(self.context.now)?;
            let next = match self.when {
                When::LastThird => third,
                When::Within(time) => end.and_then(|end| end.checked_sub(time)),
                When::Always => None,
            };
            self.unplaced = ledger.unplaced(self.context.now)?;
            self.expect(next);
        }
        Ok(())
    }

    /// Renews what is due of what was named.
    pub fn look_at(&mut self, what: &[PathBuf]) -> Result<()> {
        for path in what {
            match path.is_dir() {
                true => self.look_into(path)?,
                false => self.look_at_file(path, true)?,
            }
        }
        Ok(())
    }

    fn look_into(&mut self, folder: &Path) -> Result<()> {
        match candidates(folder) {
            Ok(places) => places
                .iter()
                .try_for_each(|place| self.look_at_file(place, false)),
            Err(error) => {
                self.fail(None, shown(folder), error);
                Ok(())
            }
        }
    }

    fn look_at_file(&mut self, path: &Path, named: bool) -> Result<()> {
        match self.find(path) {
            Ok(row) => {
                self.place(&row);
                self.consider(row, named)?;
            }
            Err(error) if named => self.fail(None, shown(path), error),
            // Keys, chains and whatever else there may be.
            Err(error) if matches!(error.kind(), ErrorKind::WrongKind | ErrorKind::Malformed) => {}
            Err(error) => self.skip(None, shown(path), &error),
        }
        Ok(())
    }

    /// Finds out what lies in a file, once what was begun there is ended.
    fn find(&self, path: &Path) -> Result<Row, Error> {
        if !self.order.check {
            files::settle([path])?;
        }
        let (ledger, password) = (self.ledger.as_ref(), self.password.as_ref());
        self.authority.renewable(path, ledger, password)
    }

    /// Has the ledger know where one is, if that was lost with an earlier ledger.
    fn place(&mut self, row: &Row) {
        let Some(ledger) = self.ledger.as_ref().filter(|_| !self.order.check) else {
            return;
        };
        match ledger.place(row) {
            Ok(is_new) => self.placed_anew += u64::from(is_new),
            Err(error) => self.notes.push(error.to_string()),
        }
    }

    /// Renews one certificate if it is due.
    fn consider(&mut self, row: Row, named: bool) -> Result<()> {
        // Between two renewals is a time to end: what is left is due for the next run too.
        if self.seen.contains(&key_of(&row)) || self.context.ending.is_asked() {
            return Ok(());
        }
        let from = self.when.from(&row);
        if let Some(error) = self.refusal(&row, named) {
            self.pass_over(row, error, named);
        } else if from > self.context.now {
            self.expect(Some(from));
            let is_told = self.resumed.iter().any(|it| key_of(it) == key_of(&row));
            if !is_told {
                self.tell(row, Outcome::NotDue { from });
            }
        } else if self.order.check {
            // What is not there would be passed over, and whatever else hinders it is no reason not to be due.
            match Held::open(row.clone(), self.password.as_ref()) {
                Err(error) if !named && error.kind() == ErrorKind::NotFound => {
                    self.look_again(row, error)?;
                }
                _ => self.tell(row, Outcome::Due),
            }
        } else {
            self.unlock()?;
            match self.renew(&row) {
                Ok(Some((renewed, key_made))) => self.keep(row, renewed, key_made),
                Ok(None) => self.tell(row, Outcome::overtaken()),
                // It was read from there a moment ago.
                Err(error) if named && is_replaced(&row, &error) => {
                    self.tell(row, Outcome::overtaken());
                }
                Err(error) if !named && error.kind() == ErrorKind::NotFound => {
                    self.look_again(row, error)?;
                }
                Err(error) => self.fail(Some(row), String::new(), error),
            }
        }
        Ok(())
    }

    /// What is not where the ledger has it is passed over, unless its successor is there, which could not be recorded.
    fn look_again(&mut self, row: Row, error: Error) -> Result<()> {
        // None is looked at twice, so that this ends whatever is put there.
        self.seen.insert(key_of(&row));
        match self.unrecorded(&row)? {
            Some(there) => {
                self.place(&there);
                self.consider(there, false)
            }
            None => {
                self.pass_over(row, error, false);
                Ok(())
            }
        }
    }

    /// One of ours in the place of another, for the same names and with the same files, of which the ledger knows no
    /// file.
    fn unrecorded(&self, row: &Row) -> Result<Option<Row>> {
        let place = row.certificate_file().map(|file| Path::new(&file.path));
        let there = place.and_then(|place| self.find(place).ok());
        let is_like = |there: &Row| there.names == row.names && there.subject == row.subject;
        let Some(there) = there.filter(|it| it.serial != row.serial && is_like(it)) else {
            return Ok(None);
        };
        let ledger = self.ledger.as_ref();
        let known = ledger.map(|it| it.one(&there.generation, &there.serial));
        let known = known.transpose()?.flatten();
        let files = row.files.clone();
        let there = Row { files, ..there };
        let is_placed = known.is_some_and(|known| !known.files.is_empty());
        Ok((!is_placed && self.fits(&there)).then_some(there))
    }

    /// Whatever else was put there has another key than what lies beside it.
    fn fits(&self, there: &Row) -> bool {
        let opened = Held::open(there.clone(), self.password.as_ref());
        let kind = opened.err().map(|error| error.kind());
        !matches!(kind, Some(ErrorKind::NotFound | ErrorKind::KeyMismatch))
    }

    /// What is revoked is made again only by somebody who knows that, and of copies that lie about only
    /// what is named.
    fn refusal(&self, row: &Row, named: bool) -> Option<Error> {
        if self.order.force {
            return None;
        }
        let place = row.certificate_file().map_or("", |file| &file.path);
        let (why, hint) = match (row.revoked, &row.superseded_by) {
            (Some((_, reason)), _) => (
                format!("the certificate in {place} is revoked ({reason})"),
                "issue it anew with --force, if it is still to be",
            ),
            (None, Some(successor)) if !named => (
                format!("the certificate in {place} is superseded by {successor}"),
                "name the file, if it is to be renewed there too",
            ),
            _ => return None,
        };
        Some(Error::new(ErrorKind::NotFound, why).with_hint(hint))
    }

    /// Opens the CA's key, once.
    fn unlock(&mut self) -> Result<()> {
        if self.issuer.is_some() {
            return Ok(());
        }
        let input = &self.context.input;
        let given = input.given_password(self.order.ca_password_file.as_deref())?;
        let open = |password: Option<&Password>| self.authority.unlock(password, self.context.now);
        let (issuer, notices) = input.unlock(given, "Password of the CA", open)?;
        self.notes.extend(notices.iter().map(Notice::to_string));
        self.issuer = Some(issuer);
        Ok(())
    }

    fn renew(&self, row: &Row) -> Result<Option<(Renewed, bool)>, Error> {
        let Some(issuer) = &self.issuer else {
            return Ok(None);
        };
        let password = self.password.as_ref();
        let held = Held::open(row.clone(), password)?;
        let key = held.new_key(self.order.reuse_key)?;
        let key = key.map(generate).transpose()?;
        let wish = Wish {
            key: key.as_ref(),
            password,
            forced: self.order.force,
        };
        let renewed = self
            .authority
            .renew(&held, issuer, &wish, self.context.now)?;
        Ok(renewed.map(|renewed| (renewed, key.is_some())))
    }

    fn keep(&mut self, row: Row, renewed: Renewed, key_made: bool) {
        let serial = renewed.certificate.serial_hex();
        // Of what could not be recorded nobody need be told the end.
        if !matches!(renewed.notice, Some(Notice::NotRecorded { .. })) {
            self.placed.push(serial.clone());
        }
        let notice = renewed.notice.as_ref().map(Notice::to_string);
        self.notes
            .extend(notice.filter(|told| !self.notes.contains(told)));
        // The same file may be named once more.
        let place = key_of(&row).2;
        self.seen
            .insert((renewed.generation.clone(), serial, place));
        let renewed = Box::new(renewed);
        self.tell(row, Outcome::Renewed { renewed, key_made });
    }

    fn expect(&mut self, next: Option<OffsetDateTime>) {
        self.next = [self.next, next].into_iter().flatten().min();
    }

    fn tell(&mut self, row: Row, outcome: Outcome) {
        self.seen.insert(key_of(&row));
        self.items.push(Item::of(row, outcome));
    }

    /// What was named was to be renewed; among others it is left out.
    fn pass_over(&mut self, row: Row, error: Error, named: bool) {
        match named {
            true => self.fail(Some(row), String::new(), error),
            false => self.skip(Some(row), String::new(), &error),
        }
    }

    fn skip(&mut self, row: Option<Row>, source: String, error: &Error) {
        self.put(row, source, Outcome::Skipped(error.to_string()));
    }

    fn fail(&mut self, row: Option<Row>, source: String, error: Error) {
        self.put(row, source, Outcome::Failed(Fault::of(&error)));
        self.failures.push(error.into());
    }

    fn put(&mut self, row: Option<Row>, source: String, outcome: Outcome) {
        match row {
            Some(row) => self.tell(row, outcome),
            None => self.items.push(Item::at(source, outcome)),
        }
    }

    /// Ends with an error by which the rest was not looked at. What is new until then is told of all the same: who
    /// waits for it has to do with no other.
    pub fn end_early(self, error: anyhow::Error) -> Result<Report> {
        if !self.is_new() {
            return Err(error);
        }
        let mut report = self.end()?;
        report.failures.push(error);
        report.again = None;
        Ok(report)
    }

    fn is_new(&self) -> bool {
        self.items.iter().any(Item::is_new)
    }

    /// Has it known that there is something new, and only then holds it for complete.
    pub fn end(mut self) -> Result<Report> {
        let told = match self.is_new() && self.order.after.is_wanted() {
            false => None,
            true => Some(self.order.after.carry_out()),
        };
        let reloaded = told.as_ref().map(Result::is_ok);
        if let Some(Err(error)) = told {
            self.failures.push(error);
        } else if let Some(ledger) = self.ledger.as_ref().filter(|_| !self.placed.is_empty()) {
            ledger.complete(&self.placed)?;
        }
        if !self.resumed.is_empty() && !self.order.after.is_wanted() {
            self.notes.push(NOBODY_TOLD.to_owned());
        }
        let is_due = self.items.iter().any(Item::is_due);
        let facts = Told {
            items: self.items,
            not_due: self.not_due,
            unplaced: self.unplaced,
            placed_anew: self.placed_anew,
            next: self.next,
            reloaded,
            now: self.context.now,
        };
        let mut notes = self.notes;
        notes.extend(facts.notes(self.authority.current().name()));
        let pause = facts.pause(self.order.every);
        Ok(Report {
            answer: match is_due {
                true => Exit::No,
                false => Exit::Yes,
            },
            failures: self.failures,
            again: self.order.watch.then_some(pause),
            ..Report::new(facts).with_notes(notes)
        })
    }
}

const NOBODY_TOLD: &str = "the run that was interrupted may have been to tell a server, and this one has neither --reload \
    nor --signal: have it read its files again, if it has not";
