package rivet.controlplane.auth;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.Texts;

/** What may be asked of a new token, field by field. */
final class TokenChecks {

    private static final int LONGEST_NAME = 64;

    private TokenChecks() {}

    static String name(@Nullable String name) {
        if (name == null
                || name.isBlank()
                || name.length() > LONGEST_NAME
                || !Texts.storable(name)
                || name.chars().anyMatch(Character::isISOControl)) {
            throw Problem.badField("name", name, "1 to %d characters, no control characters".formatted(LONGEST_NAME));
        }
        return name;
    }

    static Set<Scope> scopes(@Nullable List<@Nullable String> texts) {
        var expected = "one or more of admin, deploy, actors, read";
        if (texts == null || texts.isEmpty()) {
            throw Problem.badField("scopes", texts, expected);
        }
        var scopes = EnumSet.noneOf(Scope.class);
        for (var text : texts) {
            scopes.add(Scope.of(String.valueOf(text)).orElseThrow(() -> Problem.badField("scopes", text, expected)));
        }
        return scopes;
    }
}
