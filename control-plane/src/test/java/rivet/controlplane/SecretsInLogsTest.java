package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.HashMap;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Canaries: everything the process logs, down to the chattiest level, is searched for what must never be in it. */
@PostgresTest
class SecretsInLogsTest {

    private static final String HERE = "?project=default&environment=default";
    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage()
                    + event.getKeyValuePairs()
                    + ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
    };

    @BeforeEach
    void listen() {
        appender.setContext(ROOT.getLoggerContext());
        appender.start();
        ROOT.addAppender(appender);
    }

    @AfterEach
    void leave() {
        ROOT.detachAppender(appender);
    }

    @Test
    void no_token_is_ever_logged(TestDatabase database) {
        try (var controlPlane = ControlPlane.start(PrivateApi.properties(database));
                var api = new Api(controlPlane.uri())) {
            listen(); // starting the control plane has set logging up anew
            chatty("rivet", "org.springframework.web", "org.springframework.http", "org.springframework.jdbc.core");
            var admin = new PrivateApi(api, PrivateApi.BOOTSTRAP);
            var issued = admin.issued("default/default", "admin");
            var secret = issued.body().path("secret").asString();

            admin.as(secret).get("/actors" + HERE);
            admin.as(secret).post("/tokens", "{\"name\":7}");
            admin.as(secret + "0").get("/actors" + HERE);
            admin.delete("/tokens/" + PrivateApi.id(issued));
            admin.as(secret).get("/actors" + HERE);
            database.jdbc().sql("alter table audit_entry rename to hidden").update();
            admin.post("/tokens" + HERE, "{\"name\":\"x\",\"scopes\":[\"read\"]}");
            database.jdbc().sql("alter table hidden rename to audit_entry").update();

            assertThat(lines).as("the listener hears something").anyMatch(line -> line.contains("/tokens"));
            assertThat(lines).as("and our own error").anyMatch(line -> line.contains("a request failed"));
            assertThat(lines)
                    .noneMatch(line -> line.contains(PrivateApi.BOOTSTRAP))
                    .noneMatch(line -> line.contains(secret.substring(21)))
                    .noneMatch(line -> line.contains(SimulatedAgent.TOKEN));
        }
    }

    @Test
    void what_opens_a_port_is_never_logged(TestDatabase database) {
        var settings = new HashMap<String, Object>(database.properties());
        settings.put("rivet.api.port", 0);
        settings.put("rivet.agents.token", SimulatedAgent.TOKEN);
        try (var controlPlane = ControlPlane.start(settings);
                var api = new Api(controlPlane.uri());
                var agent = SimulatedAgent.joined(controlPlane.uri(), "local", 1000, 1000)) {
            listen();
            chatty("rivet", "org.springframework.web", "org.springframework.http", "org.springframework.jdbc.core");
            api.build("guarded.js", "{\"name\": \"guarded\"}");
            guarded(api, "{\"query\": {\"key\": \"k\", \"value\": \"port-canary\", \"more\": 1}}");
            Api.require(guarded(api, "{\"bearer\": \"port-canary\"}"));
            var actor = Api.require(guarded(api, "{\"connection\": {}}")).text("/actor/id");
            var token = Api.require(
                            api.post("/actors/" + actor + "/connections", "{\"port\": \"http\", \"ttl_ms\": 60000}"))
                    .text("/token");

            assertThat(agent.received).isNotEmpty();
            assertThat(lines).as("the listener hears something").anyMatch(line -> line.contains("/connections"));
            assertThat(lines)
                    .noneMatch(line -> line.contains("port-canary"))
                    .noneMatch(line -> line.contains(token.substring(token.lastIndexOf('.'))));
        }
    }

    private static Api.Answer guarded(Api api, String authorization) {
        return api.post("/actors", """
                {"tags": {}, "build_tags": {"name": "guarded"}, "network": {"ports": {
                  "http": {"protocol": "http", "routing": {"guard": {"authorization": %s}}}}}}
                """.formatted(authorization));
    }

    private static void chatty(String... loggers) {
        for (var name : loggers) {
            ((Logger) LoggerFactory.getLogger(name)).setLevel(Level.TRACE);
        }
    }
}
