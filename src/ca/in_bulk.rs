//! Handing out many certificates at once, as lists ask for them.

use time::OffsetDateTime;

use super::{Authority, Entry, Ledger, Notice};
use crate::error::{Error, Result};
use crate::files::{self, Group, NotCommitted};
use crate::key::Password;

/// What was issued for one request of a list, and the files that it goes to.
#[derive(Debug)]
pub struct Delivery {
    /// The certificate; it names the files for the ledger.
    pub entry: Entry,
    /// The files.
    pub group: Group,
}

impl Authority {
    /// Delivers a part of a list: each certificate with its files, or neither.
    ///
    /// They are entered as pending while their files are on their way, so that whoever finds one pending
    /// that nobody is at any more [ends it](Self::resume_list). Fails as a whole if none was delivered, or if the
    /// ledger cannot be told which were, which the next list sees to.
    pub fn deliver_all(
        &self,
        deliveries: Vec<Delivery>,
        now: OffsetDateTime,
    ) -> Result<(Vec<Result<()>>, Option<Notice>)> {
        let (entries, groups): (Vec<_>, Vec<_>) = deliveries
            .into_iter()
            .map(|it| (it.entry, it.group))
            .unzip();
        let staged = files::stage_all(groups)?;
        let serials = Vec::from_iter(entries.iter().map(|entry| entry.row.serial.clone()));
        let ready = entries.into_iter().zip(&staged);
        let ready = ready.filter(|(_, staged)| staged.is_ok());
        let ready = Vec::from_iter(ready.map(|(entry, _)| entry));
        let notice = self.record_together(ready, true, now)?;
        let is_ready = Vec::from_iter(staged.iter().map(Result::is_ok));
        let committed = files::commit_all(staged);
        if !matches!(notice, Some(Notice::NotRecorded { .. })) {
            let ends = serials.into_iter().zip(&committed).zip(is_ready);
            self.tell_ends(ends.filter_map(|(end, is_ready)| is_ready.then_some(end)))?;
        }
        let ends = committed.into_iter();
        let ends = ends.map(|end| end.map_err(|failed| failed.error));
        Ok((ends.collect(), notice))
    }

    /// Enters what became of what was pending, by their serial numbers.
    fn tell_ends<'a>(
        &self,
        ends: impl Iterator<Item = (String, &'a Result<(), NotCommitted>)>,
    ) -> Result<()> {
        let (mut done, mut lost) = (Vec::new(), Vec::new());
        for (serial, end) in ends {
            match end {
                // Nobody has it.
                Err(failed) if failed.as_before => lost.push(serial),
                _ => done.push(serial),
            }
        }
        let ledger = self.ledger()?;
        ledger.complete(&done)?;
        for serial in lost {
            let row = ledger.one(self.current().name(), &serial)?;
            row.map_or(Ok(()), |row| self.forget_row(&ledger, &row))?;
        }
        Ok(())
    }

    /// Enters a part of a list that goes elsewhere than to files, before it goes there.
    pub fn record_all(&self, made: Vec<Entry>, now: OffsetDateTime) -> Result<Option<Notice>> {
        self.record_together(made, false, now)
    }

    /// Ends what a list had begun that was killed: what has its files is complete, the rest is struck out, since
    /// nobody has it. The password opens containers; what cannot be looked into stays pending, and is told.
    pub fn resume_list(
        &self,
        ledger: &Ledger,
        command: &str,
        password: Option<&Password>,
    ) -> Result<Vec<Error>> {
        let rows = ledger.interrupted(command)?;
        let resumed = self.resume(ledger, rows, password)?;
        let (mut done, mut open) = (Vec::new(), Vec::new());
        for (row, held) in resumed {
            match held {
                Ok(()) => done.push(row.serial),
                Err(error) => open.push(error),
            }
        }
        ledger.complete(&done).map(|()| open)
    }
}
