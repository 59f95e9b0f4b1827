// Gets a page with Java's own client: Get.java URL

import java.net.URL;
import javax.net.ssl.HttpsURLConnection;

class Get {
    public static void main(String[] arguments) throws Exception {
        var connection = (HttpsURLConnection) new URL(arguments[0]).openConnection();
        System.out.println(connection.getResponseCode());
    }
}
