package rivet.agent.proxy.http;

import java.util.Locale;

/** What an Accept field prefers. */
public final class Accepted {

    private Accepted() {}

    /** Whether a page is wanted rather than JSON: browsers name it, programs do not. */
    public static boolean html(String accept) {
        return quality(accept, "text/html") > quality(accept, "application/json");
    }

    private static double quality(String accept, String type) {
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.split(";", -1);
            if (parts[0].trim().equals(type)) {
                return quality(parts);
            }
        }
        return 0;
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].trim();
            if (parameter.matches("q=[01](\\.[0-9]{0,3})?")) {
                return Double.parseDouble(parameter.substring(2));
            }
        }
        return 1;
    }
}
