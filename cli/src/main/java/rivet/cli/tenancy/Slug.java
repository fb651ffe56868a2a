package rivet.cli.tenancy;

import rivet.cli.terminal.Failure;

/** The name of a project or an environment, which becomes part of a path. */
final class Slug {

    private Slug() {}

    static String check(String slug) {
        if (!slug.matches("[a-z0-9]+(-[a-z0-9]+)*")) {
            throw Failure.badInput(
                    "BAD_OPTION", "SLUG: '%s' (expected: small letters, digits and single dashes)".formatted(slug));
        }
        return slug;
    }
}
