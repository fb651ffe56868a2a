package rivet.cli;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. An arrow that is not here is a design decision: make it there first. */
@AnalyzeClasses(packages = "rivet.cli", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule ROOMS_KNOW_ONLY_WHOM_THEY_MAY = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("root")
            .definedBy("rivet.cli")
            .layer("terminal")
            .definedBy("rivet.cli.terminal")
            .layer("server")
            .definedBy("rivet.cli.server")
            .layer("project")
            .definedBy("rivet.cli.project")
            .layer("bundle")
            .definedBy("rivet.cli.bundle")
            .layer("deploy")
            .definedBy("rivet.cli.deploy")
            .layer("actor")
            .definedBy("rivet.cli.actor")
            .layer("agent")
            .definedBy("rivet.cli.agent")
            .layer("quickstart")
            .definedBy("rivet.cli.quickstart")
            .layer("init")
            .definedBy("rivet.cli.init")
            .layer("route")
            .definedBy("rivet.cli.route")
            .layer("tenancy")
            .definedBy("rivet.cli.tenancy")
            .layer("login")
            .definedBy("rivet.cli.login")
            .layer("doctor")
            .definedBy("rivet.cli.doctor")
            .whereLayer("root")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("terminal")
            .mayNotAccessAnyLayer()
            .whereLayer("server")
            .mayOnlyAccessLayers("terminal")
            .whereLayer("project")
            .mayOnlyAccessLayers("terminal")
            .whereLayer("bundle")
            .mayOnlyAccessLayers("terminal", "project")
            .whereLayer("deploy")
            .mayOnlyAccessLayers("terminal", "server", "project", "bundle", "actor")
            .whereLayer("actor")
            .mayOnlyAccessLayers("terminal", "server")
            .whereLayer("agent")
            .mayOnlyAccessLayers("terminal", "server")
            .whereLayer("quickstart")
            .mayOnlyAccessLayers("terminal", "server", "project", "deploy", "actor")
            .whereLayer("route")
            .mayOnlyAccessLayers("terminal", "server")
            .whereLayer("tenancy")
            .mayOnlyAccessLayers("terminal", "server")
            .whereLayer("login")
            .mayOnlyAccessLayers("terminal", "server")
            .whereLayer("doctor")
            .mayOnlyAccessLayers("terminal", "server")
            .whereLayer("init")
            .mayOnlyAccessLayers("terminal");

    @ArchTest
    static final ArchRule ROOMS_HAVE_NO_CIRCLES =
            slices().matching("rivet.cli.(*)..").should().beFreeOfCycles();
}
