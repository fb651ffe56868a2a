package rivet.controlplane.query;

import org.jspecify.annotations.Nullable;

/** Names a value of a row. @param mapKey present exactly where the property is a map */
public record KeyPath(String property, @Nullable String mapKey) {}
