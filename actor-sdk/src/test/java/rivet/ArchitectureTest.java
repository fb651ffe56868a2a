package rivet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "rivet", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule the_actors_side_knows_only_the_jdk = classes()
            .that()
            .resideInAPackage("rivet.actor..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("rivet.actor..", "java..", "org.jspecify.annotations");

    @ArchTest
    static final ArchRule the_actors_side_does_not_know_its_tests_context = noClasses()
            .that()
            .resideInAPackage("rivet.actor")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("rivet.actor.testing");

    @ArchTest
    static final ArchRule the_client_knows_the_jdk_and_one_json_library = classes()
            .that()
            .resideInAPackage("rivet.client")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "rivet.client", "java..", "org.jspecify.annotations", "tools.jackson..", "com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule only_one_class_meets_json = noClasses()
            .that()
            .haveNameNotMatching("rivet\\.client\\.Json(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("tools.jackson..", "com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule no_circles = slices().matching("rivet.(**)").should().beFreeOfCycles();
}
