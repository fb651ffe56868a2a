package rivet.controlplane.connection;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request for a connection that has been checked. @param methods empty: all */
record ConnectionDraft(
        String port,
        Duration ttl,
        @Nullable String subject,
        Map<String, String> claims,
        Set<String> methods,
        @Nullable String pathPrefix,
        boolean singleUse) {}
