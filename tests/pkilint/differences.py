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
    ("extensions-empty", "cabf.certificate_extensions_missing"),
    ("extension-duplicate", "pkix.duplicate_extension"),
    (
        "extension-malformed",
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
    ("common-name-foreign", "cabf.serverauth.subscriber_common_name_unknown_source"),
    ("common-name-present", "cabf.serverauth.dv.common_name_attribute_present cabf.serverauth.ov.common_name_attribute_present"),
    ("attribute-duplicate", "cabf.serverauth.prohibited_duplicate_attribute_type"),
    ("organizational-unit", "cabf.serverauth.ca.organizational_unit_name_attribute_present"),
    ("domain-validated-attribute", "cabf.serverauth.dv.unknown_attribute_present"),
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
        "policy-reserved-absent",
        "cabf.serverauth.ca_missing_reserved_policy_oid cabf.serverauth.subscriber_missing_reserved_policy_oid",
    ),
    ("policy-any", "cabf.serverauth.subscriber_anypolicy_oid_present"),
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
    ("purpose-unfit", "cabf.serverauth.subscriber.codesigning_eku_present"),
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
        "cabf.serverauth.subscriber.revocation_information_absent msft.end_entity.revocation_information_absent",
    ),
    ("authority-crl-points-absent", "cabf.serverauth.ca.crl_distribution_points_extension_absent"),
    (
        "crl-point-unfit",
        "cabf.serverauth.crldp_dp_prohibited_field_present cabf.serverauth.crldp_dpname_prohibited_field_present"
        " cabf.serverauth.crldp_dpname_prohibited_generalname_type cabf.serverauth.crldp_dpname_prohibited_uri_scheme"
        " pkix.distribution_point_does_not_contain_name_or_issuer",
    ),
]
ALONE_HERE = {}
ALONE_THERE = {}
EXPLAINED = []
