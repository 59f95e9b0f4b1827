//! OCSP responses (RFC 6960 §4.2), as far as a server staples them to its certificate.

use serde::Serialize;

use super::uncommon::generalized_time;
use crate::der::{self, Reader};
use crate::error::{Error, ErrorKind, Result};

/// An OCSP response, explained. Its signature is not checked.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct StapleView {
    /// Its length in bytes.
    pub bytes: usize,
    /// Whether it is an answer: `successful`, or why it is none.
    pub response: Option<&'static str>,
    /// What it says of the first certificate in it: `good`, `revoked` or `unknown`.
    pub status: Option<&'static str>,
    /// Since when that is known.
    pub this_update: Option<String>,
    /// When more will be known, at the latest.
    pub next_update: Option<String>,
    /// Why it cannot be read, if it cannot.
    pub fault: Option<String>,
}

impl StapleView {
    /// Explains a response, in DER.
    pub fn read(der: &[u8]) -> Self {
        let mut view = Self {
            bytes: der.len(),
            ..Self::default()
        };
        view.fault = view.fill(der).err().map(|error| error.to_string());
        view
    }

    fn fill(&mut self, der: &[u8]) -> Result<()> {
        let mut response = der::only(der)?.open(der::SEQUENCE)?;
        self.response = Some(match response.element()?.expect(ENUMERATED)? {
            [0] => "successful",
            [1] => "malformed-request",
            [2] => "internal-error",
            [3] => "try-later",
            [5] => "signature-required",
            [6] => "unauthorized",
            _ => "unknown",
        });
        if response.is_empty() {
            return Ok(());
        }
        let outer = response
            .element()?
            .open(der::context_constructed(0))?
            .element()?;
        let mut bytes = outer.open(der::SEQUENCE)?;
        if bytes.element()?.raw != der::object_identifier(BASIC) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "it is not a basic response",
            ));
        }
        let basic = bytes.element()?.expect(der::OCTET_STRING)?;
        let data = der::only(basic)?.open(der::SEQUENCE)?.element()?;
        self.fill_from_data(data.open(der::SEQUENCE)?)
    }

    /// `ResponseData`: version (perhaps), responder, time, then the answers.
    fn fill_from_data(&mut self, mut data: Reader<'_>) -> Result<()> {
        if data.peek() == Some(der::context_constructed(0)) {
            data.element()?;
        }
        let (_responder, _produced) = (data.element()?, data.element()?);
        let first = data.element()?.open(der::SEQUENCE)?.element()?;
        let mut single = first.open(der::SEQUENCE)?;
        let (_certificate, status) = (single.element()?, single.element()?);
        self.status = Some(match status.tag & 0x1f {
            0 => "good",
            1 => "revoked",
            _ => "unknown",
        });
        let this_update = single.element()?.expect(der::GENERALIZED_TIME)?;
        self.this_update = Some(generalized_time(this_update));
        if single.peek() == Some(der::context_constructed(0)) {
            let mut next = single.element()?.open(der::context_constructed(0))?;
            let next = next.element()?.expect(der::GENERALIZED_TIME)?;
            self.next_update = Some(generalized_time(next));
        }
        Ok(())
    }
}

/// ENUMERATED.
const ENUMERATED: u8 = 0x0a;
/// `id-pkix-ocsp-basic` (RFC 6960 §4.2.1).
const BASIC: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 1];

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: &[u8], next: Option<&[u8]>) -> Vec<u8> {
        let time = |text: &[u8]| der::element(der::GENERALIZED_TIME, &[text]);
        let next = next.map(|next| der::element(der::context_constructed(0), &[&time(next)]));
        let single = der::sequence(&[
            &der::sequence(&[]),
            status,
            &time(b"20261121120000Z"),
            &next.unwrap_or_default(),
        ]);
        let data = der::sequence(&[
            &der::element(
                der::context_constructed(2),
                &[&der::element(der::OCTET_STRING, &[b"id"])],
            ),
            &time(b"20261121120001Z"),
            &der::sequence(&[&single]),
        ]);
        let basic = der::element(der::OCTET_STRING, &[&der::sequence(&[&data])]);
        let bytes = der::sequence(&[&der::object_identifier(BASIC), &basic]);
        der::sequence(&[
            &der::element(ENUMERATED, &[&[0]]),
            &der::element(der::context_constructed(0), &[&bytes]),
        ])
    }

    #[test]
    fn a_response_is_explained() {
        let good = StapleView::read(&response(&[0x80, 0], Some(b"20261128120000Z")));
        assert_eq!(good.status, Some("good"));
        assert_eq!(good.this_update.as_deref(), Some("2026-11-21T12:00:00Z"));
        assert_eq!(good.next_update.as_deref(), Some("2026-11-28T12:00:00Z"));
        assert_eq!((good.response, good.fault), (Some("successful"), None));
        let revoked = StapleView::read(&response(&[0xa1, 0], None));
        assert_eq!(
            (revoked.status, revoked.next_update),
            (Some("revoked"), None)
        );
        let later = StapleView::read(&[0x30, 3, 10, 1, 3]);
        assert_eq!((later.response, later.fault), (Some("try-later"), None));
    }

    #[test]
    fn a_response_may_be_cut_anywhere() {
        let whole = response(&[0x80, 0], None);
        for length in 0..whole.len() {
            assert!(
                StapleView::read(&whole[..length]).fault.is_some(),
                "{length}"
            );
        }
    }
}
