//! One certificate, judged: by us, by the policy, and by the clients.

use certwright::remote::Session;
use certwright::verify::{
    Cause, Client, Column, Pool, Problem, Question, Reference, Verdict, Wanted,
};

use super::at_hand::AtHand;
use super::found::Subject;
use super::roots::Roots;
use super::told::{self, Told};
use super::{Given, Verify, is_untrusted};
use crate::cli::app::Context;

/// What holds for all certificates of one file or server.
pub struct Judging<'a> {
    pub command: &'a Verify,
    pub given: &'a Given,
    pub roots: &'a Roots,
    pub context: &'a Context,
    /// The name that is asked for.
    pub name: Option<Reference>,
    /// How the server was reached, if it is one.
    pub session: Option<&'a Session>,
}

impl Judging<'_> {
    /// Judges one certificate.
    pub fn tell(
        &self,
        subject: Subject,
        at_hand: &mut AtHand<'_>,
        notes: &mut Vec<String>,
    ) -> Told {
        let nothing = Pool::default();
        let question = self.question(&subject, &nothing);
        let (mut verdict, mut clients) = match &subject.fault {
            Some(fault) => (unreadable(fault), Vec::new()),
            None => self.verdict(&question, at_hand),
        };
        let lacking = match verdict.path.last() {
            Some(root) if verdict.anchored => self.roots.lacking(root, self.context),
            _ => Vec::new(),
        };
        self.without_the_root(&lacking, &question, at_hand, &mut clients);
        let ours = self.by_the_local_ca(&verdict, &question, at_hand);
        verdict.problems.extend(self.unexpected(&subject));
        notes.extend(self.refusal(&subject));
        Told {
            source: subject.source,
            line: subject.line,
            server: self.session.cloned(),
            hostname: self.name.as_ref().map(ToString::to_string),
            purpose: self.command.purpose,
            policy: self.command.policy,
            at: self.given.now,
            trusted_by: self.roots.name.clone(),
            ours,
            clients,
            lacking,
            lists: match verdict.anchored {
                true => at_hand.lists.len(),
                false => 0,
            },
            verdict,
        }
    }

    /// That a server refuses whoever shows it no certificate, or this one.
    fn refusal(&self, subject: &Subject) -> Option<String> {
        let client = &self.session?.client_certificate;
        let alert = client.refused.as_ref()?;
        let shown = match client.sent {
            true => "refuses the client certificate that it was shown",
            false => "refuses clients that show it no certificate",
        };
        Some(format!("{} {shown} ({alert})", subject.source))
    }

    fn question<'q>(&'q self, subject: &'q Subject, nothing: &'q Pool) -> Question<'q> {
        let policies = self.command.certificate_policy.clone();
        Question {
            certificate: &subject.der,
            intermediates: nothing,
            anchors: &self.roots.anchors,
            name: self.name.clone(),
            purpose: self.command.purpose,
            at: self.given.now,
            policy: self.command.policy,
            policies: Wanted {
                explicit: !policies.is_empty(),
                policies,
                ..Wanted::default()
            },
            lists: &[],
            is_status_asked: !self.given.lists.is_empty(),
        }
    }

    /// The verdict, and what clients do. Of them Chromium alone fetches what was not sent.
    fn verdict(&self, question: &Question<'_>, at_hand: &mut AtHand<'_>) -> (Verdict, Vec<Column>) {
        let sent = at_hand.verdict(question);
        let mut clients = at_hand.columns(question, &sent);
        if !self.command.fetch {
            return (sent, clients);
        }
        let verdict = at_hand.fetch_for(question, sent);
        replace(
            &mut clients,
            &[Client::Chromium],
            &at_hand.columns(question, &verdict),
        );
        (verdict, clients)
    }

    /// What browsers do that do not trust a root which the system does.
    fn without_the_root(
        &self,
        lacking: &[Client],
        question: &Question<'_>,
        at_hand: &AtHand<'_>,
        clients: &mut [Column],
    ) {
        if !lacking.is_empty() {
            let nothing = Question {
                anchors: &Pool::default(),
                ..question.clone()
            };
            let verdict = at_hand.verdict(&nothing);
            replace(clients, lacking, &at_hand.columns(&nothing, &verdict));
        }
    }

    /// The local CA's name, if it issued what nothing else here trusts.
    fn by_the_local_ca(
        &self,
        verdict: &Verdict,
        question: &Question<'_>,
        at_hand: &AtHand<'_>,
    ) -> Option<String> {
        if !is_untrusted(verdict) {
            return None;
        }
        let own = self.roots.own()?;
        let with_own = at_hand.verdict(&Question {
            anchors: &own.anchors,
            ..question.clone()
        });
        (!is_untrusted(&with_own)).then(|| own.name.clone())
    }

    /// That it is another certificate than was expected.
    fn unexpected(&self, subject: &Subject) -> Option<Problem> {
        let expected = self.given.expected.as_ref()?;
        (*expected != subject.der).then(|| Problem {
            certificate: 0,
            cause: Cause::Unexpected {
                expected: told::digest(expected),
                found: told::digest(&subject.der),
            },
        })
    }
}

/// The verdict on what cannot be decoded at all.
fn unreadable(fault: &str) -> Verdict {
    Verdict {
        path: Vec::new(),
        anchored: false,
        problems: vec![Problem {
            certificate: 0,
            cause: Cause::Malformed {
                extension: None,
                what: fault.to_owned(),
            },
        }],
    }
}

/// Puts the columns of some clients in the place of others of theirs.
fn replace(columns: &mut [Column], of: &[Client], by: &[Column]) {
    for column in columns
        .iter_mut()
        .filter(|column| of.contains(&column.client))
    {
        if let Some(other) = by.iter().find(|other| other.client == column.client) {
            column.clone_from(other);
        }
    }
}
