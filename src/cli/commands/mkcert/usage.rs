//! What `mkcert -help` says, in our words.

/// Without arguments, and for flags that are none.
pub const SHORT: &str = "\
mkcert, as certwright does it: certificates for development that this machine trusts.

  mkcert -install
      make the local CA if there is none, and have the trust stores take it
  mkcert example.org
      write example.org.pem and example.org-key.pem
  mkcert example.com myapp.dev localhost 127.0.0.1 ::1
      one certificate for all of them: example.com+4.pem and example.com+4-key.pem
  mkcert \"*.example.it\"
      write _wildcard.example.it.pem and _wildcard.example.it-key.pem
  mkcert -uninstall
      take the local CA out of the trust stores; its files stay
";

/// After it, where the short form is all that is said.
pub const MORE: &str = "\nThe other flags: mkcert -help\n";

/// For `-help`, after the short form.
pub const FLAGS: &str = "
Flags stand before the names:

  -cert-file FILE, -key-file FILE, -p12-file FILE
      write to these places
  -client
      also for TLS clients
  -ecdsa
      an ECDSA key on P-256 in place of an RSA key
  -pkcs12
      one PKCS #12 file (.p12) with certificate, key and root, password \"changeit\"
  -csr FILE
      for the key and names of a certificate request; goes with -install and -cert-file only
  -CAROOT
      print the folder of the local CA
  -version
      print the version of mkcert that this stands in for

Variables:

  CAROOT
      the folder of the local CA
  TRUST_STORES
      the trust stores that are meant, between commas: system, nss (browsers), java; else all
  JAVA_HOME
      the Java whose keystore is meant
";

/// The version of mkcert whose surface this is.
pub const VERSION: &str = "v1.4.4";
