package example.workflow;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** What an order needs others to do. Asked again with the same key they do it once. */
@FunctionalInterface
interface Services {

    /**
     * @param service such as {@code charge}
     * @param key the same whenever the same is asked for
     * @return what it says
     * @throws IOException if nobody knows whether it was done
     * @throws Declined if it will not be done
     */
    String ask(String service, String key, String item) throws IOException, InterruptedException, Declined;

    static Services of(Map<String, String> environment) {
        var base = environment.get("SERVICES");
        return base == null ? Services::printed : new Http(URI.create(base.endsWith("/") ? base : base + "/"));
    }

    /** For trying it out. */
    private static String printed(String service, String key, String item) throws Declined {
        System.out.printf("%s %s (%s)%n", service, item, key);
        if (service.equals("ship") && item.equals("piano")) {
            throw new Declined("too heavy");
        }
        return service + "-" + key;
    }

    /**
     * {@code POST BASE/SERVICE} with the item; 200, or a status from 400 to 499 that says no.
     *
     * @param base with a slash at its end
     */
    record Http(URI base, HttpClient client) implements Services {

        private static final Duration LONGEST = Duration.ofSeconds(5);

        Http(URI base) {
            this(base, HttpClient.newHttpClient());
        }

        @Override
        public String ask(String service, String key, String item) throws IOException, InterruptedException, Declined {
            var request = HttpRequest.newBuilder(base.resolve(service))
                    .header("Idempotency-Key", key)
                    .timeout(LONGEST)
                    .POST(HttpRequest.BodyPublishers.ofString(item))
                    .build();
            var reply = client.send(request, BodyHandlers.ofString());
            if (reply.statusCode() >= 400 && reply.statusCode() < 500) {
                throw new Declined(reply.body());
            }
            if (reply.statusCode() != 200) {
                throw new IOException("%s: status %d".formatted(service, reply.statusCode()));
            }
            return reply.body();
        }
    }
}
