package rivet.controlplane;

import java.net.URI;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Starts the control plane; nothing else. */
public final class ControlPlane implements AutoCloseable {

    private final ReactiveWebServerApplicationContext context;

    private ControlPlane(ReactiveWebServerApplicationContext context) {
        this.context = context;
    }

    public static void main(String[] args) {
        application(Map.of()).run(args);
    }

    /** @param properties win over all other settings; their names are in {@code application.yaml} */
    public static ControlPlane start(Map<String, Object> properties) {
        var application = application(properties);
        application.setRegisterShutdownHook(false); // whoever starts it in a program of theirs also closes it
        return new ControlPlane((ReactiveWebServerApplicationContext) application.run());
    }

    private static SpringApplication application(Map<String, Object> properties) {
        var application = new SpringApplication(Application.class);
        application.addInitializers((ConfigurableApplicationContext context) ->
                context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("given", properties)));
        return application;
    }

    /** Where the API is, with the port that is really bound. */
    public URI uri() {
        var server = context.getWebServer();
        if (server == null) {
            throw new IllegalStateException("the control plane is closed");
        }
        var host = context.getEnvironment().getRequiredProperty("rivet.api.host");
        return URI.create("http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, server.getPort()));
    }

    /** For tests that go by what there is, such as all handlers. */
    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
