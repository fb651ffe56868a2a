package rivet.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ClassPathResource;

/**
 * Puts a replica together as Spring does, from the constructors: a context of Spring's would take longer than a whole simulated
 * minute. Settings are those of production but for what a world says otherwise.
 */
final class Wiring implements Parts {

    private static final MutablePropertySources DEFAULTS = defaults();

    private final Map<Class<?>, Object> parts = new HashMap<>();
    private final Map<Class<? extends Annotation>, Map<Class<?>, Object>> qualified = new HashMap<>();
    private final Binder settings;

    /** @param settings win over those of production */
    Wiring(Map<String, Object> settings) {
        var sources = new MutablePropertySources(DEFAULTS);
        sources.addFirst(new MapPropertySource("world", settings));
        this.settings = new Binder(ConfigurationPropertySources.from(sources));
    }

    <T> Wiring given(Class<T> type, T part) {
        parts.put(type, part);
        return this;
    }

    /** @param qualifier of the parameters that are given it */
    <T> Wiring givenTo(Class<? extends Annotation> qualifier, Class<T> type, T part) {
        qualified.computeIfAbsent(qualifier, _ -> new HashMap<>()).put(type, part);
        return this;
    }

    @Override
    public <T> T get(Class<T> type) {
        var part = parts.get(type);
        if (part == null) {
            part = type.isAnnotationPresent(ConfigurationProperties.class) ? bound(type) : made(type);
            parts.put(type, part);
        }
        return type.cast(part);
    }

    private Object bound(Class<?> type) {
        var prefix = type.getAnnotation(ConfigurationProperties.class).value();
        return settings.bind(prefix, Bindable.of(type)).get();
    }

    private Object made(Class<?> type) {
        var constructor = constructor(type);
        constructor.setAccessible(true);
        try {
            return constructor.newInstance(Arrays.stream(constructor.getParameters())
                    .map(this::argument)
                    .toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("cannot make " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + type, e);
        }
    }

    private static Constructor<?> constructor(Class<?> type) {
        var all = type.getDeclaredConstructors();
        return all.length == 1
                ? all[0]
                : Arrays.stream(all)
                        .filter(constructor -> constructor.isAnnotationPresent(Autowired.class))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException(
                                "%s has %d constructors (expected: 1, or one for Spring)".formatted(type, all.length)));
    }

    private Object argument(Parameter parameter) {
        var type = parameter.getType();
        for (var annotation : parameter.getAnnotations()) {
            var special = qualified
                    .getOrDefault(annotation.annotationType(), Map.of())
                    .get(type);
            if (special != null) {
                return special;
            }
        }
        return get(type);
    }

    private static MutablePropertySources defaults() {
        try {
            var sources = new MutablePropertySources();
            new YamlPropertySourceLoader()
                    .load("production", new ClassPathResource("application.yaml"))
                    .forEach(sources::addLast);
            return sources;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As settings are written. */
    static Map<String, Object> settings(Times times, int replica) {
        var agents = times.agents();
        var all = new LinkedHashMap<String, Object>();
        all.put("rivet.agents.heartbeat", agents.heartbeat());
        all.put("rivet.agents.fresh", agents.fresh());
        all.put("rivet.agents.fence", agents.fence());
        all.put("rivet.agents.freeze", agents.freeze());
        all.put("rivet.agents.stall", agents.stall());
        all.put("rivet.agents.unreachable", agents.unreachable());
        all.put("rivet.agents.replace-after", agents.replaceAfter());
        all.put("rivet.agents.outage", agents.outage());
        all.put("rivet.agents.answer", agents.answer());
        all.put("rivet.agents.brake", agents.brake());
        all.put("rivet.replica.url", "http://replica-" + replica + ":1");
        all.put("rivet.actors.backoff-base", "500ms");
        all.put("rivet.actors.backoff-max", "4s");
        all.put("rivet.actors.healthy-after", "20s");
        return all;
    }
}
