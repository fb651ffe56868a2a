package rivet.actor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** Finds the author's class. Each way in which this can fail has a message of its own that says what to do. */
final class ActorClass {

    static final Attributes.Name ATTRIBUTE = new Attributes.Name("Rivet-Actor");
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String SERVICES = "META-INF/services/rivet.actor.Actor";

    private ActorClass() {}

    /** What the author has to mend; shown without a stack trace. */
    static final class Unusable extends Exception {
        Unusable(String message) {
            super(message);
        }
    }

    /**
     * @throws Unusable if there is no such class
     * @throws InvocationTargetException if its constructor threw
     */
    static Actor create(ClassLoader loader) throws Unusable, InvocationTargetException {
        try {
            return constructor(load(name(loader), loader)).newInstance();
        } catch (InstantiationException | IllegalAccessException e) {
            throw new IllegalStateException("the class and its constructor were checked", e);
        }
    }

    private static String name(ClassLoader loader) throws Unusable {
        var inManifests = named(loader, MANIFEST, ActorClass::inManifest);
        if (!inManifests.isEmpty()) {
            return only(inManifests, "the manifests' attribute Rivet-Actor names");
        }
        var inServices = named(loader, SERVICES, ActorClass::inServices);
        if (!inServices.isEmpty()) {
            return only(inServices, SERVICES + " names");
        }
        throw new Unusable("no class is named as the actor (expected: 'Rivet-Actor: com.example.Counter' in the jar's"
                + " manifest, or the class's name in " + SERVICES + ")");
    }

    private static String only(Set<String> names, String where) throws Unusable {
        if (names.size() > 1) {
            throw new Unusable("%s %d classes: %s (expected: one; a Rivet-Actor attribute in one manifest decides)"
                    .formatted(where, names.size(), String.join(", ", names)));
        }
        return names.iterator().next();
    }

    private interface Reader {
        List<String> names(InputStream in) throws IOException;
    }

    private static Set<String> named(ClassLoader loader, String resource, Reader reader) {
        var names = new LinkedHashSet<String>();
        try {
            for (var url : Collections.list(loader.getResources(resource))) {
                names.addAll(read(url, reader));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource + " of the class path", e);
        }
        return names;
    }

    private static List<String> read(URL url, Reader reader) throws IOException {
        try (var in = url.openStream()) {
            return reader.names(in);
        }
    }

    private static List<String> inManifest(InputStream in) throws IOException {
        var name = new Manifest(in).getMainAttributes().getValue(ATTRIBUTE);
        return name == null ? List.of() : List.of(name.strip());
    }

    private static List<String> inServices(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static Class<?> load(String name, ClassLoader loader) throws Unusable {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException _) {
            throw new Unusable("class %s is named as the actor and is not in the build".formatted(name));
        } catch (NoClassDefFoundError e) {
            // A class that it extends or implements, or the right class under a name in the wrong case.
            throw new Unusable(
                    "class %s cannot be loaded: %s is missing from the build".formatted(name, e.getMessage()));
        } catch (LinkageError e) {
            throw new Unusable("class %s cannot be loaded: %s".formatted(name, e));
        }
    }

    private static Constructor<? extends Actor> constructor(Class<?> named) throws Unusable {
        if (!Actor.class.isAssignableFrom(named)) {
            throw new Unusable("class %s does not implement rivet.actor.Actor".formatted(named.getName()));
        }
        if (named.isInterface() || Modifier.isAbstract(named.getModifiers())) {
            throw new Unusable("class %s is abstract (expected: a class that can be made)".formatted(named.getName()));
        }
        try {
            var constructor = named.asSubclass(Actor.class).getConstructor();
            if (!Modifier.isPublic(named.getModifiers())) {
                throw new Unusable("class %s is not public".formatted(named.getName()));
            }
            return constructor;
        } catch (NoSuchMethodException _) {
            throw new Unusable("class %s has no public constructor without parameters".formatted(named.getName()));
        }
    }
}
