package rivet.agent;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;

/** Which room may know which. A new arrow is a decision: it is made here first. */
@AnalyzeClasses(packages = "rivet.agent", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule ARROWS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("wiring")
            .definedBy("rivet.agent")
            .layer("link")
            .definedBy("rivet.agent.link..")
            .layer("supervise")
            .definedBy("rivet.agent.supervise..")
            .layer("launch")
            .definedBy("rivet.agent.launch..")
            .layer("host")
            .definedBy("rivet.agent.host..")
            .layer("warden")
            .definedBy("rivet.agent.warden..")
            .layer("linux")
            .definedBy("rivet.agent.linux..")
            .layer("bundle")
            .definedBy("rivet.agent.bundle..")
            .layer("dir")
            .definedBy("rivet.agent.dir..")
            .layer("metrics")
            .definedBy("rivet.agent.metrics..")
            .layer("kv")
            .definedBy("rivet.agent.kv..")
            .layer("output")
            .definedBy("rivet.agent.output..")
            .whereLayer("wiring")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("link")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("supervise")
            .mayOnlyBeAccessedByLayers("wiring", "launch")
            .whereLayer("launch")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("host")
            .mayOnlyBeAccessedByLayers("wiring", "launch")
            .whereLayer("warden")
            .mayOnlyBeAccessedByLayers("launch", "host")
            .whereLayer("linux")
            .mayOnlyBeAccessedByLayers("launch", "host", "warden", "dir")
            .whereLayer("bundle")
            .mayOnlyBeAccessedByLayers("wiring", "launch", "dir")
            .whereLayer("dir")
            .mayOnlyBeAccessedByLayers("wiring", "launch")
            .whereLayer("metrics")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("kv")
            .mayOnlyBeAccessedByLayers("wiring", "launch")
            .whereLayer("output")
            .mayOnlyBeAccessedByLayers("launch");

    @ArchTest
    static final ArchRule NO_KNOTS =
            slices().matching("rivet.agent.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_THE_PROXY_KNOWS_NETTY = noClasses()
            .that(resideInAPackage("rivet.agent.proxy..").negate().as("are outside the proxy"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule TIME_COMES_FROM_OUTSIDE = noClasses().should().callMethod(Instant.class, "now");
}
