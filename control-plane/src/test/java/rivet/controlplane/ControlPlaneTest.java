package rivet.controlplane;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a control plane of its own on a fresh database. Tests and their constructors take {@link Api}, {@link
 * TestControlPlane} and {@link TestDatabase} as parameters. The tests of a class share it, so each uses a region and tags of
 * its own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@PostgresTest
@ExtendWith(ControlPlaneExtension.class)
public @interface ControlPlaneTest {

    /** Settings such as {@code rivet.auth.access=private}; they win over those that all tests have. */
    String[] value() default {};
}
