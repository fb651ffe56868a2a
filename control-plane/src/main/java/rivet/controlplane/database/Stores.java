package rivet.controlplane.database;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.springframework.beans.factory.annotation.Qualifier;

/** Marks what belongs to actors' stores alone, so that a flood of writes delays nothing else. */
@Qualifier
@Retention(RetentionPolicy.RUNTIME)
public @interface Stores {}
