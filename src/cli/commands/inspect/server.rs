//! Live servers: the session, then each certificate of the chain as it was sent, then the chain as a whole.

use anyhow::Result;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use certwright::cert::Certificate;
use certwright::document::{Document, Kind, Place};
use certwright::inspect::{ChainFault, Item, StapleView, chain_faults, inspect};
use certwright::remote::Session;

use super::{Reading, Row, Telling, Told, explain, text};
use crate::cli::reaching::Reach;
use crate::cli::report::Paint;
use crate::cli::what::Server;

impl Reading<'_> {
    /// Explains what a server sends; a certificate that is at fault does not hide the rest.
    pub(super) fn ask(
        &self,
        server: &Server,
        reach: &Reach<'_>,
        rows: &mut Vec<Row>,
        failures: &mut Vec<anyhow::Error>,
    ) -> Result<()> {
        let shows_session = matches!(self.telling, Telling::Json | Telling::Sheet(_));
        let session = reach.probe(server, shows_session)?;
        let source = server.target.to_string();
        let answer = Answer::of(&session);
        rows.push(row(&source, answer.told(self.telling)));
        for (index, der) in session.chain().iter().enumerate() {
            match self.certificate(der, index, &source) {
                Ok(certificate) => rows.push(certificate),
                Err(error) => failures.push(error),
            }
        }
        if let Telling::Sheet(paint) = self.telling {
            rows.push(row(&source, answer.chain_told(paint)));
        }
        Ok(())
    }

    /// The server's own certificate is told in full, the others in a few lines.
    fn certificate(&self, der: &[u8], index: usize, source: &str) -> Result<Row> {
        let document = || Document {
            kind: Kind::Certificate,
            der: Zeroizing::new(der.to_vec()),
            place: Place::Der,
            alias: None,
            is_trusted: false,
        };
        let about = |error: certwright::error::Error| {
            error.about(format_args!("{source}, certificate {}", index + 1))
        };
        let now = self.context.now;
        let mut row = explain(Ok(document()), source, None, now, self.telling).map_err(about)?;
        row.sent = Some(index);
        if let (Telling::Sheet(paint), 1..) = (self.telling, index)
            && let Item::Certificate(view) = inspect(&document(), now, None).map_err(about)?
        {
            let (what, body) = text::brief(&view, paint);
            row.told = Told::Sheet { what, body };
        }
        Ok(row)
    }
}

fn row(source: &str, told: Told) -> Row {
    Row {
        source: source.to_owned(),
        place: Place::Der,
        alias: None,
        alone: true,
        sent: None,
        side: None,
        told,
        validity: None,
    }
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

    fn told(&self, telling: Telling<'_>) -> Told {
        match telling {
            Telling::Field(_) => Told::Field(None),
            Telling::Json => Told::Json(self.json()),
            Telling::Line => Told::Line(self.line()),
            Telling::Sheet(paint) => Told::Sheet {
                what: "server".to_owned(),
                body: text::server(self.session, self.staple.as_ref(), paint),
            },
        }
    }

    fn chain_told(&self, paint: Paint) -> Told {
        let count = self.session.chain().len();
        Told::Sheet {
            what: "chain".to_owned(),
            body: text::chain(count, self.faults.as_deref(), paint),
        }
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
