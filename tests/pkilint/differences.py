"""How certwright's rules and pkilint's codes go together, and why they differ where they do.

Kinds of difference, not files: each row is about all certificates of the vectors that are of its kind.
"""

# Rules of certwright, and codes of pkilint, that find the same thing: one of either side stands for the row.
MEANS = [
    ("serial-zero serial-negative serial-too-long", "pkix.certificate_serial_number_out_of_range"),
    ("version-not-3", "pkix.certificate_version_is_not_v3"),
    ("signature-algorithm-mismatch", "pkix.certificate_signature_algorithm_mismatch"),
    (
        "signature-algorithm-unfit signature-parameters-unfit",
        "cabf.serverauth.prohibited_signature_algorithm_encoding",
    ),
    (
        "key-kind-unfit key-parameters-unfit curve-explicit",
        "cabf.serverauth.prohibited_subject_public_key_algorithm_encoding pkix.public_key_algorithm_unsupported",
    ),
    ("rsa-too-short rsa-length-unfit", "cabf.rsa_modulus_invalid_length"),
    ("rsa-exponent-unfit", "cabf.rsa_exponent_prohibited_value"),
    ("rsa-exponent-small", "cabf.rsa_exponent_not_in_recommended_range"),
    ("issuer-empty authority-subject-empty", "pkix.name_empty"),
    ("validity-reversed", "pkix.certificate_negative_validity_period"),
    ("time-type-unfit", "pkix.wrong_time_useful_type"),
    ("unique-id-present", "pkix.issuer_unique_id_present pkix.subject_unique_id_present"),
    ("extension-duplicate", "pkix.duplicate_extension"),
    (
        "extension-malformed signature-parameters-unfit key-parameters-unfit curve-explicit country-not-two-letters"
        " attribute-too-long attribute-type-of-string attribute-characters-unfit serial-not-shortest",
        "itu.invalid_asn1_syntax pkix.sct_list_extension_invalid_encoding pkix.ip_address_wrong_length"
        " pkix.ip_address_name_constraint_invalid_cidr pkix.ip_address_name_constraint_wrong_length"
        " pkix.name_constraints_maximum_specified pkix.name_constraints_non_default_minimum"
        " pkix.duplicate_certificate_policy_oids",
    ),
    (
        "authority-key-id-absent",
        "pkix.authority_key_identifier_extension_absent pkix.authority_key_identifier_keyid_missing"
        " cabf.serverauth.ca.authority_key_identifier_extension_absent"
        " cabf.serverauth.subscriber.authority_key_identifier_extension_absent",
    ),
    ("authority-key-id-critical", "pkix.authority_key_identifier_critical"),
    (
        "authority-key-id-half",
        "pkix.aki_with_cert_issuer_but_serial_number_absent pkix.aki_with_serial_number_but_cert_issuer_absent",
    ),
    ("authority-key-id-with-issuer", "cabf.authority_key_identifier_has_issuer_cert"),
    ("authority-key-id-not-own", "cabf.serverauth.root_aki_ski_not_equal"),
    ("root-authority-key-id-absent", "cabf.serverauth.root.authority_key_identifier_extension_absent"),
    (
        "subject-key-id-absent",
        "pkix.certificate_skid_ca_missing cabf.serverauth.root.subject_key_identifier_extension_absent",
    ),
    ("subject-key-id-critical", "pkix.certificate_skid_extension_critical"),
    ("leaf-subject-key-id-present", "cabf.serverauth.subscriber.subject_key_identifier_extension_present"),
    (
        "key-usage-absent",
        "pkix.ca_certificate_no_ku_extension cabf.serverauth.ca.key_usage_extension_absent"
        " cabf.serverauth.root.key_usage_extension_absent",
    ),
    ("leaf-key-usage-absent", "cabf.serverauth.subscriber.key_usage_extension_absent"),
    ("key-usage-empty", "pkix.no_ku_bits_set"),
    (
        "key-usage-not-critical",
        "pkix.key_usage_extension_not_critical cabf.serverauth.ca.non_critical_key_usage_extension"
        " cabf.serverauth.subscriber.non_critical_key_usage_extension",
    ),
    ("authority-without-certificate-sign", "pkix.ca_certificate_keycertsign_keyusage_not_set"),
    (
        "authority-key-usage-unfit",
        "cabf.ca_certificate_prohibited_ku_present cabf.ca_certificate_required_ku_missing",
    ),
    ("leaf-with-certificate-sign", "pkix.ee_certificate_keycertsign_keyusage_set"),
    ("leaf-key-usage-unfit", "cabf.serverauth.subscriber_prohibited_ku_present"),
    (
        "key-usage-unfit",
        "pkix.key_usage_value_prohibited_for_ec pkix.key_usage_value_prohibited_for_edwards_curve"
        " pkix.key_usage_value_prohibited_for_rsa",
    ),
    (
        "basic-constraints-not-critical",
        "pkix.basic_constraints_extension_not_critical cabf.serverauth.ca.non_critical_basic_constraints_extension",
    ),
    (
        "leaf-basic-constraints-not-critical",
        "cabf.serverauth.subscriber.non_critical_basic_constraints_extension",
    ),
    ("path-length-unfit", "pkix.basic_constraints_has_pathlen_for_non_ca"),
    ("root-path-length", "cabf.serverauth.root_basic_constraints_pathlenconstraint_present"),
    ("alternative-names-absent", "cabf.serverauth.subscriber.subject_altname_extension_absent"),
    ("alternative-names-not-critical", "pkix.san_extension_not_critical_empty_subject"),
    ("alternative-names-critical", "pkix.san_extension_is_critical_non_empty_subject"),
    ("alternative-name-kind", "cabf.serverauth.prohibited_san_type"),
    ("name-constraints-on-leaf", "pkix.name_constraints_in_ee_certificate"),
    ("name-constraints-not-critical", "pkix.certificate_name_constraints_extension_not_critical"),
    ("name-constraints-empty", "pkix.name_constraints_no_subtrees"),
    (
        "policy-extension-on-leaf",
        "pkix.end_entity_inhibit_anypolicy_extension_present pkix.end_entity_policy_constraints_extension_present"
        " pkix.end_entity_policy_mappings_extension_present",
    ),
    ("timestamping-unfit", "pkix.extended_key_usage_extension_with_timestamping_not_critical"),
    (
        "crl-points-critical",
        "pkix.certificate_crldp_extension_critical cabf.serverauth.ca.critical_crl_distribution_points_extension",
    ),
    (
        "access-critical",
        "pkix.authority_information_access_extension_critical pkix.subject_information_access_extension_critical",
    ),
    ("life-too-long", "cabf.serverauth.certificate_validity_period_exceeds_398_days"
        " cabf.serverauth.certificate_validity_period_exceeds_200_days"
        " cabf.serverauth.certificate_validity_period_exceeds_100_days"
        " cabf.serverauth.certificate_validity_period_exceeds_47_days"),
    ("root-life-unfit", "cabf.serverauth.root_validity_period_too_long cabf.serverauth.root_validity_period_too_short"),
    ("internal-name", "cabf.internal_domain_name"),
    ("internal-address", "cabf.internal_ip_address"),
    (
        "dns-name-unfit dns-name-underscore dns-name-underscore-public dns-name-trailing-dot wildcard-misplaced address-as-dns-name",
        "cabf.serverauth.invalid_dnsname_syntax pkix.invalid_domain_name_syntax",
    ),
    ("email-unfit", "pkix.invalid_email_address_syntax"),
    ("uri-unfit", "pkix.invalid_uri_syntax"),
    ("email-not-in-names", "pkix.subject_email_address_not_in_san"),
    ("domain-component-unfit", "pkix.name_domain_components_invalid_domain_name"),
    ("country-not-two-letters", "cabf.invalid_country_code"),
    ("common-name-foreign common-name-spelled-otherwise", "cabf.serverauth.subscriber_common_name_unknown_source"),
    ("common-name-present", "cabf.serverauth.dv.common_name_attribute_present cabf.serverauth.ov.common_name_attribute_present"),
    ("attribute-duplicate", "cabf.serverauth.prohibited_duplicate_attribute_type"),
    (
        "organizational-unit domain-validated-attribute",
        "cabf.serverauth.ca.organizational_unit_name_attribute_present cabf.serverauth.dv.unknown_attribute_present",
    ),
    (
        "authority-attribute-absent",
        "cabf.serverauth.ca.common_name_attribute_absent cabf.serverauth.ca.country_attribute_absent"
        " cabf.serverauth.ca.organization_name_attribute_absent",
    ),
    (
        "policies-absent",
        "cabf.serverauth.ca.certificate_policies_extension_absent"
        " cabf.serverauth.subscriber.certificate_policies_extension_absent",
    ),
    (
        "policy-reserved-absent policy-any",
        "cabf.serverauth.ca_missing_reserved_policy_oid cabf.serverauth.subscriber_missing_reserved_policy_oid"
        " cabf.serverauth.subscriber_anypolicy_oid_present",
    ),
    ("policy-qualifier-unfit", "cabf.serverauth.prohibited_certificate_policy_qualifier_type"),
    ("policy-qualifier-present", "cabf.serverauth.certificate_policy_qualifier_present"),
    ("policies-critical", "cabf.serverauth.subscriber.critical_certificate_policies_extension"),
    (
        "purposes-critical",
        "cabf.serverauth.ca.critical_extended_key_usage_extension"
        " cabf.serverauth.subscriber.critical_extended_key_usage_extension",
    ),
    (
        "purposes-absent",
        "cabf.serverauth.ca.extended_key_usage_extension_absent"
        " cabf.serverauth.subscriber.extended_key_usage_extension_absent",
    ),
    ("purpose-unfit server-with-other-powers", "cabf.serverauth.subscriber.codesigning_eku_present"),
    ("purpose-server-absent", "cabf.serverauth.subscriber.serverauth_eku_absent"),
    ("root-purposes", "cabf.serverauth.root.extended_key_usage_extension_present"),
    ("root-policies", "cabf.serverauth.root.certificate_policies_extension_present"),
    ("access-absent", "cabf.serverauth.subscriber.authority_info_access_extension_absent"),
    ("authority-access-absent", "cabf.serverauth.ca.authority_info_access_extension_absent"),
    (
        "access-not-http",
        "cabf.serverauth.aia_location_not_uri cabf.serverauth.aia_location_uri_not_http",
    ),
    (
        "revocation-absent",
        "cabf.serverauth.subscriber.revocation_information_absent",
    ),
    ("authority-crl-points-absent", "cabf.serverauth.ca.crl_distribution_points_extension_absent"),
    (
        "crl-point-unfit",
        "cabf.serverauth.crldp_dp_prohibited_field_present cabf.serverauth.crldp_dpname_prohibited_field_present"
        " cabf.serverauth.crldp_dpname_prohibited_generalname_type cabf.serverauth.crldp_dpname_prohibited_uri_scheme"
        " pkix.distribution_point_does_not_contain_name_or_issuer",
    ),
]

# Rules that pkilint has no code for, or that it has only for other kinds of certificate.
ALONE_HERE = """
    certificate-malformed serial-not-shortest boolean-not-der extensions-empty extension-critical-unknown
    subject-key-id-empty subject-empty name-constraints-leading-dot policy-mapping-of-any
    policy-mappings-not-critical policy-constraints-not-critical inhibit-any-policy-not-critical
    any-purpose-critical freshest-crl-critical precertificate timestamps-critical
    intermediate-authority-key-is-own attribute-empty attribute-string-outdated email-in-subject serial-short
    timestamps-absent alternative-names-on-authority digest-weak key-not-for-browsers
    signature-algorithm-unknown server-without-signature authority-as-server wildcard-top-level
    stapling-required root-common-name-absent life-endless name-malformed
""".split()

# Codes of pkilint that have no rule here, and why.
ALONE_THERE = [
    # They say how pkilint got on, and that nothing is wrong.
    "pkix.subject_key_identifier_method_1_identified",
    "pkix.subject_key_identifier_method_2_identified",
    "pkix.unknown_subject_key_identifier_calculation_method",
    "pkix.aki_absent_self_issued_and_unsupported_algorithm",
    "pkix.ldap_uri_not_validated",
    "base.unhandled_exception",
    # What is missing is told extension by extension.
    "cabf.certificate_extensions_missing",
    # RFC 5280 advises it, the CA/Browser Forum advises against it: here each profile has its own rule.
    "pkix.certificate_skid_end_entity_missing",
    # What is allowed is not told of.
    "cabf.ca_certificate_no_digital_signature_bit",
    "cabf.serverauth.subscriber_rsa_digitalsignature_and_keyencipherment_present",
    # Attributes, extensions and purposes that no client minds are nobody's fault.
    "cabf.serverauth.ca.unknown_attribute_present",
    "cabf.serverauth.ca.unknown_extension_present",
    "cabf.serverauth.root.unknown_extension_present",
    "cabf.serverauth.subscriber.unknown_extension_present",
    "cabf.serverauth.subscriber.unknown_eku_present",
    # What issued itself and is no CA is judged as a leaf here, and as a root there.
    "cabf.serverauth.root.basic_constraints_extension_absent",
    "cabf.serverauth.root_basic_constraints_ca_not_present",
    # Basic constraints that say no more than FALSE are as good as none.
    "cabf.serverauth.ca_basic_constraints_ca_bit_not_set",
    # Notices in policies are shown by no client, and told of as qualifiers.
    "pkix.certificate_policies_policy_has_qualifier",
    "pkix.certificate_policies_usernotice_has_noticeref",
    "pkix.rfc5280_certificate_policies_invalid_explicit_text_encoding",
    "cabf.serverauth.ca_anypolicy_with_other_policy_oid",
    # What a CA's constraints leave open is its owner's choice.
    "cabf.serverauth.ca.incomplete_name_constraints",
    "cabf.serverauth.name_constraints_discouraged_name_type",
    "cabf.serverauth.name_constraints_dirname_in_excluded_subtrees",
    # For Windows a list that is not at an http URL is none: crl-point-unfit tells of those.
    "msft.end_entity.revocation_information_absent",
    # No client minds.
    "cabf.serverauth.crldp_multiple_distributionpoints_present",
    "cabf.serverauth.invalid_rdn_order",
    # It takes factoring.
    "cabf.rsa_modulus_has_small_prime_factor",
    # The contents of names of other kinds are not looked into.
    "pkix.smtp_utf8_mailbox_is_ascii_only",
]

UNIQUE_IDENTIFIER = bytes.fromhex("060355042d")
DSA = bytes.fromhex("2a8648ce3804")
DOMAIN_VALIDATED = bytes.fromhex("67810c010201")
NAME_CONSTRAINTS = bytes.fromhex("0603551d1e")
USER_NOTICE = bytes.fromhex("2b06010505070202")
PRACTICE_STATEMENT = bytes.fromhex("2b06010505070201")


def is_forum(codes):
    """Whether codes are all of rules for public CAs."""
    return all(code.startswith(("cabf.", "msft.")) for code in codes)


def is_self_issued_leaf(facts):
    """What pkilint takes for a root, since issuer and subject are the same."""
    there = {code for code in facts["only"] if "." in code}
    return facts["kind"] == "ROOT_CA" and not facts["is_ca"] and is_forum(there or facts["row"])


# Rules and codes (* for any), what the certificate is like, and why only one of the two finds them.
EXPLAINED = [
    ("*", is_self_issued_leaf, "what issued itself and is no CA is a leaf here, and a root for pkilint"),
    (
        "cabf.serverauth.ca_missing_reserved_policy_oid",
        lambda facts: facts["kind"] == "ROOT_CA",
        "a root's policies are held against no list here, since clients read no policy of a root",
    ),
    (
        "cabf.serverauth.root_aki_ski_not_equal",
        lambda facts: facts["kind"] == "ROOT_CA",
        "another key of the same name may have signed it: only what its own key signed is compared here",
    ),
    (
        "pkix.authority_key_identifier_extension_absent pkix.authority_key_identifier_keyid_missing",
        lambda facts: facts["kind"] == "ROOT_CA",
        "pkilint 0.13 never takes a certificate for self-signed, and RFC 5280 lets that go without",
    ),
    (
        "issuer-empty",
        lambda facts: facts["kind"] == "ROOT_CA",
        "pkilint lets an empty issuer pass where the subject is empty too",
    ),
    (
        "cabf.serverauth.certificate_validity_period_exceeds_398_days",
        lambda facts: facts["day"] < "2020-09-01",
        "the limits of a day hold for what was issued on it, and for pkilint 398 days have always been",
    ),
    (
        "cabf.serverauth.dv.unknown_attribute_present",
        lambda facts: DOMAIN_VALIDATED not in facts["der"],
        "pkilint takes what names no policy of the CA/Browser Forum for domain-validated",
    ),
    (
        "*",
        lambda facts: "cabf.serverauth.subscriber.serverauth_eku_absent" in facts["codes"],
        "what is not for servers is held against no rule for servers here",
    ),
    (
        "leaf-key-usage-unfit",
        lambda facts: DSA in facts["der"],
        "pkilint knows no key usages for DSA, and here they are those of a key that only signs",
    ),
    (
        "cabf.serverauth.prohibited_duplicate_attribute_type",
        lambda facts: facts["is_ca"],
        "domain components may be many, by what they are",
    ),
    (
        "cabf.serverauth.prohibited_signature_algorithm_encoding",
        lambda facts: "pkix.certificate_signature_algorithm_mismatch" in facts["codes"],
        "where two signature algorithms differ, the one beside the signature counts here",
    ),
    (
        "itu.invalid_asn1_syntax",
        lambda facts: USER_NOTICE in facts["der"] or PRACTICE_STATEMENT in facts["der"],
        "qualifiers of policies, which no client reads, are not looked into here",
    ),
    (
        "itu.invalid_asn1_syntax",
        lambda facts: DSA in facts["der"] or b"\x2a\x85\x03" in facts["der"],
        "parameters and attributes of algorithms and states that no browser knows are not looked into here",
    ),
    (
        "country-not-two-letters extension-malformed",
        lambda facts: True,
        "pkilint does not look into unknown extensions, and takes negative numbers and empty names",
    ),
    (
        "itu.invalid_asn1_syntax",
        lambda facts: UNIQUE_IDENTIFIER in facts["der"],
        "the contents of attributes that are no text are not looked into here",
    ),
    (
        "*",
        lambda facts: "cabf.certificate_extensions_missing" in facts["codes"],
        "of a certificate without extensions pkilint says just that",
    ),
    (
        "*",
        lambda facts: "itu.invalid_asn1_syntax" in facts["codes"],
        "what pkilint cannot decode it judges no further",
    ),
    (
        "*",
        lambda facts: "pkix.duplicate_extension" in facts["codes"],
        "of two extensions of one kind the first is read here, and the last by pkilint",
    ),
    (
        "cabf.serverauth.invalid_dnsname_syntax",
        lambda facts: "extension-malformed" in facts["here"],
        "an empty name makes the whole extension malformed here",
    ),
    (
        "cabf.internal_domain_name",
        lambda facts: True,
        "pkilint knows the top-level names of its day, and looks at the hosts of every URI too",
    ),
    (
        "pkix.invalid_uri_syntax pkix.invalid_domain_name_syntax",
        lambda facts: NAME_CONSTRAINTS in facts["der"],
        "pkilint reads the bases of constraints as if they were whole names",
    ),
    (
        "pkix.invalid_uri_syntax",
        lambda facts: True,
        "pkilint refuses schemes that it does not know",
    ),
    (
        "pkix.invalid_domain_name_syntax",
        lambda facts: b"*." in facts["der"],
        "pkilint takes no wildcard in what it does not take for a server's certificate",
    ),
    (
        "pkix.name_domain_components_invalid_domain_name",
        lambda facts: True,
        "pkilint wants domain components to make a registered domain",
    ),
]
