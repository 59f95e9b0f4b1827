//! Envoy: a whole static configuration with one listener that passes on to a backend.

use super::quote::yaml;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Proof, Server, Take};
use crate::error::Result;

/// The row.
pub const SERVER: Server = Server {
    name: "envoy",
    about: "Envoy: a static configuration with a listener that passes on to a backend",
    proof: Proof::Run,
    port: Some(443),
    takes: &[Take::Backend, Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    deployment.require_no_limits_on_addresses("Envoy")?;
    let mut files = vec![deployment.chain_file(), deployment.key_file((None, 0o600))?];
    files.extend(deployment.root_file());
    let what = "the configuration";
    files.push(File::pasted("envoy.yaml", what, configuration(deployment)?));
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: vec![format!(
            "the user that Envoy runs as has to own {}; in Envoy's own image that is 101; then: envoy --mode validate -c envoy.yaml",
            deployment.key_name()
        )],
    })
}

fn configuration(deployment: &Deployment<'_>) -> Result<String> {
    let suites = openssl_suites();
    let suites = suites
        .split(':')
        .map(|suite| format!("                - {suite}\n"));
    let (require, validation) = match deployment.client_root()? {
        Some(root) => (
            "          require_client_certificate: true\n",
            format!(
                "            validation_context:\n              trusted_ca:\n                filename: {}\n",
                yaml(&deployment.path(&root.name))
            ),
        ),
        None => ("", String::new()),
    };
    Ok(format!(
        "static_resources:
  listeners:
  - name: {name}
    address:
      socket_address:
        address: 0.0.0.0
        port_value: {port}
    filter_chains:
    - transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          \"@type\": {TYPES}.transport_sockets.tls.v3.DownstreamTlsContext
{require}          common_tls_context:
            alpn_protocols:
            - h2
            - http/1.1
            tls_params:
              tls_minimum_protocol_version: TLSv1_2
              tls_maximum_protocol_version: TLSv1_3
              cipher_suites:
{suites}            tls_certificates:
            - certificate_chain:
                filename: {chain}
              private_key:
                filename: {key}
{validation}      filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          \"@type\": {TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: {name}
          route_config:
            virtual_hosts:
            - name: {name}
              domains:
              - \"*\"
              routes:
              - match:
                  prefix: /
                route:
                  cluster: backend
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              \"@type\": {TYPES}.filters.http.router.v3.Router
  clusters:
  - name: backend
    type: STRICT_DNS
    load_assignment:
      cluster_name: backend
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              socket_address:
                address: {host}
                port_value: {backend_port}
",
        name = yaml(deployment.stem),
        port = deployment.port,
        suites = suites.collect::<String>(),
        chain = yaml(&deployment.path(&deployment.chain_name())),
        key = yaml(&deployment.path(&deployment.key_name())),
        host = yaml(&deployment.backend.host),
        backend_port = deployment.backend.port,
    ))
}

/// What the names of extensions' types begin with.
const TYPES: &str = "type.googleapis.com/envoy.extensions";
