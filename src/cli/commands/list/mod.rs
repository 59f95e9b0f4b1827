//! `certwright list`

mod table;
mod timeline;

use anyhow::Result;
use clap::Args;

use certwright::ca::{Authority, Filter, Ledger, Live};
use certwright::validity::Lifetime;

use self::table::Table;
use self::timeline::Timeline;
use crate::cli::app::Context;
use crate::cli::args::parsed;
use crate::cli::issued::ledger;
use crate::cli::report::{Reply, Report, terminal_width};

/// Show the certificates that the local CA issued, and when they end
///
/// Those are shown that have not ended and are neither revoked nor superseded: no other took their place in
/// their file.
#[derive(Args)]
pub struct List {
    /// Those that end within this time: 36h, 30d, 12w
    #[arg(long, value_name = "TIME", value_parser = parsed::<Lifetime>)]
    expiring: Option<Lifetime>,

    /// Those with a name that fits: * stands for any letters, ? for one
    #[arg(long = "match", value_name = "GLOB")]
    matching: Option<String>,

    /// Those that are revoked
    #[arg(long, conflicts_with = "all")]
    revoked: bool,

    /// Those also that have ended, are revoked or are superseded
    #[arg(long)]
    all: bool,

    /// A picture of how many end when
    #[arg(long)]
    timeline: bool,
}

impl List {
    /// Asks the ledger.
    pub fn run(&self, context: &Context) -> Result<Reply<'static>> {
        let authority = Authority::look(context.home()?)?;
        let filter = self.filter(context)?;
        let ledger = ledger(&authority)?;
        if self.timeline {
            return Self::picture(ledger, &filter, context);
        }
        let table = Table::new(context.form, context.now);
        Ok(Reply::of_rows("certificates", move |teller| {
            table.tell(ledger, &filter, teller)
        }))
    }

    fn filter(&self, context: &Context) -> Result<Filter> {
        let soon = self.expiring.map(|time| time.after(context.now));
        Ok(Filter {
            ending_from: (!self.all && !self.revoked).then_some(context.now),
            ending_before: soon.transpose()?,
            matching: self.matching.clone(),
            live: match (self.all, self.revoked) {
                (true, _) => Live::All,
                (_, true) => Live::Revoked,
                _ => Live::InUse,
            },
        })
    }

    fn picture(ledger: Option<Ledger>, filter: &Filter, context: &Context) -> Result<Report> {
        let mut ends = Vec::new();
        if let Some(ledger) = ledger {
            ledger.ends(filter, |end| ends.push(end))?;
        }
        ends.sort_unstable();
        let unicode = context.shows_unicode();
        let picture = Timeline::of(&ends, context.now, terminal_width(), unicode);
        Ok(Report::new(picture))
    }
}
