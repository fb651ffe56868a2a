package rivet.controlplane.database;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.springframework.beans.factory.annotation.Qualifier;

/** Marks what belongs to heartbeats alone, so that nothing else can make agents look dead. */
@Qualifier
@Retention(RetentionPolicy.RUNTIME)
public @interface Heartbeats {}
