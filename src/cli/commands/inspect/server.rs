//! Live servers: the session, then each certificate of the chain as it was sent, then the chain as a whole.

use std::sync::Arc;

use anyhow::Result;
use serde_json::{Value, json};

use certwright::cert::Certificate;
use certwright::document::{Document, Kind, Place};
use certwright::inspect::{ChainFault, Item, StapleView, chain_faults, inspect};
use certwright::remote::Session;

use super::explaining::{Explaining, Row, Telling, Where};
use super::text;
use crate::cli::report::Paint;
use crate::cli::survey::Found;
use crate::cli::what::Server;

impl Explaining<'_> {
    /// Explains what a server sends; a certificate that is at fault does not hide the rest.
    pub(super) fn answer(&self, server: &Server) -> Result<Vec<Found<Row>>> {
        let shows_session = matches!(self.telling, Telling::Json | Telling::Sheet(_));
        let session = self.reach.probe(server, shows_session)?;
        let source = Arc::<str>::from(server.target.to_string());
        let answer = Answer::of(&session);
        let whole = place(&source, None);
        let mut found = vec![row(answer.told(&whole, self.telling), whole)];
        for (index, der) in session.chain().iter().enumerate() {
            found.push(
                self.certificate(der, index, &source)
                    .unwrap_or_else(Found::Fault),
            );
        }
        if let Telling::Sheet(paint) = self.telling {
            let whole = place(&source, None);
            found.push(row(Some(answer.chain_told(&whole, paint)), whole));
        }
        Ok(found)
    }

    /// The server's own certificate is told in full, the others in a few lines.
    fn certificate(&self, der: &[u8], index: usize, source: &Arc<str>) -> Result<Found<Row>> {
        let document = Document {
            kind: Kind::Certificate,
            der: der.into(),
            place: Place::Der,
            alias: None,
            is_trusted: false,
        };
        let about = |error: certwright::error::Error| {
            error.about(format_args!("{source}, certificate {}", index + 1))
        };
        let mut row = self
            .row(&document, place(source, Some(index)), None)
            .map_err(about)?;
        if let (Telling::Sheet(paint), 1..) = (self.telling, index)
            && let Item::Certificate(view) =
                inspect(&document, self.context.now, None).map_err(about)?
        {
            let (what, body) = text::brief(&view, paint);
            row.told = Some(row.place.sheet(&what, &body, paint));
        }
        Ok(Found::Row(row))
    }
}

fn place(source: &Arc<str>, sent: Option<usize>) -> Where {
    Where {
        source: source.clone(),
        place: Place::Der,
        alias: None,
        is_alone: true,
        sent,
    }
}

fn row(told: Option<String>, place: Where) -> Found<Row> {
    Found::Row(Row {
        told,
        place,
        side: None,
        is_good: None,
    })
}

/// What a server answered, explained.
struct Answer<'a> {
    session: &'a Session,
    staple: Option<StapleView>,
    /// None if one of the certificates cannot be read.
    faults: Option<Vec<ChainFault>>,
}

impl<'a> Answer<'a> {
    fn of(session: &'a Session) -> Self {
        let chain = session.chain().iter().map(|der| Certificate::from_der(der));
        let chain: Result<Vec<Certificate>, _> = chain.collect();
        Self {
            session,
            staple: session.staple().map(StapleView::read),
            faults: chain.ok().map(|chain| chain_faults(&chain)),
        }
    }

    fn told(&self, place: &Where, telling: Telling<'_>) -> Option<String> {
        match telling {
            Telling::Field(..) => None,
            Telling::Json => Some(place.json(&self.json())),
            Telling::Line { is_named } => Some(place.line(&self.line(), is_named)),
            Telling::Sheet(paint) => {
                let body = text::server(self.session, self.staple.as_ref(), paint);
                Some(place.sheet("server", &body, paint))
            }
        }
    }

    fn chain_told(&self, place: &Where, paint: Paint) -> String {
        let count = self.session.chain().len();
        let body = text::chain(count, self.faults.as_deref(), paint);
        place.sheet("chain", &body, paint)
    }

    fn line(&self) -> String {
        let group = self.session.key_exchange.as_deref();
        let parts = [
            self.session.protocol,
            self.session.cipher_suite.as_deref(),
            group,
        ];
        let known = parts.into_iter().flatten().collect::<Vec<_>>().join("  ");
        format!("server at {}  {known}", self.session.address)
    }

    fn json(&self) -> Value {
        let mut value = serde_json::to_value(self.session).unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.insert("kind".to_owned(), json!("server"));
            fields.insert("ocsp_staple".to_owned(), json!(self.staple));
            fields.insert("chain_length".to_owned(), json!(self.session.chain().len()));
            fields.insert("chain_faults".to_owned(), json!(self.faults));
        }
        value
    }
}
