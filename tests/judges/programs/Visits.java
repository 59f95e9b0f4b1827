// Visits servers as Java's own client, trusting of each a root of its own: Visits.java PROXY URL ROOT...
// Prints, server by server, "PAGE" and the status or all that went wrong, from the outermost cause inwards.

import java.io.FileInputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URL;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

class Visits {
    public static void main(String[] arguments) throws Exception {
        var proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])));
        for (int next = 1; next < arguments.length; next += 2) {
            System.out.println("PAGE " + visit(proxy, arguments[next], arguments[next + 1]));
        }
    }

    static String visit(Proxy proxy, String url, String root) {
        try {
            var connection = (HttpsURLConnection) new URL(url).openConnection(proxy);
            connection.setSSLSocketFactory(trusting(root).getSocketFactory());
            return Integer.toString(connection.getResponseCode());
        } catch (Exception error) {
            var told = new StringBuilder();
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                told.append(told.isEmpty() ? "" : " | ").append(cause);
            }
            return told.toString().replace('\n', ' ');
        }
    }

    static SSLContext trusting(String root) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var file = new FileInputStream(root)) {
            store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        var managers = TrustManagerFactory.getInstance("PKIX");
        managers.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
