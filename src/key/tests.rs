//! Keys in every form, whole, damaged and encrypted.

use super::*;

#[test]
fn every_algorithm_survives_every_form_it_has() {
    for algorithm in Algorithm::ALL {
        let key = PrivateKey::generate(algorithm).unwrap();
        for form in [KeyForm::Pkcs8, KeyForm::Sec1, KeyForm::Pkcs1] {
            let Ok(text) = key.to_pem(form) else { continue };
            let again = PrivateKey::from_bytes(text.as_bytes(), None).unwrap();
            assert_eq!(again.public_key(), key.public_key(), "{algorithm} {form}");
            let again = PrivateKey::from_bytes(&key.to_der(form).unwrap(), None).unwrap();
            assert_eq!(again.to_pkcs8(), key.to_pkcs8(), "{algorithm} {form}");
        }
        let spki = PublicKey::from_spki(key.public_key().spki()).unwrap();
        assert_eq!(&spki, key.public_key());
        let signature = key.sign(b"x").unwrap();
        assert!(
            spki.verify(key.scheme(), b"x", &signature).unwrap(),
            "{algorithm}"
        );
    }
}

#[test]
fn forms_that_cannot_hold_a_key_are_refused() {
    let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
    let error = key.to_pem(KeyForm::Sec1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key is Ed25519, and SEC 1 holds elliptic curve keys only"
    );
    assert!(key.to_pem(KeyForm::Pkcs1).is_err());
}

#[test]
fn a_key_without_its_public_half_is_completed() {
    let key = PrivateKey::generate(Algorithm::P384).unwrap();
    let Secret::Ec { curve, scalar } = &key.secret else {
        unreachable!("P-384 is a curve")
    };
    let bare = der::sequence(&[
        &der::element(der::INTEGER, &[&[1]]),
        &der::element(der::OCTET_STRING, &[scalar]),
        &der::element(
            der::context_constructed(0),
            &[&der::object_identifier(curve.arcs())],
        ),
    ]);
    assert_eq!(
        PrivateKey::from_bytes(&bare, None).unwrap().public_key(),
        key.public_key()
    );
}

#[test]
fn encrypted_keys_want_their_password() {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let text = key.to_encrypted_pem(&Password::new("secret")).unwrap();
    let read = |password: Option<&str>| {
        PrivateKey::from_bytes(text.as_bytes(), password.map(Password::new).as_ref())
    };
    assert_eq!(read(None).unwrap_err().kind(), ErrorKind::PasswordNeeded);
    assert_eq!(
        read(Some("wrong")).unwrap_err().kind(),
        ErrorKind::WrongPassword
    );
    assert_eq!(read(Some("secret")).unwrap().public_key(), key.public_key());
    assert!(key.to_encrypted_pem(&Password::new("")).is_err());
}

#[test]
fn explicit_parameters_are_named_as_that() {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let der = key.to_der(KeyForm::Sec1).unwrap();
    let mut parts = der::only(&der).unwrap().open(der::SEQUENCE).unwrap();
    let (version, scalar) = (parts.element().unwrap().raw, parts.element().unwrap().raw);
    let parameters = der::element(der::context_constructed(0), &[&der::sequence(&[version])]);
    let explicit = der::sequence(&[version, scalar, &parameters]);
    assert_eq!(
        PrivateKey::from_bytes(&explicit, None)
            .unwrap_err()
            .to_string(),
        "the key does not name its elliptic curve"
    );
}

#[test]
fn a_weak_key_of_rsa_is_a_whole_key_all_the_same() {
    // Providers do not look at 1024 bits.
    let integer = |content: &[u8]| der::element(der::INTEGER, &[content]);
    let (modulus, exponent) = (
        integer(&[&[0][..], &[0xff; 128]].concat()),
        integer(&[1, 0, 1]),
    );
    let public = [&integer(&[0])[..], &modulus, &exponent].concat();
    let rsa = der::object_identifier(&[1, 2, 840, 113549, 1, 1, 1]);
    let algorithm = der::sequence(&[&rsa, &der::element(der::NULL, &[])]);
    let read = |private: &[u8]| {
        let key = der::element(der::OCTET_STRING, &[&der::sequence(&[&public, private])]);
        PrivateKey::from_pkcs8(&der::sequence(&[&integer(&[0]), &algorithm, &key]))
    };
    assert!(read(&integer(&[1]).repeat(6)).is_ok());
    for damaged in [
        integer(&[1]).repeat(5),
        der::element(der::NULL, &[]).repeat(6),
    ] {
        assert_eq!(read(&damaged).unwrap_err().kind(), ErrorKind::Malformed);
    }
}

#[test]
fn of_several_searchers_the_first_is_taken() {
    let threads = NonZero::new(3).unwrap();
    let key = PrivateKey::generate_on(Algorithm::Rsa2048, threads).unwrap();
    assert_eq!(
        key.public_key().kind().algorithm(),
        Some(Algorithm::Rsa2048)
    );
}

#[test]
fn a_private_key_is_never_shown() {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    assert_eq!(format!("{key:?}"), "PrivateKey(ECDSA P-256, ..)");
    assert_eq!(format!("{:?}", Password::new("secret")), "Password(..)");
}

#[test]
fn what_is_not_a_key_is_named() {
    let public = PrivateKey::generate(Algorithm::P256)
        .unwrap()
        .public_key()
        .to_pem();
    let error = PrivateKey::from_bytes(public.as_bytes(), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "it holds a public key, and no private key"
    );
}
