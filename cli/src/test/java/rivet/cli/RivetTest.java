package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rivet.protocol.Wire;

final class RivetTest {

    private final Shell shell = new Shell(Path.of("").toAbsolutePath());

    @Test
    void version_is_the_one_of_the_build() {
        assertThat(shell.run("--version").out()).isEqualTo("rivet 0.1.0\n");
    }

    static Stream<String> commands() {
        return Stream.of(
                        "quickstart;dev;init;deploy;audit;login;logout;doctor;completion",
                        "build list;build get;build publish;build tag;build rollback",
                        "actor create;actor get;actor list;actor logs;actor events;actor explain;actor upgrade;actor destroy",
                        "agent list;agent get;agent cordon;agent uncordon;agent drain",
                        "region list;region recommend;route list;route set;route delete",
                        "token list;token create;token revoke;project list;project create;project delete",
                        "env list;env create;env delete;env select")
                .flatMap(each -> Stream.of(each.split(";", -1)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void each_command_has_help_with_examples_and_exit_codes(String command) {
        var ran = shell.run((command + " --help").split(" ", -1));

        assertThat(ran.exit()).isZero();
        assertThat(ran.out())
                .startsWith("Usage: rivet " + command)
                .contains("--help", "Examples:\n  ", "Exit codes:\n  0   done\n", "5   the server cannot be reached");
    }

    @Test
    void help_names_every_command() {
        assertThat(shell.run("--help").out())
                .contains(commands()
                        .map(command -> "\n  " + command.split(" ", -1)[0])
                        .toList());
    }

    @Test
    void mistyped_command_at_the_top_is_answered_with_a_guess() {
        assertThat(shell.run("deplyo").err()).contains("did you mean 'deploy'?");
        assertThat(shell.run("tokens", "list").err()).contains("did you mean 'token'?");
    }

    @Test
    void completions_are_a_script_for_the_shell() {
        var ran = shell.run("completion", "bash");

        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).startsWith("#!/usr/bin/env bash").contains("_picocli_rivet_actor_create", "--dry-run");
        assertThat(shell.run("completion", "fish").exit()).isEqualTo(2);
    }

    @Test
    void command_that_does_not_exist_is_answered_with_a_guess() {
        var ran = shell.run("actor", "creat");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains("did you mean 'create'?");
    }

    @Test
    void command_that_is_not_complete_shows_what_there_is() {
        var ran = shell.run("actor");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains("Usage: rivet actor", "create", "destroy");
    }

    @Test
    void mistake_in_the_options_is_a_json_document_too() {
        var ran = shell.run("actor", "list", "--json", "--colour");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(Wire.JSON.readTree(ran.out()).at("/error/code").asString()).isEqualTo("USAGE");
    }

    @Test
    void dev_server_is_started_by_the_script_only() {
        var ran = shell.run("dev", "--port", "1");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains("/rivet dev");
    }

    @Test
    void endpoint_that_is_none_is_told() {
        var ran = new Shell(Path.of("").toAbsolutePath())
                .with("RIVET_ENDPOINT", "localhost:6420")
                .run("region", "list");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err())
                .startsWith("error: endpoint: 'localhost:6420' (expected: a URL such as http://127.0.0.1:6420)");
    }
}
