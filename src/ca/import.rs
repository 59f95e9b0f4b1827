//! Taking in a CA that was made elsewhere.

use std::fs;
use std::path::Path;

use time::OffsetDateTime;

use super::chain::{Chains, first_sound, latest_first, require_valid};
use super::home::{free_name, generation_names, tags_of, take_turn};
use super::lists::{List, number_after, read_list};
use super::retire::{RETIRED, retired_name};
use super::revoke::issuers;
use super::{Authority, Records, create, generation};
use crate::cert::{Certificate, Issuer};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, NewFile};
use crate::key::{Password, PrivateKey};

impl Authority {
    /// Takes a CA made elsewhere as the generation that issues henceforth.
    ///
    /// The certificates are its own, then those towards its root. The key is copied, encrypted if
    /// there is a password. Of its records it is only made sure that they can be taken in
    /// [afterwards](Self::take_records). Fails with [`ErrorKind::CaBroken`] if the certificates do not lead to a
    /// self-signed one, with [`ErrorKind::Expired`] if one of them is not valid now, and as
    /// [`Issuer::new`] and [`Self::take_records`] do.
    pub fn import(
        home: &Path,
        certificates: &[Certificate],
        key: PrivateKey,
        password: Option<&Password>,
        records: &Records,
        now: OffsetDateTime,
    ) -> Result<Self> {
        use generation::{INTERMEDIATE, INTERMEDIATE_KEY, ROOT, ROOT_CRL, ROOT_KEY};
        let chain = chain_of(&key, certificates, now)?;
        records.check(&chain, None)?;
        let root = &chain[chain.len() - 1];
        let below = &chain[..chain.len() - 1];
        let key_name = if below.is_empty() {
            ROOT_KEY
        } else {
            INTERMEDIATE_KEY
        };
        let key_file = create::key_file(key_name, &key, password)?;
        let issuer = Issuer::new(chain[0].clone(), key)?;
        let mut made = vec![NewFile::public(ROOT, root.to_pem()), key_file];
        if !below.is_empty() {
            let text: String = below.iter().map(Certificate::to_pem).collect();
            made.push(NewFile::public(INTERMEDIATE, text));
        } else if root.may_sign_revocation_lists() {
            made.push(NewFile::public(ROOT_CRL, create::empty_list(&issuer)?));
        }
        Self::install_foreign(home, &chain, made)
    }

    /// Takes mkcert's CA as the generation that issues henceforth, leaving its key where it lies.
    ///
    /// Fails with [`ErrorKind::NotFound`] if the folder is not mkcert's, with [`ErrorKind::Expired`]
    /// if the CA is not valid now, and as [`Issuer::new`] and [`Self::take_records`] do.
    pub fn adopt(
        home: &Path,
        folder: &Path,
        records: &Records,
        now: OffsetDateTime,
    ) -> Result<Self> {
        use generation::{ADOPTED, MKCERT_KEY, MKCERT_ROOT, ROOT};
        let folder =
            fs::canonicalize(folder).map_err(|source| Error::io("read", folder, &source))?;
        let (certificate, key) = (folder.join(MKCERT_ROOT), folder.join(MKCERT_KEY));
        let root = Certificate::all_from_bytes(&files::read(&certificate)?)
            .map_err(|error| error.about(certificate.display()))?
            .swap_remove(0);
        let secret = PrivateKey::from_bytes(&files::read(&key)?, None)
            .map_err(|error| error.about(key.display()))?;
        Issuer::new(root.clone(), secret)?;
        require_valid(std::slice::from_ref(&root), now)?;
        records.check(std::slice::from_ref(&root), None)?;
        let files = vec![
            NewFile::public(ROOT, root.to_pem()),
            NewFile::public(ADOPTED, format!("{}\n", folder.display())),
        ];
        Self::install_foreign(home, std::slice::from_ref(&root), files)
    }

    fn install_foreign(
        home: &Path,
        chain: &[Certificate],
        mut files: Vec<NewFile>,
    ) -> Result<Self> {
        files::make_private_folder(home)?;
        let _lock = take_turn(home)?;
        let (own, root) = (&chain[0], &chain[chain.len() - 1]);
        let name = match known_name(home, own)? {
            Some(name) => {
                // Its root's tells whether the CA itself is revoked.
                for list in [generation::ROOT_CRL, generation::INTERMEDIATE_CRL] {
                    let by = if list == generation::ROOT_CRL {
                        root
                    } else {
                        own
                    };
                    let last = last_list(home, &name, list)?;
                    // It may have come back below another root.
                    if let Some(last) = last.filter(|it| it.decoded.issuer == by.subject_der()) {
                        files.retain(|file| file.path != Path::new(list));
                        files.push(NewFile::public(list, last.to_pem()));
                    }
                }
                name
            }
            None => free_name(home, tags_of(root))?,
        };
        Self::install(home, create::Made { name, files })
    }
}

/// The name that a CA had here before it was retired: what it issued and revoked is known by that.
///
/// Fails with [`ErrorKind::AlreadyExists`] if it is here now.
fn known_name(home: &Path, own: &Certificate) -> Result<Option<String>> {
    let is_same = |it: &Certificate| {
        it.subject_der() == own.subject_der() && it.public_key() == own.public_key()
    };
    let known = issuers(home)?.into_iter();
    let names = known.filter(|(_, it)| is_same(it)).map(|(name, _)| name);
    let names: Vec<String> = names.collect();
    match names.iter().find(|name| home.join(name).exists()) {
        Some(name) => Err(Error::new(
            ErrorKind::AlreadyExists,
            format!("this CA is in {} already", home.join(name).display()),
        )
        .with_hint("its lists and its index are taken in alone: certwright ca import --crl FILE, or --index FILE")),
        None => Ok(names.into_iter().next()),
    }
}

/// The last list of a CA that was retired, from whose number the next goes on.
fn last_list(home: &Path, name: &str, file: &str) -> Result<Option<List>> {
    let retired = home.join(RETIRED);
    let mut last: Option<List> = None;
    for folder in generation_names(&retired)? {
        if retired_name(&folder) != name {
            continue;
        }
        if let Some(list) = read_list(&retired.join(folder).join(file))? {
            let is_later =
                |last: &List| number_after(Some(last)).ok() < number_after(Some(&list)).ok();
            if last.as_ref().is_none_or(is_later) {
                last = Some(list);
            }
        }
    }
    Ok(last)
}

/// The certificate of a key that lasts longest of those that lead to a root, with those above it.
fn chain_of(
    key: &PrivateKey,
    certificates: &[Certificate],
    now: OffsetDateTime,
) -> Result<Vec<Certificate>> {
    let mut own: Vec<&Certificate> = certificates
        .iter()
        .filter(|certificate| certificate.require_key(key).is_ok())
        .collect();
    own.sort_by_cached_key(|it| latest_first(it));
    if own.is_empty() {
        // Says which key it is and which certificate it is not for.
        certificates
            .iter()
            .try_for_each(|certificate| certificate.require_key(key))?;
        let told = "there is no certificate for the key";
        return Err(Error::new(ErrorKind::NotFound, told));
    }
    let mut chains = Chains::new(certificates, now);
    first_sound(own.into_iter().map(|own| chains.up_to_root(own)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::home::{CURRENT, staged};
    use crate::ca::tests::{NOW, foreign, plan};
    use crate::issue::{Signatory, Template, issue};
    use crate::name::Subject;
    use crate::profile::Profile;

    #[test]
    fn an_import_that_was_killed_is_completed_or_cleared_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let (root, key) = foreign([1, 6]);
        let again = || PrivateKey::from_pkcs8(&key.to_der(Default::default()).unwrap()).unwrap();
        let import = || {
            Authority::import(
                &home,
                std::slice::from_ref(&root),
                again(),
                None,
                &Records::default(),
                NOW,
            )
        };
        let name = import().unwrap().current().name().to_owned();
        // Killed before the folder was moved to its place.
        fs::rename(home.join(&name), staged(&home, &name)).unwrap();
        assert_eq!(import().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(Authority::open(&home).unwrap().current().name(), name);
        // What earlier versions left when it was run again.
        files::make_private_folder(&staged(&home, &name)).unwrap();
        fs::copy(
            home.join(&name).join("root.crt"),
            staged(&home, &name).join("root.crt"),
        )
        .unwrap();
        Authority::add_generation(&home, &plan(), NOW).unwrap();
        assert!(!staged(&home, &name).exists());
        // But another CA of that name is not thrown away.
        fs::write(home.join(CURRENT), &name).unwrap();
        files::make_private_folder(&staged(&home, &name)).unwrap();
        fs::write(staged(&home, &name).join("root.crt"), "another").unwrap();
        let error = Authority::add_generation(&home, &plan(), NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CaBroken);
        assert!(staged(&home, &name).exists());
    }

    #[test]
    fn two_cas_below_one_root_are_two_and_one_that_was_retired_has_its_name_again() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let (root, key) = foreign([1, 6]);
        let root = Issuer::new(root, key).unwrap();
        let below = |name: &str| {
            let key = PrivateKey::generate(crate::crypto::Algorithm::P256).unwrap();
            let template = Template {
                profile: Profile::intermediate(0, None),
                subject: Subject::common_name(name).unwrap(),
                names: Vec::new(),
                public_key: key.public_key().clone(),
                validity: root.certificate().validity(),
            };
            let made = issue(&template, Signatory::Issuer(&root)).unwrap();
            (vec![made, root.certificate().clone()], key)
        };
        let (one, two) = (below("one"), below("two"));
        let import = |(chain, key): &(Vec<Certificate>, PrivateKey)| {
            let key = PrivateKey::from_pkcs8(&key.to_der(Default::default()).unwrap()).unwrap();
            let imported = Authority::import(home, chain, key, None, &Records::default(), NOW);
            imported.map(|it| it.current().name().to_owned())
        };
        let first = import(&one).unwrap();
        let second = import(&two).unwrap();
        assert!(second.starts_with(&first) && second.len() > first.len());
        for ca in [&one, &two] {
            let error = import(ca).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        }
        let authority = Authority::open(home).unwrap();
        assert_eq!(authority.generations().unwrap().len(), 2);
        for number in 1..3 {
            Authority::open(home)
                .unwrap()
                .retire(&first, true, NOW)
                .unwrap();
            assert_eq!(import(&one).unwrap(), first);
            // Its lists go on where they ended.
            let authority = Authority::open(home).unwrap();
            let (issuer, _) = authority.unlock(None, NOW).unwrap();
            let lifetime = crate::validity::Lifetime::days(9);
            let lists = authority.next_lists(authority.current(), &issuer, lifetime, NOW);
            let told = lists.unwrap().issued.decoded.number.unwrap();
            assert_eq!(told.to_u64(), Some(number));
            Authority::add_generation(home, &plan(), NOW).unwrap();
        }
    }

    #[test]
    fn of_several_certificates_of_a_key_the_one_that_lasts_longest_is_taken() {
        let (root, key) = foreign([1, 6]);
        let root = Issuer::new(root, key).unwrap();
        let key = PrivateKey::generate(crate::crypto::Algorithm::P256).unwrap();
        let lasting = |days| {
            let lifetime = crate::validity::Lifetime::days(days);
            let template = Template {
                profile: Profile::intermediate(0, None),
                subject: Subject::common_name("own").unwrap(),
                names: Vec::new(),
                public_key: key.public_key().clone(),
                validity: crate::validity::Validity::starting(NOW, lifetime).unwrap(),
            };
            issue(&template, Signatory::Issuer(&root)).unwrap()
        };
        let (short, long) = (lasting(100), lasting(300));
        let mut given = [short, long.clone(), root.certificate().clone()];
        for _ in 0..given.len() {
            given.rotate_left(1);
            assert_eq!(chain_of(&key, &given, NOW).unwrap()[0], long);
        }
    }

    #[test]
    fn a_ca_that_was_revoked_is_so_when_it_is_taken_in_again() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let kept = crate::ca::Plan {
            keep_root_key: true,
            ..plan()
        };
        let (authority, _) = Authority::open_or_create(home, &kept, NOW).unwrap();
        let current = authority.current();
        let chain = [current.issuing().clone(), current.root().clone()];
        let key = PrivateKey::from_bytes(&files::read(current.key_path()).unwrap(), None).unwrap();
        let root = current.unlock_root(None).unwrap();
        let reason = crate::crl::Reason::CaCompromise;
        authority.revoke_ca(current, &root, reason, NOW).unwrap();
        let next = Authority::add_generation(home, &plan(), NOW).unwrap();
        next.retire(current.name(), true, NOW).unwrap();
        let again = Authority::import(home, &chain, key, None, &Records::default(), NOW).unwrap();
        assert_eq!(again.current().name(), current.name());
        let error = again.unlock(None, NOW).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Revoked);
        let told = Some((&chain[0], NOW, reason));
        assert_eq!(again.current().revocation().unwrap(), told);
    }

    #[test]
    fn a_list_is_made_only_for_a_root_that_may_sign_one() {
        for (usages, may) in [([1, 6], true), ([2, 4], false)] {
            let folder = tempfile::tempdir().unwrap();
            let (root, key) = foreign(usages);
            assert_eq!(root.may_sign_revocation_lists(), may);
            let made =
                Authority::import(folder.path(), &[root], key, None, &Records::default(), NOW)
                    .unwrap();
            let list = made.current().folder().join(generation::ROOT_CRL);
            assert_eq!(list.exists(), may);
            let (issuer, _) = made.current().unlock(None).unwrap();
            assert_eq!(create::empty_list(&issuer).is_ok(), may);
        }
    }
}
