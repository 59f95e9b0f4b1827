// Has Java's PKIX validator judge a chain: Validate.java ROOT CHAIN. Fails if it is refused.

import java.io.FileInputStream;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Set;

class Validate {
    public static void main(String[] arguments) throws Exception {
        var factory = CertificateFactory.getInstance("X.509");
        X509Certificate root;
        try (var file = new FileInputStream(arguments[0])) {
            root = (X509Certificate) factory.generateCertificate(file);
        }
        var chain = new ArrayList<java.security.cert.Certificate>();
        try (var file = new FileInputStream(arguments[1])) {
            chain.addAll(factory.generateCertificates(file));
        }
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(chain), parameters);
    }
}
