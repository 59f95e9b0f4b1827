//! NIST's Public Key Interoperability Test Suite: the paths of its document's sections 4.1 to 4.16.
//!
//! `PKITS` names the folder that holds `certs` and `crls`. The end entity is named by each test, and every
//! CA and every list of the suite may be used, so that finding those that are meant is tested too.

use std::collections::HashMap;
use std::path::Path;

use certwright::crl::DecodedList;
use certwright::validity::parse_time;
use certwright::verify::{Policy, Pool, Purpose, Question, Verdict, Wanted, verify};

/// What is answered otherwise than PKITS expects, and why.
const DIVERGENCES: [(&str, &str); 2] = [
    (
        "ValidDSASignaturesTest4",
        "DSA signatures are checked by no client any more, and not here",
    ),
    (
        "ValidDSAParameterInheritanceTest5",
        "DSA signatures are checked by no client any more, and not here",
    ),
];

/// Those without settings of their own: accepted or not as the name says.
const PLAIN: [&str; 127] = [
    // 4.1 Signature verification
    "ValidCertificatePathTest1",
    "InvalidCASignatureTest2",
    "InvalidEESignatureTest3",
    "ValidDSASignaturesTest4",
    "ValidDSAParameterInheritanceTest5",
    "InvalidDSASignatureTest6",
    // 4.2 Validity periods
    "InvalidCAnotBeforeDateTest1",
    "InvalidEEnotBeforeDateTest2",
    "Validpre2000UTCnotBeforeDateTest3",
    "ValidGeneralizedTimenotBeforeDateTest4",
    "InvalidCAnotAfterDateTest5",
    "InvalidEEnotAfterDateTest6",
    "Invalidpre2000UTCEEnotAfterDateTest7",
    "ValidGeneralizedTimenotAfterDateTest8",
    // 4.3 Name chaining
    "InvalidNameChainingTest1",
    "InvalidNameChainingOrderTest2",
    "ValidNameChainingWhitespaceTest3",
    "ValidNameChainingWhitespaceTest4",
    "ValidNameChainingCapitalizationTest5",
    "ValidNameUIDsTest6",
    "ValidRFC3280MandatoryAttributeTypesTest7",
    "ValidRFC3280OptionalAttributeTypesTest8",
    "ValidUTF8StringEncodedNamesTest9",
    "ValidRolloverfromPrintableStringtoUTF8StringTest10",
    "ValidUTF8StringCaseInsensitiveMatchTest11",
    // 4.5 Self-issued certificates
    "ValidBasicSelfIssuedOldWithNewTest1",
    "ValidBasicSelfIssuedNewWithOldTest3",
    "ValidBasicSelfIssuedNewWithOldTest4",
    "ValidBasicSelfIssuedCRLSigningKeyTest6",
    "InvalidBasicSelfIssuedCRLSigningKeyTest8",
    // 4.6 Basic constraints
    "InvalidMissingbasicConstraintsTest1",
    "InvalidcAFalseTest2",
    "InvalidcAFalseTest3",
    "ValidbasicConstraintsNotCriticalTest4",
    "InvalidpathLenConstraintTest5",
    "InvalidpathLenConstraintTest6",
    "ValidpathLenConstraintTest7",
    "ValidpathLenConstraintTest8",
    "InvalidpathLenConstraintTest9",
    "InvalidpathLenConstraintTest10",
    "InvalidpathLenConstraintTest11",
    "InvalidpathLenConstraintTest12",
    "ValidpathLenConstraintTest13",
    "ValidpathLenConstraintTest14",
    "ValidSelfIssuedpathLenConstraintTest15",
    "InvalidSelfIssuedpathLenConstraintTest16",
    "ValidSelfIssuedpathLenConstraintTest17",
    // 4.7 Key usage
    "InvalidkeyUsageCriticalkeyCertSignFalseTest1",
    "InvalidkeyUsageNotCriticalkeyCertSignFalseTest2",
    "ValidkeyUsageNotCriticalTest3",
    // 4.9 Require explicit policy
    "ValidrequireExplicitPolicyTest1",
    "ValidrequireExplicitPolicyTest2",
    "InvalidrequireExplicitPolicyTest3",
    "ValidrequireExplicitPolicyTest4",
    "InvalidrequireExplicitPolicyTest5",
    "ValidSelfIssuedrequireExplicitPolicyTest6",
    "InvalidSelfIssuedrequireExplicitPolicyTest7",
    "InvalidSelfIssuedrequireExplicitPolicyTest8",
    // 4.10 Policy mappings, the others below
    "InvalidPolicyMappingTest2",
    "InvalidPolicyMappingTest4",
    "InvalidMappingFromanyPolicyTest7",
    "InvalidMappingToanyPolicyTest8",
    "ValidPolicyMappingTest9",
    "InvalidPolicyMappingTest10",
    "ValidPolicyMappingTest11",
    "ValidPolicyMappingTest13",
    "ValidPolicyMappingTest14",
    // 4.11 Inhibit policy mapping
    "InvalidinhibitPolicyMappingTest1",
    "ValidinhibitPolicyMappingTest2",
    "InvalidinhibitPolicyMappingTest3",
    "ValidinhibitPolicyMappingTest4",
    "InvalidinhibitPolicyMappingTest5",
    "InvalidinhibitPolicyMappingTest6",
    "ValidSelfIssuedinhibitPolicyMappingTest7",
    "InvalidSelfIssuedinhibitPolicyMappingTest8",
    "InvalidSelfIssuedinhibitPolicyMappingTest9",
    "InvalidSelfIssuedinhibitPolicyMappingTest10",
    "InvalidSelfIssuedinhibitPolicyMappingTest11",
    // 4.12 Inhibit any-policy, the third below
    "InvalidinhibitAnyPolicyTest1",
    "ValidinhibitAnyPolicyTest2",
    "InvalidinhibitAnyPolicyTest4",
    "InvalidinhibitAnyPolicyTest5",
    "InvalidinhibitAnyPolicyTest6",
    "ValidSelfIssuedinhibitAnyPolicyTest7",
    "InvalidSelfIssuedinhibitAnyPolicyTest8",
    "ValidSelfIssuedinhibitAnyPolicyTest9",
    "InvalidSelfIssuedinhibitAnyPolicyTest10",
    // 4.13 Name constraints
    "ValidDNnameConstraintsTest1",
    "InvalidDNnameConstraintsTest2",
    "InvalidDNnameConstraintsTest3",
    "ValidDNnameConstraintsTest4",
    "ValidDNnameConstraintsTest5",
    "ValidDNnameConstraintsTest6",
    "InvalidDNnameConstraintsTest7",
    "InvalidDNnameConstraintsTest8",
    "InvalidDNnameConstraintsTest9",
    "InvalidDNnameConstraintsTest10",
    "ValidDNnameConstraintsTest11",
    "InvalidDNnameConstraintsTest12",
    "InvalidDNnameConstraintsTest13",
    "ValidDNnameConstraintsTest14",
    "InvalidDNnameConstraintsTest15",
    "InvalidDNnameConstraintsTest16",
    "InvalidDNnameConstraintsTest17",
    "ValidDNnameConstraintsTest18",
    "ValidDNnameConstraintsTest19",
    "InvalidDNnameConstraintsTest20",
    "ValidRFC822nameConstraintsTest21",
    "InvalidRFC822nameConstraintsTest22",
    "ValidRFC822nameConstraintsTest23",
    "InvalidRFC822nameConstraintsTest24",
    "ValidRFC822nameConstraintsTest25",
    "InvalidRFC822nameConstraintsTest26",
    "ValidDNandRFC822nameConstraintsTest27",
    "InvalidDNandRFC822nameConstraintsTest28",
    "InvalidDNandRFC822nameConstraintsTest29",
    "ValidDNSnameConstraintsTest30",
    "InvalidDNSnameConstraintsTest31",
    "ValidDNSnameConstraintsTest32",
    "InvalidDNSnameConstraintsTest33",
    "ValidURInameConstraintsTest34",
    "InvalidURInameConstraintsTest35",
    "ValidURInameConstraintsTest36",
    "InvalidURInameConstraintsTest37",
    "InvalidDNSnameConstraintsTest38",
    // 4.16 Private extensions
    "ValidUnknownNotCriticalCertificateExtensionTest1",
    "InvalidUnknownCriticalCertificateExtensionTest2",
];

/// What lists of revoked certificates decide.
const REVOCATION: [&str; 71] = [
    // 4.4 Basic revocation
    "InvalidMissingCRLTest1",
    "InvalidRevokedCATest2",
    "InvalidRevokedEETest3",
    "InvalidBadCRLSignatureTest4",
    "InvalidBadCRLIssuerNameTest5",
    "InvalidWrongCRLTest6",
    "ValidTwoCRLsTest7",
    "InvalidUnknownCRLEntryExtensionTest8",
    "InvalidUnknownCRLExtensionTest9",
    "InvalidUnknownCRLExtensionTest10",
    "InvalidOldCRLnextUpdateTest11",
    "Invalidpre2000CRLnextUpdateTest12",
    "ValidGeneralizedTimeCRLnextUpdateTest13",
    "ValidNegativeSerialNumberTest14",
    "InvalidNegativeSerialNumberTest15",
    "ValidLongSerialNumberTest16",
    "ValidLongSerialNumberTest17",
    "InvalidLongSerialNumberTest18",
    "ValidSeparateCertificateandCRLKeysTest19",
    "InvalidSeparateCertificateandCRLKeysTest20",
    "InvalidSeparateCertificateandCRLKeysTest21",
    // 4.5 Self-issued certificates
    "InvalidBasicSelfIssuedOldWithNewTest2",
    "InvalidBasicSelfIssuedNewWithOldTest5",
    "InvalidBasicSelfIssuedCRLSigningKeyTest7",
    // 4.7 Key usage
    "InvalidkeyUsageCriticalcRLSignFalseTest4",
    "InvalidkeyUsageNotCriticalcRLSignFalseTest5",
    // 4.14 Distribution points
    "ValiddistributionPointTest1",
    "InvaliddistributionPointTest2",
    "InvaliddistributionPointTest3",
    "ValiddistributionPointTest4",
    "ValiddistributionPointTest5",
    "InvaliddistributionPointTest6",
    "ValiddistributionPointTest7",
    "InvaliddistributionPointTest8",
    "InvaliddistributionPointTest9",
    "ValidNoissuingDistributionPointTest10",
    "InvalidonlyContainsUserCertsTest11",
    "InvalidonlyContainsCACertsTest12",
    "ValidonlyContainsCACertsTest13",
    "InvalidonlyContainsAttributeCertsTest14",
    "InvalidonlySomeReasonsTest15",
    "InvalidonlySomeReasonsTest16",
    "InvalidonlySomeReasonsTest17",
    "ValidonlySomeReasonsTest18",
    "ValidonlySomeReasonsTest19",
    "InvalidonlySomeReasonsTest20",
    "InvalidonlySomeReasonsTest21",
    "ValidIDPwithindirectCRLTest22",
    "InvalidIDPwithindirectCRLTest23",
    "ValidIDPwithindirectCRLTest24",
    "ValidIDPwithindirectCRLTest25",
    "InvalidIDPwithindirectCRLTest26",
    "InvalidcRLIssuerTest27",
    "ValidcRLIssuerTest28",
    "ValidcRLIssuerTest29",
    "ValidcRLIssuerTest30",
    "InvalidcRLIssuerTest31",
    "InvalidcRLIssuerTest32",
    "ValidcRLIssuerTest33",
    "InvalidcRLIssuerTest34",
    "InvalidcRLIssuerTest35",
    // 4.15 Delta lists
    "InvaliddeltaCRLIndicatorNoBaseTest1",
    "ValiddeltaCRLTest2",
    "InvaliddeltaCRLTest3",
    "InvaliddeltaCRLTest4",
    "ValiddeltaCRLTest5",
    "InvaliddeltaCRLTest6",
    "ValiddeltaCRLTest7",
    "ValiddeltaCRLTest8",
    "InvaliddeltaCRLTest9",
    "InvaliddeltaCRLTest10",
];

/// 4.8, 4.10 and 4.12 with settings of their own: `e`xplicit policy, `m`apping or `a`nyPolicy inhibited,
/// which of NIST's test policies are asked for (all if none is), and whether that is accepted.
const POLICIES: [(&str, &str, &[u8], bool); 49] = [
    ("ValidCertificatePathTest1", "e", &[], true),
    ("ValidCertificatePathTest1", "e", &[1], true),
    ("ValidCertificatePathTest1", "e", &[2], false),
    ("ValidCertificatePathTest1", "e", &[1, 2], true),
    ("AllCertificatesNoPoliciesTest2", "", &[], true),
    ("AllCertificatesNoPoliciesTest2", "e", &[], false),
    ("DifferentPoliciesTest3", "", &[], true),
    ("DifferentPoliciesTest3", "e", &[], false),
    ("DifferentPoliciesTest3", "e", &[1, 2], false),
    ("DifferentPoliciesTest4", "", &[], false),
    ("DifferentPoliciesTest5", "", &[], false),
    ("OverlappingPoliciesTest6", "", &[], true),
    ("OverlappingPoliciesTest6", "", &[1], true),
    ("OverlappingPoliciesTest6", "", &[2], false),
    ("DifferentPoliciesTest7", "", &[], false),
    ("DifferentPoliciesTest8", "", &[], false),
    ("DifferentPoliciesTest9", "", &[], false),
    ("AllCertificatesSamePoliciesTest10", "", &[], true),
    ("AllCertificatesSamePoliciesTest10", "", &[1], true),
    ("AllCertificatesSamePoliciesTest10", "", &[2], true),
    ("AllCertificatesanyPolicyTest11", "", &[], true),
    ("AllCertificatesanyPolicyTest11", "", &[1], true),
    ("DifferentPoliciesTest12", "", &[], false),
    ("AllCertificatesSamePoliciesTest13", "", &[1], true),
    ("AllCertificatesSamePoliciesTest13", "", &[2], true),
    ("AllCertificatesSamePoliciesTest13", "", &[3], true),
    ("AnyPolicyTest14", "", &[1], true),
    ("AnyPolicyTest14", "", &[2], false),
    ("UserNoticeQualifierTest15", "", &[], true),
    ("UserNoticeQualifierTest16", "", &[], true),
    ("UserNoticeQualifierTest17", "", &[], true),
    ("UserNoticeQualifierTest18", "", &[1], true),
    ("UserNoticeQualifierTest18", "", &[2], true),
    ("UserNoticeQualifierTest19", "", &[], true),
    ("CPSPointerQualifierTest20", "e", &[1], true),
    ("ValidPolicyMappingTest1", "", &[1], true),
    ("ValidPolicyMappingTest1", "", &[2], false),
    ("ValidPolicyMappingTest1", "m", &[], false),
    ("InvalidPolicyMappingTest2", "m", &[], false),
    ("ValidPolicyMappingTest3", "", &[1], false),
    ("ValidPolicyMappingTest3", "", &[2], true),
    ("ValidPolicyMappingTest5", "", &[1], true),
    ("ValidPolicyMappingTest5", "", &[6], false),
    ("ValidPolicyMappingTest6", "", &[1], true),
    ("ValidPolicyMappingTest6", "", &[6], false),
    ("ValidPolicyMappingTest12", "", &[1], true),
    ("ValidPolicyMappingTest12", "", &[2], true),
    ("inhibitAnyPolicyTest3", "", &[], true),
    ("inhibitAnyPolicyTest3", "a", &[], false),
];

struct Suite {
    certificates: HashMap<String, Vec<u8>>,
    authorities: Pool,
    anchors: Pool,
    lists: Vec<DecodedList>,
}

impl Suite {
    fn read() -> Self {
        let folder = std::env::var_os("PKITS").expect("PKITS names the folder of the suite");
        let certificates = files(&Path::new(&folder).join("certs"));
        let lists = files(&Path::new(&folder).join("crls"));
        let authorities = certificates
            .iter()
            .filter(|(name, _)| name.ends_with("Cert"));
        Self {
            authorities: Pool::new(authorities.map(|(_, der)| der.clone())),
            anchors: Pool::new([certificates["TrustAnchorRootCertificate"].clone()]),
            certificates,
            lists: lists
                .values()
                .map(|list| DecodedList::from_der(list).unwrap())
                .collect(),
        }
    }

    fn verdict(&self, test: &str, policies: Wanted) -> Verdict {
        verify(&Question {
            certificate: &self.certificates[&format!("{test}EE")],
            intermediates: &self.authorities,
            anchors: &self.anchors,
            name: None,
            purpose: Purpose::Any,
            at: parse_time("2020-01-01T00:00:00Z").unwrap(),
            policy: Policy::Rfc5280,
            policies,
            lists: &self.lists,
            is_status_asked: true,
        })
    }
}

/// What the files of a folder hold, by their names without the ending.
fn files(folder: &Path) -> HashMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

fn wanted(settings: &str, policies: &[u8]) -> Wanted {
    Wanted {
        policies: policies
            .iter()
            .map(|number| format!("2.16.840.1.101.3.2.1.48.{number}"))
            .collect(),
        explicit: settings.contains('e'),
        inhibit_mapping: settings.contains('m'),
        inhibit_any: settings.contains('a'),
    }
}

#[test]
#[ignore = "needs PKITS, the folder of NIST's test suite"]
fn pkits() {
    let suite = Suite::read();
    let mut wrong = Vec::new();
    let mut hold = |test: &str, told: String, verdict: Verdict, expected: bool| {
        let is_known = DIVERGENCES.iter().any(|(known, _)| *known == test);
        if (verdict.is_accepted() == expected) == is_known {
            let problems: Vec<String> = verdict
                .problems
                .iter()
                .map(|problem| format!("{}: {}", problem.certificate, problem.cause))
                .collect();
            wrong.push(format!("{told}, expected {expected}: {problems:?}"));
        }
    };
    for test in PLAIN {
        let verdict = suite.verdict(test, Wanted::default());
        hold(test, test.to_owned(), verdict, test.starts_with("Valid"));
    }
    for test in REVOCATION {
        let verdict = suite.verdict(test, Wanted::default());
        hold(test, test.to_owned(), verdict, test.starts_with("Valid"));
    }
    for (test, settings, policies, expected) in POLICIES {
        let verdict = suite.verdict(test, wanted(settings, policies));
        let told = format!("{test} {settings:?} {policies:?}");
        hold(test, told, verdict, expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
