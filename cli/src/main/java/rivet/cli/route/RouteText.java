package rivet.cli.route;

import rivet.cli.terminal.Failure;

final class RouteText {

    private RouteText() {}

    /** A name becomes part of a path; how long it may be is the server's affair. */
    static void checkName(String name) {
        if (!name.matches("[a-z0-9]+(-[a-z0-9]+)*")) {
            throw Failure.badInput(
                    "BAD_OPTION", "NAME: '%s' (expected: small letters, digits and single dashes)".formatted(name));
        }
    }
}
