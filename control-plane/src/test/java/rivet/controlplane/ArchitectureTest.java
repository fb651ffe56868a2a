package rivet.controlplane;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Principal;
import rivet.controlplane.auth.Scraper;
import rivet.controlplane.web.Open;

/** Which room may know which. A new arrow is a decision: it is made here first. */
@AnalyzeClasses(packages = "rivet.controlplane", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "rivet.controlplane";

    /** Room → the rooms it may know. The root, which only puts them together, may know all and is known by none. */
    private static final Map<String, String[]> ARROWS = table("""
            web        :
            database   :
            query      : web
            tenancy    : web database
            audit      : web database
            auth       : web database tenancy audit
            admin      : web tenancy audit auth
            metrics    : auth
            idempotency: web database tenancy
            build      : web database tenancy audit auth idempotency
            replica    : web database
            agent      : web database auth metrics replica
            placement  : agent
            ingress    : web database
            actor      : web database query tenancy audit auth metrics idempotency build agent placement ingress
            log        : web database query tenancy auth actor
            explain    : web tenancy auth agent actor log
            route      : web database query tenancy auth agent actor
            fleet      : web auth agent actor
            alarm      : web database auth metrics actor
            kv         : web database auth metrics alarm
            checkpoint : web database auth metrics actor kv
            inspect    : web auth actor kv
            connection : web database tenancy auth actor
            link       : web auth metrics agent actor log route connection ingress
            reconcile  : audit auth metrics idempotency build agent actor alarm log route kv checkpoint connection link replica
            """);

    @ArchTest
    static final ArchRule ROOMS_KNOW_ONLY_WHOM_THEY_MAY = arrows();

    @ArchTest
    static final ArchRule EVERY_ROOM_IS_IN_THE_TABLE = classes().should().resideInAnyPackage(rooms());

    @ArchTest
    static final ArchRule ROOMS_HAVE_NO_CIRCLES =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    /** Who calls is an argument, so a handler without one can be called by anyone: then it says why. */
    @ArchTest
    static final ArchRule EACH_HANDLER_KNOWS_ITS_CALLER = methods()
            .that()
            .areMetaAnnotatedWith(RequestMapping.class)
            .or()
            .areAnnotatedWith(RequestMapping.class)
            .should(takeACallerOrBeOpen());

    @ArchTest
    static final ArchRule HANDLERS_ARE_PRIVATE_TO_THEIR_ROOM =
            classes().that().areAnnotatedWith(RestController.class).should().notBePublic();

    @ArchTest
    static final ArchRule TIME_AND_CHANCE_COME_FROM_OUTSIDE = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT)
            .should()
            .callMethodWhere(target(nameMatching("now|system|systemUTC|systemDefaultZone"))
                    .and(target(owner(resideInAnyPackage("java.time.."))))
                    .as("a clock is read"))
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .accessClassesThat(are("java.util.Random", "java.util.concurrent.ThreadLocalRandom"));

    /** Names that nobody asserts on: of requests, and of upload attempts. Ids that people see are made by their type. */
    @ArchTest
    static final ArchRule NAMES_ARE_MADE_WHERE_THEY_BELONG = noClasses()
            .that()
            .haveNameNotMatching(".*\\.web\\.RayIds|.*\\.build\\.Uploads")
            .should()
            .callMethod(UUID.class, "randomUUID");

    @ArchTest
    static final ArchRule ONLY_THE_WAY_TO_POSTGRES_KNOWS_POOLS_AND_MIGRATIONS = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".database..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.zaxxer.hikari..", "org.flywaydb..");

    private static ArchRule arrows() {
        var layers = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy(ROOT);
        for (var room : ARROWS.keySet()) {
            layers = layers.layer(room).definedBy("%s.%s..".formatted(ROOT, room));
        }
        layers = layers.whereLayer("root").mayNotBeAccessedByAnyLayer();
        for (var arrow : ARROWS.entrySet()) {
            var room = layers.whereLayer(arrow.getKey());
            layers = arrow.getValue().length == 0
                    ? room.mayNotAccessAnyLayer()
                    : room.mayOnlyAccessLayers(arrow.getValue());
        }
        return layers;
    }

    private static String[] rooms() {
        var rooms = ARROWS.keySet().stream().map(room -> "%s.%s..".formatted(ROOT, room));
        return Stream.concat(Stream.of(ROOT), rooms).toArray(String[]::new);
    }

    private static Map<String, String[]> table(String text) {
        var table = new LinkedHashMap<String, String[]>();
        text.lines().forEach(line -> {
            var sides = line.split(":", 2);
            table.put(
                    sides[0].strip(),
                    Arrays.stream(sides[1].strip().split(" +"))
                            .filter(room -> !room.isEmpty())
                            .toArray(String[]::new));
        });
        return table;
    }

    private static DescribedPredicate<JavaClass> are(String... names) {
        return DescribedPredicate.describe(
                "are " + String.join(" or ", names), type -> Set.of(names).contains(type.getName()));
    }

    private static ArchCondition<JavaMethod> takeACallerOrBeOpen() {
        return new ArchCondition<>("take a Caller, a Principal, an AgentCaller or a Scraper, or be @Open") {
            @Override
            public void check(JavaMethod handler, ConditionEvents events) {
                var known = handler.getRawParameterTypes().stream()
                        .anyMatch(type -> type.isEquivalentTo(Caller.class)
                                || type.isEquivalentTo(Principal.class)
                                || type.isEquivalentTo(AgentCaller.class)
                                || type.isEquivalentTo(Scraper.class));
                if (known == handler.isAnnotatedWith(Open.class)) {
                    events.add(SimpleConditionEvent.violated(
                            handler, handler.getFullName() + " takes no caller, or is @Open as well"));
                }
            }
        };
    }
}
