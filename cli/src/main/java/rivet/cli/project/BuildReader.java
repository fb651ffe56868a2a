package rivet.cli.project;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.api.UpgradePolicyView;

/** What one build may say, by the section that it stands in. */
final class BuildReader {

    private static final List<String> SCRIPT = List.of("script");
    private static final List<String> EXECUTABLE = List.of("executable");
    private static final List<String> JAR = List.of("jar");
    private static final List<String> DOCKER = List.of("image", "dockerfile", "buildPath", "buildTarget", "buildArgs");
    private static final List<String> COMMON = List.of("tags", "access", "unstable");
    private static final List<String> ROUTE =
            List.of("path", "routeSubpaths", "stripPrefix", "networking", "runtime", "resources");
    private static final List<String> SCRIPT_UNSTABLE =
            List.of("minify", "compression", "analyzeResult", "esbuildLogLevel", "dumpBuild", "noBundler");
    private static final List<String> DOCKER_UNSTABLE = List.of("allowRoot", "buildMethod", "bundle", "compression");
    private static final List<String> UPGRADE = List.of("policy", "deadline", "atDeadline");
    private static final List<String> POLICIES = List.of("now", "drain", "when_idle", "next_start");
    private static final List<String> AT_DEADLINE = List.of("now", "drain", "next_start");
    private static final long LONGEST_DRAIN = Duration.ofHours(2).toMillis();
    private static final long LONGEST_IDLE_WAIT = Duration.ofDays(7).toMillis();
    private static final long SHORTEST_START_MS = 100;
    private static final long LONGEST_START_MS = Duration.ofHours(1).toMillis();
    private static final List<String> LOG_LEVELS = List.of("verbose", "debug", "info", "warning", "error", "silent");
    private static final List<String> COMPRESSIONS = List.of("none", "lz4");

    private final Source source;

    BuildReader(Source source) {
        this.source = source;
    }

    /** @param path in the file @param at where it stands */
    record Name(String text, String path, Place at) {}

    Build actor(Name name, Node.Member member) {
        var section = section(
                name, member, keys(SCRIPT, EXECUTABLE, JAR, DOCKER, COMMON, List.of("upgrade", "startTimeout")));
        var said = new Said(tags(section, name), startTimeout(section), upgrade(section));
        section.oneOf("access", "private", List.of("public", "private"));
        boolean docker = DOCKER.stream().anyMatch(section::has);
        long kinds = List.of(section.has("script"), section.has("executable"), section.has("jar"), docker).stream()
                .filter(has -> has)
                .count();
        if (kinds != 1) {
            throw source.mistake(
                    kinds == 0 ? name.at() : section.at(),
                    "build '%s' says %s (expected: one of 'script', 'jar', 'executable' and 'image' or 'dockerfile')"
                            .formatted(
                                    name.text(),
                                    kinds == 0 ? "nothing of what to build" : "more than one thing to build"));
        }
        if (docker) {
            docker(section);
            return new Build.NotYet(name.text(), name.at(), said.tags, "a Docker image");
        }
        if (section.has("jar")) {
            return jar(section, name, said);
        }
        return section.has("script") ? script(section, name, said) : executable(section, name, said);
    }

    /** Whatever it is built from. */
    private record Said(
            Map<String, String> tags,
            @Nullable Long startTimeout,
            @Nullable UpgradePolicyView upgrade) {}

    Build container(Name name, Node.Member member) {
        var section = section(name, member, keys(DOCKER, COMMON));
        section.oneOf("access", "private", List.of("public", "private"));
        docker(section);
        return new Build.NotYet(name.text(), name.at(), tags(section, name), "a container");
    }

    Build function(Name name, Node.Member member) {
        var section = section(name, member, keys(SCRIPT, DOCKER, COMMON, ROUTE));
        if (section.has("script")) {
            section.text("script");
            bundling(section);
        } else {
            docker(section);
        }
        route(section);
        return new Build.NotYet(name.text(), name.at(), tags(section, name), "a function");
    }

    Build rivetkit(Section top) {
        var name = new Name("rivetkit", "rivetkit", top.at("rivetkit"));
        var section = top.section("rivetkit", keys(List.of("registry", "server"), DOCKER, COMMON, ROUTE))
                .orElseThrow();
        section.text("registry");
        section.text("server");
        docker(section);
        route(section);
        return new Build.NotYet(name.text(), name.at(), tags(section, name), "a RivetKit server");
    }

    private Section section(Name name, Node.Member member, List<String> known) {
        return Section.of(source, name.path(), member.value(), known);
    }

    private Build script(Section section, Name name, Said said) {
        var script = section.text("script").orElseThrow();
        return new Build.Script(
                name.text(),
                name.at(),
                said.tags,
                said.startTimeout,
                said.upgrade,
                script,
                section.at("script"),
                bundling(section));
    }

    private Build executable(Section section, Name name, Said said) {
        section.section("unstable", List.of());
        var executable = section.text("executable").orElseThrow();
        return new Build.Executable(
                name.text(),
                name.at(),
                said.tags,
                said.startTimeout,
                said.upgrade,
                executable,
                section.at("executable"));
    }

    private Build jar(Section section, Name name, Said said) {
        section.section("unstable", List.of());
        var jar = section.text("jar").orElseThrow();
        return new Build.Jar(
                name.text(), name.at(), said.tags, said.startTimeout, said.upgrade, jar, section.at("jar"));
    }

    private static @Nullable Long startTimeout(Section section) {
        return section.has("startTimeout")
                ? section.whole("startTimeout", 0, SHORTEST_START_MS, LONGEST_START_MS)
                : null;
    }

    private @Nullable UpgradePolicyView upgrade(Section section) {
        return section.section("upgrade", UPGRADE).map(this::policy).orElse(null);
    }

    private UpgradePolicyView policy(Section section) {
        var policy = section.oneOf("policy", "", POLICIES);
        if (policy.isEmpty()) {
            throw source.mistake(
                    section.at(),
                    "%s: missing (expected: one of %s)"
                            .formatted(section.pathOf("policy"), String.join(", ", POLICIES)));
        }
        boolean waits = policy.equals("drain") || policy.equals("when_idle");
        only(section, "deadline", waits, "drain and when_idle");
        only(section, "atDeadline", policy.equals("when_idle"), "when_idle");
        long most = policy.equals("drain") ? LONGEST_DRAIN : LONGEST_IDLE_WAIT;
        return new UpgradePolicyView(
                policy,
                section.has("deadline") ? section.whole("deadline", 0, 0, most) : null,
                section.has("atDeadline") ? section.oneOf("atDeadline", "now", AT_DEADLINE) : null);
    }

    private void only(Section section, String key, boolean allowed, String policies) {
        if (section.has(key) && !allowed) {
            throw source.mistake(
                    section.at(key), "%s: given (expected: with %s only)".formatted(section.pathOf(key), policies));
        }
    }

    private static Build.Bundling bundling(Section section) {
        return section.section("unstable", SCRIPT_UNSTABLE)
                .map(unstable -> new Build.Bundling(
                        unstable.flag("minify", true),
                        unstable.oneOf("compression", "none", COMPRESSIONS),
                        unstable.flag("analyzeResult", false),
                        unstable.oneOf("esbuildLogLevel", "error", LOG_LEVELS),
                        unstable.flag("dumpBuild", false),
                        unstable.flag("noBundler", false)))
                .orElse(Build.Bundling.DEFAULT);
    }

    private static void docker(Section section) {
        section.text("image");
        section.text("dockerfile");
        section.text("buildPath");
        section.text("buildTarget");
        section.texts("buildArgs");
        section.section("unstable", DOCKER_UNSTABLE).ifPresent(unstable -> {
            unstable.flag("allowRoot", false);
            unstable.oneOf("buildMethod", "buildx", List.of("buildx", "native", "remote"));
            unstable.oneOf("bundle", "ociBundle", List.of("dockerImage", "ociBundle"));
            unstable.oneOf("compression", "lz4", COMPRESSIONS);
        });
    }

    private void route(Section section) {
        section.anyText("path").filter(path -> path.endsWith("/")).ifPresent(path -> {
            throw source.mistake(
                    section.at("path"),
                    "%s: \"%s\" (expected: no '/' at the end)".formatted(section.pathOf("path"), path));
        });
        section.flag("routeSubpaths", true);
        section.flag("stripPrefix", true);
        section.section("networking", List.of("internalPort"))
                .ifPresent(networking -> networking.whole("internalPort", 8080, 1, 65_535));
        section.section("runtime", List.of("environment")).ifPresent(runtime -> runtime.texts("environment"));
        section.section("resources", List.of("cpu", "memory")).ifPresent(resources -> {
            resources.whole("cpu", 1000, 1, 1_000_000);
            resources.whole("memory", 1024, 1, 10_000_000);
        });
    }

    /** What deploy sets by itself cannot be said otherwise: it is how one version of a build replaces another. */
    private Map<String, String> tags(Section section, Name name) {
        var tags = section.texts("tags");
        section.entries("tags").forEach((key, member) -> {
            if (member.value() instanceof Node.Text text && ReservedTags.clash(key, text.value(), name.text())) {
                throw source.mistake(
                        member.keyAt(),
                        "tag '%s' of build '%s': \"%s\" (deploy sets this one itself)"
                                .formatted(key, name.text(), text.value()));
            }
        });
        return tags;
    }

    @SafeVarargs
    private static List<String> keys(List<String>... groups) {
        var keys = new ArrayList<String>();
        for (var group : groups) {
            keys.addAll(group);
        }
        return keys;
    }
}
