// Fetches a page as Java does by default, trusting its own cacerts: Fetch.java URL. Fails if refused.

import java.net.URI;
import javax.net.ssl.HttpsURLConnection;

class Fetch {
    public static void main(String[] arguments) throws Exception {
        var connection = (HttpsURLConnection) URI.create(arguments[0]).toURL().openConnection();
        System.out.println(connection.getResponseCode());
    }
}
