//! Handing out many certificates at once, as lists ask for them.

use time::OffsetDateTime;

use super::{Authority, Issued, Ledger, Notice, Origin};
use crate::error::{Error, Result};
use crate::files::{self, Group, NotCommitted};
use crate::key::Password;

/// What was issued for one request of a list, and the files that it goes to.
#[derive(Debug)]
pub struct Delivery {
    /// The certificate.
    pub issued: Issued,
    /// How it came about; it names the files for the ledger.
    pub origin: Origin,
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
        let (mut made, mut groups) = (Vec::new(), Vec::new());
        for delivery in deliveries {
            made.push((delivery.issued, delivery.origin));
            groups.push(delivery.group);
        }
        let staged = files::stage_all(groups)?;
        let made = made.iter().zip(&staged);
        let ready: Vec<Option<(&Issued, &Origin)>> = made
            .map(|((issued, origin), staged)| staged.as_ref().ok().map(|_| (issued, origin)))
            .collect();
        let recorded = Vec::from_iter(ready.iter().copied().flatten());
        let notice = self.record_together(&recorded, true, now)?;
        let committed = files::commit_all(staged);
        if !matches!(notice, Some(Notice::NotRecorded { .. })) {
            self.tell_ends(&ready, &committed)?;
        }
        let ends = committed.into_iter();
        let ends = ends.map(|end| end.map_err(|failed| failed.error));
        Ok((ends.collect(), notice))
    }

    /// Enters what became of what was pending.
    fn tell_ends(
        &self,
        ready: &[Option<(&Issued, &Origin)>],
        committed: &[Result<(), NotCommitted>],
    ) -> Result<()> {
        let (mut done, mut lost) = (Vec::new(), Vec::new());
        for (ready, end) in ready.iter().zip(committed) {
            let Some((issued, _)) = ready else { continue };
            match end {
                // Nobody has it.
                Err(failed) if failed.as_before => lost.push(&issued.certificate),
                _ => done.push(issued.certificate.serial_hex()),
            }
        }
        let ledger = self.ledger()?;
        ledger.complete(&done)?;
        for certificate in lost {
            let row = ledger.one(self.current().name(), &certificate.serial_hex())?;
            row.map_or(Ok(()), |row| self.forget_row(&ledger, &row))?;
        }
        Ok(())
    }

    /// Enters a part of a list that goes elsewhere than to files, before it goes there.
    pub fn record_all(
        &self,
        made: &[(&Issued, &Origin)],
        now: OffsetDateTime,
    ) -> Result<Option<Notice>> {
        self.record_together(made, false, now)
    }

    /// Ends what a list had begun that was killed: what has its files is complete, the rest is struck out, since
    /// nobody has it. The password opens containers; what cannot be looked into stays pending, and is told.
    pub fn resume_list(
        &self,
        ledger: &Ledger,
        command: &str,
        password: Option<&Password>,
        now: OffsetDateTime,
    ) -> Result<Vec<Error>> {
        let rows = ledger.interrupted(command)?;
        let resumed = self.resume(ledger, rows, password, now);
        let (mut done, mut open) = (Vec::new(), Vec::new());
        for (row, held) in resumed {
            match held {
                Ok(()) => done.push(row.serial),
                Err(error) => open.push(error),
            }
        }
        // The list at hand has nothing to do with it.
        open.extend(ledger.complete(&done).err());
        Ok(open)
    }
}
