//! Key pairs, and keys that OpenSSL encrypted in every way that is opened here.

use super::*;
use crate::error::ErrorKind;
use crate::key::PrivateKey;

fn base64(text: &str) -> Vec<u8> {
    data_encoding::BASE64.decode(text.as_bytes()).unwrap()
}

#[test]
fn every_scheme_is_opened_by_its_password_alone() {
    for (made, encrypted) in SCHEMES {
        let encrypted = base64(encrypted);
        let opened = decrypt(&encrypted, PASSWORD.as_bytes());
        let opened = opened.unwrap_or_else(|error| panic!("{made}: {error}"));
        assert_eq!(*opened, base64(PLAIN), "{made}");
        let refused = decrypt(&encrypted, b"wrong").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::WrongPassword, "{made}");
    }
}

#[test]
fn traditional_keys_are_opened_by_their_password_alone() {
    for (info, encrypted) in TRADITIONAL {
        let encrypted = base64(encrypted);
        let opened = decrypt_traditional(info, &encrypted, PASSWORD.as_bytes());
        let opened = opened.unwrap_or_else(|error| panic!("{info}: {error}"));
        assert_eq!(*opened, base64(TRADITIONAL_PLAIN), "{info}");
        let refused = decrypt_traditional(info, &encrypted, b"wrong").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::WrongPassword, "{info}");
    }
}

#[test]
fn what_dek_info_lacks_is_told() {
    for (info, kind, message) in [
        (
            "BF-CBC,0011223344556677",
            ErrorKind::Unsupported,
            "the key is encrypted with BF-CBC (DEK-Info), which is not known here",
        ),
        (
            "DES-CBC",
            ErrorKind::Malformed,
            "the DEK-Info of the key has no initialisation vector of DES-CBC",
        ),
        (
            "AES-128-CBC,0011223344556677",
            ErrorKind::Malformed,
            "the DEK-Info of the key has no initialisation vector of AES-128-CBC",
        ),
    ] {
        let error = decrypt_traditional(info, &[0; 16], b"x").unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    }
}

#[test]
fn what_is_not_known_is_named() {
    let algorithm = |dotted: &str| {
        let arcs = der::parse_dotted(dotted).unwrap();
        let parameters = der::sequence(&[]);
        der::sequence(&[&der::object_identifier(&arcs), &parameters])
    };
    for (dotted, message) in [
        (
            "1.2.840.113549.1.5.1",
            "the encryption pbeWithMD2AndDES-CBC is not known here",
        ),
        ("1.2.3", "the encryption 1.2.3 is not known here"),
    ] {
        let encoded = algorithm(dotted);
        let error = Scheme::read(&der::only(&encoded).unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_key_that_would_take_for_ever_to_open_is_refused() {
    for (iterations, kind) in [
        (1, ErrorKind::WrongPassword),
        (10_000_001, ErrorKind::TooLarge),
        (u32::MAX, ErrorKind::TooLarge),
    ] {
        let schemes = [Scheme::modern(iterations), Scheme::compatible(iterations)];
        for scheme in schemes.map(Result::unwrap) {
            let octets = der::element(der::OCTET_STRING, &[&[0; 16]]);
            let locked = der::sequence(&[scheme.to_der(), &octets]);
            let error = decrypt(&locked, b"x").unwrap_err();
            assert_eq!(error.kind(), kind, "{iterations} {scheme}");
        }
    }
}

#[test]
fn a_budget_is_spent_once() {
    let mut budget = Budget::of_store();
    for _ in 0..20 {
        budget.spend(1_000_000).unwrap();
    }
    assert_eq!(budget.spend(1).unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(
        budget.spend(u64::MAX).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
}

#[test]
fn algorithms_are_read_in_other_tools_spellings() {
    for (text, algorithm) in [
        ("P-256", Algorithm::P256),
        ("prime256v1", Algorithm::P256),
        ("secp384r1", Algorithm::P384),
        ("rsa:4096", Algorithm::Rsa4096),
        ("RSA-3072", Algorithm::Rsa3072),
        ("Ed25519", Algorithm::Ed25519),
    ] {
        assert_eq!(text.parse::<Algorithm>().unwrap(), algorithm);
    }
    assert!("rsa1024".parse::<Algorithm>().is_err());
}

#[test]
fn a_public_point_is_found_from_the_scalar() {
    let mut one = [0; 32];
    one[31] = 1;
    let point = Curve::P256.public_point(&one).unwrap();
    // The base point of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3).
    assert_eq!(point[..5], [4, 0x6b, 0x17, 0xd1, 0xf2]);
    let takes = |scalar: &[u8], pace| Signer::ecdsa(Curve::P256, scalar, &point, pace).is_ok();
    let mut two = one;
    two[31] = 2;
    for pace in [Pace::Few, Pace::Many] {
        assert!(takes(&one, pace) && !takes(&two, pace));
    }
}

#[test]
fn at_either_pace_keys_sign_what_verifies() {
    for (algorithm, scheme) in [
        (Algorithm::P256, SignatureScheme::EcdsaSha256),
        (Algorithm::P384, SignatureScheme::EcdsaSha384),
        (Algorithm::P521, SignatureScheme::EcdsaSha512),
        (Algorithm::Ed25519, SignatureScheme::Ed25519),
    ] {
        let few = PrivateKey::generate(algorithm).unwrap();
        let many = PrivateKey::generate_of_many(algorithm)
            .unwrap()
            .for_many()
            .unwrap();
        for key in [few, many] {
            assert_eq!(key.scheme(), scheme);
            let signature = key.sign(b"message").unwrap();
            let verified = key.public_key().verify(scheme, b"message", &signature);
            assert!(verified.unwrap());
        }
    }
}

const PASSWORD: &str = "pässwörd";

/// openssl genpkey -algorithm ed25519
const PLAIN: &str = "MC4CAQAwBQYDK2VwBCIEIHTQd5fy3pX8iSXr2glb20qRn0kuwR/SsKU95sYlSSXm";

/// openssl pkcs8 -topk8 -provider legacy -provider default, and these options.
const SCHEMES: [(&str, &str); 22] = [
    (
        "-v1 PBE-MD5-DES -iter 3",
        "MFYwGgYJKoZIhvcNAQUDMA0ECBJMk+4f8oWmAgEDBDgBMnh1auwIMRYFZdXctXmjENGO0qDlqBvdUL+0JHFjzvl7liVHoaIm4OXEQAYC3cUcUr6ixcQ/jA==",
    ),
    (
        "-v1 PBE-MD5-RC2-64 -iter 3",
        "MFYwGgYJKoZIhvcNAQUGMA0ECHS9l6EDYKnbAgEDBDhnLlWkgERQqF8aKCrtIIyfVfd7gQvfVANLgUbiYC1h4b8+PqC77fTdI1P2XVJXuubeSZlfvFvKhw==",
    ),
    (
        "-v1 PBE-SHA1-DES -iter 3",
        "MFYwGgYJKoZIhvcNAQUKMA0ECPTWLBlwHHPtAgEDBDiWJyGzWM25eTM1fRvJg6R4VSwfN7MU0NKvZEekrRQiWpw7WPknx38G1o5C2zYZhAKNVWY/hTs+Ag==",
    ),
    (
        "-v1 PBE-SHA1-RC2-64 -iter 3",
        "MFYwGgYJKoZIhvcNAQULMA0ECCJYBWF0LL3dAgEDBDjOv1FnK4uf2Sh10WBR49jEGtPmMj8P7SHw163p/YxW+GPqVGr/ZolvUKWpGFeSHWyrOQct4mANLQ==",
    ),
    (
        "-v1 PBE-SHA1-RC4-128 -iter 3",
        "ME8wGwYKKoZIhvcNAQwBATANBAgsl1l2LLaTrQIBAwQwZFySrJ6fSHfKkBMs/++3L9dX7ahQhAdTHlF1xu5zUFkhxCCR+aLWKj45dnDCnCWT",
    ),
    (
        "-v1 PBE-SHA1-RC4-40 -iter 3",
        "ME8wGwYKKoZIhvcNAQwBAjANBAhE3ITBAjNGxQIBAwQwk60A8yjp2a9tadhcCorz1aFAvlgzCYISJUQBTLoYgd9MG4Fwj206863z/nb+UTzt",
    ),
    (
        "-v1 PBE-SHA1-3DES -iter 3",
        "MFcwGwYKKoZIhvcNAQwBAzANBAgYMFvGU3Uy0wIBAwQ4e3ziNXD7pxESE5wxSTjG2sfPJQzJ+aJYR65wO+/U00VHhleq9SPYwDhHVWj6j7Wsn15pyfN3iIE=",
    ),
    (
        "-v1 PBE-SHA1-2DES -iter 3",
        "MFcwGwYKKoZIhvcNAQwBBDANBAipPTP6lCmyKAIBAwQ4b7FGbij2EGGMCjHmR4t+FMt5PaLjYW9SWfxqyMdlJ2+Q5dEcK4nhWPpuBTEZFFwmqdap3iDNorY=",
    ),
    (
        "-v1 PBE-SHA1-RC2-128 -iter 3",
        "MFcwGwYKKoZIhvcNAQwBBTANBAijVCEOoZIcNgIBAwQ42KL9+db4RDxxpUeinnZWjiJDmuO4lGrDxgfcLFGp7w29gYCq8svQVTx+1dSYFLyKS/GI7ae8XkM=",
    ),
    (
        "-v1 PBE-SHA1-RC2-40 -iter 3",
        "MFcwGwYKKoZIhvcNAQwBBjANBAgVDL4zuTnaoQIBAwQ4jQGEIMeVXYXW5XBwiy9FmvmdweOIb3lAkInKBIkKrBWbofXna9ZXNYwFGOPfae8xaOOvcdm1Bdc=",
    ),
    (
        "-v2 aes-128-cbc -v2prf hmacWithSHA1 -iter 3",
        "MIGMMEgGCSqGSIb3DQEFDTA7MBoGCSqGSIb3DQEFDDANBAjd6/Wb4laLewIBAzAdBglghkgBZQMEAQIEEA1Q/9bN1uEKcBvggim2AQkEQCh+trC3dvGfdJE5RZUwsS2vUZVkbOW/D4c0Lu0QPt2FUag3n6Ir2NPVd1c6eGvUY2Jo/bOjMVAa0NTq8Oh8WSo=",
    ),
    (
        "-v2 aes-192-cbc -v2prf hmacWithSHA224 -iter 3",
        "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAiJhPzIDnD8XwIBAzAMBggqhkiG9w0CCAUAMB0GCWCGSAFlAwQBFgQQIxN4nXxFX/Q6Euijeww0ngRAfzzF3GRtu4P0a0hya1nO9lJPe94PN+fXfeiPArA02z0QmFFwbcBmyK8iqT1osxrWcAGKwmcaRD+guSv9sXkWPg==",
    ),
    (
        "-v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 3",
        "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAiD0N7/leQLtQIBAzAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQjnQbd+wzXAfcmuVjhVPC2gRAxhVIIQyuRCHrbt6b8gJMDH3B4fxruC0RKOr2LAZO4nBScmNWQujmW4lnLaGyjFh2sPJWAXfTyeTeKP+lSVarDA==",
    ),
    (
        "-v2 aes-256-cbc -v2prf hmacWithSHA384 -iter 3",
        "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAg54lHP1oGcKwIBAzAMBggqhkiG9w0CCgUAMB0GCWCGSAFlAwQBKgQQEt3kfqTje4byfdErnxoRJARAHbv7iyCTkYt4WnHXduIPxamGv7CJb6cqKqsUAV2hPaUjAo7OZ1eQJk4n2A3cmG79ux3Wl9zlFP5/Vf6JF/wxjg==",
    ),
    (
        "-v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 3",
        "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAiLn56GNjGUyQIBAzAMBggqhkiG9w0CCwUAMB0GCWCGSAFlAwQBKgQQ91yz65Jy7Pt2GTrHu2xnngRAjZMJWwZifcEjABCwV1rmTw19TSiwZUeNQ0Mk76qgEOeuQ+siDeEolhSnVRshn50cedw9XBJkn0J/xle1A3KPBA==",
    ),
    (
        "-v2 aes-256-cbc -v2prf hmacWithSHA512-256 -iter 3",
        "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAhXHvXWGGnFPwIBAzAMBggqhkiG9w0CDQUAMB0GCWCGSAFlAwQBKgQQw9pMaQVkEUu0un3MKepAtARARoHu2QqLjb6cC+ppPXxwl/hlgpSyy8+zSZa5YBRw8ouab6GJoqaZ6qwWgNrubmwBarrLz3xxwxgeauQM/DSRvQ==",
    ),
    (
        "-v2 aes-256-cbc -v2prf hmacWithMD5 -iter 3",
        "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAgiBwRzxX/9SQIBAzAMBggqhkiG9w0CBgUAMB0GCWCGSAFlAwQBKgQQqe9VXqJdbrk0tudBDoB4LARAr6LlorKAtnqAFNKUt49+gjRHNhMfDTLG/UOZtT1LHnArnMKP1AHdJAEmQC4eBRrCrs3WiG1Xqh+Or1YyXG8lpg==",
    ),
    (
        "-v2 des-ede3-cbc -v2prf hmacWithSHA1 -iter 3",
        "MHswPwYJKoZIhvcNAQUNMDIwGgYJKoZIhvcNAQUMMA0ECMKf7iS0Yj/PAgEDMBQGCCqGSIb3DQMHBAiSrhq1w4crPwQ4SiLsDWxDztTgy+KhM3pwAPUWWTLAKu2czC79tR6WsQDr87tP7s6tp1mO28eA9uIidLavkTrJU5E=",
    ),
    (
        "-v2 des-cbc -v2prf hmacWithSHA1 -iter 3",
        "MHgwPAYJKoZIhvcNAQUNMC8wGgYJKoZIhvcNAQUMMA0ECLnmRCYdDyilAgEDMBEGBSsOAwIHBAj3iTYtgQvB6QQ4gNJZS08FuhJqQsbre31J+kZ/a/ySrFe7IAXAldEVt331zNGUgDuD3yScLeELvdhdJOfwOf3rIR4=",
    ),
    (
        "-v2 rc2-cbc -v2prf hmacWithSHA1 -iter 3",
        "MIGDMEcGCSqGSIb3DQEFDTA6MB0GCSqGSIb3DQEFDDAQBAh3+e7LCUu4ygIBAwIBEDAZBggqhkiG9w0DAjANAgE6BAgiCA3SIj29iQQ4vGLiEJ0QLc8FjeOQJqbZr/Ht1EmgW7k99ypjP0rt9lRXKtTE+8KKaoDG6jH/klD2tV3Fi+odFoc=",
    ),
    (
        "-v2 rc2-40-cbc -v2prf hmacWithSHA1 -iter 3",
        "MIGEMEgGCSqGSIb3DQEFDTA7MB0GCSqGSIb3DQEFDDAQBAgNyUK1FkrTzwIBAwIBBTAaBggqhkiG9w0DAjAOAgIAoAQIdMeiLWCfDtMEOEQFKulHXd/l63ITmeY1kjZlbLnUfoyPHHbyUo6SkT1TRfAvp73Us+rypn/7noSLjSUb85nbWcZo",
    ),
    (
        "-v2 aes-256-cbc -scrypt -scrypt_N 16 -scrypt_r 1 -scrypt_p 1",
        "MIGSME4GCSqGSIb3DQEFDTBBMCAGCSsGAQQB2kcECzATBAhIYWeY1DatzgIBEAIBAQIBATAdBglghkgBZQMEASoEEEqaYBsMp1v4Nz+j0kTtnNoEQAEP3dv7UdyDt0l12e6ZaEZahE+BdwYTATVuYdzcrIXRXFWyhKawfpv4UHM3QerT6pWfBBDa/JxIzg7eSGeTQbM=",
    ),
];

/// openssl ecparam -name prime256v1 -genkey -noout
const TRADITIONAL_PLAIN: &str = "MHcCAQEEIOplF0NtBfU143PUGi0WMWETpLAO3yf5PU/Qy5P+XR0voAoGCCqGSM49AwEHoUQDQgAEzhQDKLp6xSNaFy4UABl61nV7F8Hx9oVj7vGA+XZ4qg0tnznMtEBEF2IVWAL0Iy6+LlOlnICNF01dw5PN3YbTQw==";

/// openssl ec -provider legacy -provider default -CIPHER
const TRADITIONAL: [(&str, &str); 7] = [
    (
        "AES-128-CBC,4F55B375499CCF56C29B4F0BB9BBEF67",
        "KzdZ8x6vjJ64JnaCUqBFc8YFCffH3pb3JQ71j9IIYQaNwVfl6Y95tvQ0muuOwH0RSUgN5eMboVtHg9RiYwACEv2vw6Z0pseIzQzxZn1OWuAuxR+RMDJfmsCoXtS43e1ve2FG7H9KipWkDAJpGKCbJnuvZSSAYfG2UK0oL5cNcaY=",
    ),
    (
        "AES-192-CBC,ADB9FF99E73409C0570EBB8B3A722900",
        "TCIUMnthfan1diP1BLg8F6622Kv71OVBqSGE88ZmInPtFjtyFukJS4s6C2t6aN62QLIiedgq9pQf9fMbpREVypYCx6Kql6DTHQZ9yZlPEabyuYswY4BNq3K45OgAG0TxuZafEnBjDRGpWOZVClCByj58XqajxckLFciXpotzuS0=",
    ),
    (
        "AES-256-CBC,97E0CBBA14E1BBB0C0F9CDDCF14B0098",
        "0mJSLn1cN83DyWaH1RWMjvgzqdUwDbx6Tj4msICHRQRr2D8UKCuNM1MukZfm6mftPnjQh+2WePubnEIgDGZ9ejr2VWnQMt6tL1l1OSAowqMW1U1X68h8mf20zwQL33hSkwJuHBGCsOzTXLSpTRGZ9JGcWRE1nujzMk3LYkPv7Sc=",
    ),
    (
        "DES-CBC,AF2D74817A766303",
        "mmPkWGLFWxHQxD7n7KpzWsjEAJfRrIudDbjDLwrP2W1feGLeJhE/Kp+WjSQI7NN69/ScCpV7e4pTVJSbuRkGGVEN+xeEjolKX5cWMnsMZ2AQO6ehsil6YMKsUUXWuHHoaqvDZF9ixWpJYL9OdCwdUpOir1UkoJBEW8VNE81MXuU=",
    ),
    (
        "DES-EDE3-CBC,395BFB5B1DE03A77",
        "nr+nWdaiAtw9wG3e2bKV4GBuUcGEUv1XOR23W2OxMqAHaKpmCwci0nwVYpQyOkZ6CZDSL70eQLo/fxlKbVk0spS1uIWs1aWeB5VQdMTd8EdqXUvzw0ojyf1FCjw23HU+xlLhK8pSNrx80yTWR3R9VV6o4dJicupVMLmKXU1sJSs=",
    ),
    (
        "RC2-CBC,05949EBD732F7D70",
        "COjVLdZEu6ncvAO6VFqvPKo61eks1/Pdd7CVz6UeNHjmOhAfWsmIpFc5Vcq4YbKaM7fM/7RHc70fY4dXHLtT8PknNmazIDC4jJ1oQ9vta3AuEkqQ0VCdjJwQOe1lc5kVVCz4QcqoYmB4CzkjP6bke98peJ+SJ13uN3OCc5F9NZg=",
    ),
    (
        "DES-EDE-CBC,DA9556B91ED174E7",
        "oUQngTxtg6hnwRab3ZfOVZjAd+lmB7DJ4uyvP5FXA5kBKPJLZOxz64j7dpYLcVEtlH5e3ShAJTZerqntyibTztI9BNpFhAZElMCrZvWsYlF6EkOezDNtVMlXlUfbo7B0WRdTTTeNOZZJnJfOcT+XbUy9v7kKdnNHnSimdm8GllU=",
    ),
];
