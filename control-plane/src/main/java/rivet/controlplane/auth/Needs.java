package rivet.controlplane.auth;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a handler's caller must be allowed. The gate that hands out {@link Caller} and {@link Principal} looks at it before the
 * handler is reached; a handler without it can be reached by an administrator of the whole installation only.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Needs {
    /** Any one of these is enough. */
    Scope[] value();

    /** Whether a token of one environment is not enough. */
    boolean everywhere() default false;

    /** Whether the audit trail tells of it although it changes nothing. */
    boolean audited() default false;
}
