package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.ACTOR;
import static rivet.cli.StubControlPlane.BUILD;
import static rivet.cli.StubControlPlane.actor;
import static rivet.cli.StubControlPlane.oneActor;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.Wire;

/** Keys, waiting, dry runs, and what is done to many at once. */
final class ActorOperationsTest {

    private static final String BUILDS = """
            {"builds": [{"id": "%s", "name": "room", "created_at": "2026-01-02T03:04:05Z", "content_length": 1,
              "tags": {"name": "room", "current": "true"}}]}""".formatted(BUILD);

    private static final String CHECKPOINTS = "/actors/%s/checkpoints".formatted(ACTOR);

    private static final String CHECKPOINT = """
            {"number": 3, "cause": "asked", "taken_at": "2026-01-02T03:04:05Z", "generation": 1,
             "kv": {"entries": 2, "bytes": 7}, "dir": {"bytes": 1024, "stored_bytes": 99}}""";

    private static final String RESTORED = "{\"checkpoint\": %s, \"undo\": 8}".formatted(CHECKPOINT);

    @TempDir
    Path folder = Path.of("");

    @AutoClose
    private final StubControlPlane server = new StubControlPlane(0);

    @Test
    void key_gets_or_creates_of_the_only_current_build() {
        server.answer("GET /builds", 200, BUILDS)
                .answer("PUT /actors", 200, "{\"actor\": %s, \"created\": false}".formatted(actor("running")));

        var ran = shell().run("actor", "create", "--key", "room-7", "--json");

        assertThat(server.requestLines().getLast())
                .isEqualTo(
                        "PUT /actors {\"tags\":{},\"key\":\"room-7\",\"build_tags\":{\"current\":\"true\",\"name\":\"room\"},"
                                + "\"lifecycle\":{\"durable\":false}}");
        assertThat(Wire.JSON.readTree(ran.out()).path("created").asBoolean(true))
                .isFalse();
        assertThat(Wire.JSON.readTree(ran.out()).at("/actor/id").asString()).isEqualTo(ACTOR);
    }

    @Test
    void key_is_shown() {
        server.answer(
                "GET /actors/" + ACTOR,
                200,
                oneActor("running").replace("\"state\"", "\"key\": \"room-7\", \"state\""));

        assertThat(shell().run("actor", "get", ACTOR).out()).contains("key      room-7\n");
    }

    @Test
    void build_is_not_guessed_among_several() {
        server.answer("GET /builds", 200, BUILDS.replace("]}", """
                , {"id": "%s", "name": "hall", "created_at": "2026-01-02T03:04:05Z", "content_length": 1,
                  "tags": {"name": "hall", "current": "true"}}]}""".formatted(ACTOR)));

        var ran = shell().run("actor", "create", "--key", "room-7");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).startsWith("error: which build? there are room, hall (expected: --build ID,");
    }

    @Test
    void dry_run_says_what_is_against_each_agent() {
        server.answer("POST /actors", 200, """
                {"fits": false, "region": "local", "build": "%s", "resources": {"cpu": 250, "memory": 256}, "agents": [
                  {"agent": "a1", "region": "local", "fits": false, "reasons": ["no_cpu", "no_memory"]}]}""".formatted(BUILD));

        var ran = shell().run("actor", "create", "-b", "name=room", "--dry-run");

        assertThat(server.requestLines().getFirst()).startsWith("POST /actors?dry_run=true {");
        assertThat(ran.out()).isEqualTo("""
                        it would wait for room; nothing was created
                        region   local
                        build    %s
                        needs    250 millicores, 256 MiB

                        AGENT  REGION  FITS  BECAUSE
                        a1     local   no    no_cpu, no_memory
                        """.formatted(BUILD));
    }

    @Test
    void wait_ends_with_an_error_where_the_actor_does_not_start() {
        server.answer("POST /actors", 200, oneActor("starting"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("starting"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("destroyed"))
                .answer("GET /actors/%s/explain".formatted(ACTOR), 404, problem("API_NOT_FOUND"))
                .answer("GET /actors/logs", 200, noLogs());

        var ran = shell().run("actor", "create", "-t", "name=room", "--wait");

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err())
                .startsWith("error: actor %s did not start: destroyed; it printed nothing".formatted(ACTOR));
    }

    @Test
    void many_are_destroyed_only_if_somebody_says_yes() {
        server.answer("GET /actors", 200, "{\"actors\": [%s], \"pagination\": {}}".formatted(actor("running")))
                .answer("POST /actors/destroy", 200, "{\"count\": 1}")
                .answer("GET /actors/" + ACTOR, 200, oneActor("destroyed"));

        var script = shell().run("actor", "destroy", "-t", "room=7");
        var no = shell().typing("\n").run("actor", "destroy", "-t", "room=7");
        assertThat(List.of(script.exit(), no.exit())).containsExactly(2, 2);
        assertThat(script.err()).startsWith("error: end 1 actors with room=7? (expected: --yes, ");
        assertThat(server.requestLines()).noneMatch(line -> line.startsWith("POST"));

        var yes = shell().typing("y\n").run("actor", "destroy", "-t", "room=7", "--kill-timeout", "0", "--wait");
        assertThat(yes.exit()).isZero();
        assertThat(yes.out()).startsWith("1 actors were told to end, and have\n");
        assertThat(server.requestLines())
                .contains("POST /actors/destroy {\"tags\":{\"room\":\"7\"},\"override_kill_timeout\":0}");
    }

    @Test
    void one_is_put_to_sleep_and_woken() {
        server.answer("POST /actors/%s/sleep".formatted(ACTOR), 200, "{}")
                .answer("POST /actors/%s/wake".formatted(ACTOR), 200, "{}")
                .answer("GET /actors/" + ACTOR, 200, oneActor("running"));

        assertThat(shell().run("actor", "sleep", ACTOR).exit()).isZero();
        var woken = shell().run("actor", "wake", ACTOR, "--wait");

        assertThat(woken.out()).startsWith("actor %s is running\n".formatted(ACTOR));
        assertThat(server.requestLines())
                .contains("POST /actors/%s/sleep".formatted(ACTOR), "POST /actors/%s/wake".formatted(ACTOR));
    }

    @Test
    void who_waits_for_its_sleep_is_answered_when_it_sleeps() {
        server.answer("POST /actors/%s/sleep".formatted(ACTOR), 200, "{}")
                .answer("GET /actors/" + ACTOR, 200, oneActor("running"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("stopping"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("sleeping"));

        var ran = shell().run("actor", "sleep", ACTOR, "--wait");

        assertThat(ran.err()).isEqualTo("putting it to sleep: it is stopping\n");
        assertThat(ran.out()).startsWith("actor %s is sleeping\n".formatted(ACTOR));
    }

    @Test
    void a_store_in_use_is_told_with_the_command_that_puts_its_actor_to_sleep() {
        var entry = "/actors/%s/kv/entry".formatted(ACTOR);
        server.answer("PUT " + entry, 409, problem("KV_IN_USE")).answer("DELETE " + entry, 409, problem("KV_IN_USE"));

        var put = shell().run("actor", "kv", "put", ACTOR, "count", "7");
        var deleted = shell().run("actor", "kv", "delete", ACTOR, "count");

        assertThat(List.of(put.exit(), deleted.exit())).containsExactly(1, 1);
        assertThat(put.err()).contains("KV_IN_USE", "'rivet actor sleep %s --wait' has it so".formatted(ACTOR));
        assertThat(deleted.err()).contains("'rivet actor sleep %s --wait' has it so".formatted(ACTOR));
    }

    @Test
    void a_long_store_is_listed_page_by_page_and_exported_in_part() {
        var kv = "/actors/%s/kv".formatted(ACTOR);
        server.answer("GET " + kv, 200, "{\"entries\": [], \"pagination\": {\"cursor\": \"IGE\"}}")
                .answer("GET " + kv, 200, "{\"entries\": [], \"pagination\": {}}");

        var first = shell().run("actor", "kv", "list", ACTOR, "--prefix", "[\"p\"]", "--limit", "7");
        var last = shell().run("actor", "kv", "list", ACTOR, "--prefix", "[\"p\"]", "--cursor", "IGE");
        shell().run("actor", "kv", "export", ACTOR, "--prefix", "user:");

        assertThat(first.out()).contains("there are more: --cursor IGE\n");
        assertThat(last.out()).doesNotContain("there are more");
        assertThat(server.requestLines())
                .containsExactly(
                        "GET %s?limit=7&prefix=%%5B%%22p%%22%%5D".formatted(kv),
                        "GET %s?limit=100&prefix=%%5B%%22p%%22%%5D&cursor=IGE".formatted(kv),
                        "GET %s?limit=1000&prefix=%%22user%%3A%%22".formatted(kv));
    }

    @Test
    void a_store_is_listed_exported_and_mended() {
        var kv = "/actors/%s/kv".formatted(ACTOR);
        var entry = """
                {"key": ["player", "ada"], "version": 3, "size": 12, "kind": "json", "json": {"score": 12}, "exact": true,
                 "base64": "AA=="}""";
        server.answer("GET " + kv, 200, "{\"entries\": [%s], \"pagination\": {}}".formatted(entry))
                .answer("GET " + kv + "/entry", 200, "{\"entry\": %s}".formatted(entry))
                .answer("PUT " + kv + "/entry", 200, "{\"version\": 4}")
                .answer("DELETE " + kv + "/entry", 200, "{\"version\": 5}");

        assertThat(shell().run("actor", "kv", "list", ACTOR).out())
                .contains("[\"player\",\"ada\"]  3        12 B  {\"score\":12}");
        assertThat(shell().run("actor", "kv", "get", ACTOR, "[\"player\",\"ada\"]")
                        .out())
                .isEqualTo("{\"score\":12}\n");
        assertThat(shell().run("actor", "kv", "export", ACTOR).out())
                .startsWith("{\"key\":[\"player\",\"ada\"],\"version\":3,")
                .hasLineCount(1);
        shell().run("actor", "kv", "put", ACTOR, "count", "--counter", "41", "--if-version", "0");
        shell().run("actor", "kv", "put", ACTOR, "[1]", "some words");
        assertThat(shell().run("actor", "kv", "delete", ACTOR, "count").exit()).isZero();

        assertThat(server.requestLines())
                .contains(
                        "PUT " + kv + "/entry {\"key\":\"count\",\"counter\":41,\"version\":0}",
                        "PUT " + kv + "/entry {\"key\":[1],\"json\":\"some words\"}",
                        "DELETE " + kv + "/entry?key=%22count%22");
    }

    @Test
    void a_value_is_given_once() {
        var none = shell().run("actor", "kv", "put", ACTOR, "count");
        var two = shell().run("actor", "kv", "put", ACTOR, "count", "7", "--counter", "7");

        assertThat(List.of(none.exit(), two.exit())).containsExactly(2, 2);
        assertThat(two.err()).contains("one of VALUE, --counter and --base64");
    }

    @Test
    void checkpoints_are_listed_and_made() {
        server.answer("GET " + CHECKPOINTS, 200, "{\"checkpoints\": [%s]}".formatted(CHECKPOINT))
                .answer("POST " + CHECKPOINTS, 200, "{\"checkpoint\": %s}".formatted(CHECKPOINT));

        assertThat(shell().run("actor", "checkpoint", "list", ACTOR).out())
                .contains("3       asked  2026-01-02T03:04:05Z  1           2 entries, 7 B  1.0 KiB\n");
        assertThat(shell().run("actor", "checkpoint", "create", ACTOR).out())
                .startsWith("checkpoint 3, with its store and directory\n");
    }

    @Test
    void one_that_sleeps_is_restored_if_somebody_says_yes() {
        restorable();
        server.answer("GET /actors/" + ACTOR, 200, oneActor("sleeping"));

        var script = shell().run("actor", "checkpoint", "restore", ACTOR, "3");
        var no = shell().typing("\n").run("actor", "checkpoint", "restore", ACTOR, "3");
        assertThat(List.of(script.exit(), no.exit())).containsExactly(2, 2);
        assertThat(script.err())
                .contains("back to checkpoint 3 of 2026-01-02T03:04:05Z, with its store and directory?", "--yes");
        var other = shell().run("actor", "checkpoint", "restore", ACTOR, "4", "--yes");
        assertThat(other.exit()).isEqualTo(3);
        assertThat(server.requestLines()).noneMatch(line -> line.startsWith("POST"));

        var yes = shell().typing("y\n").run("actor", "checkpoint", "restore", ACTOR, "3");

        assertThat(yes.out())
                .contains(
                        "; it still sleeps\n", "what it had before is checkpoint 8\n", "restore %s 8".formatted(ACTOR));
        assertThat(server.requestLines()).noneMatch(line -> line.endsWith("/sleep") || line.endsWith("/wake"));
    }

    @Test
    void one_that_runs_is_put_to_sleep_restored_and_woken_again() {
        restorable();
        server.answer("GET /actors/" + ACTOR, 200, oneActor("running"));
        var refused = shell().run("actor", "checkpoint", "restore", ACTOR, "3", "--yes");
        assertThat(refused.err()).contains("is running", "--sleep");

        // Somebody wakes it between the question and the restore.
        server.instead("GET /actors/" + ACTOR, 200, oneActor("sleeping"))
                .instead("POST " + CHECKPOINTS + "/3/restore", 409, problem("ACTOR_NOT_ASLEEP"));
        var woken = shell().run("actor", "checkpoint", "restore", ACTOR, "3", "--yes");
        assertThat(woken.err()).contains("ACTOR_NOT_ASLEEP", "--sleep puts it to sleep");

        // Somebody wakes it between its sleep and the restore.
        server.instead("POST " + CHECKPOINTS + "/3/restore", 409, problem("ACTOR_NOT_ASLEEP"))
                .answer("POST " + CHECKPOINTS + "/3/restore", 200, RESTORED)
                .answer("POST /actors/%s/sleep".formatted(ACTOR), 200, "{}")
                .answer("POST /actors/%s/wake".formatted(ACTOR), 200, "{}")
                .instead("GET /actors/" + ACTOR, 200, oneActor("running"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("stopping"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("sleeping"));

        var ran = shell().run("actor", "checkpoint", "restore", ACTOR, "3", "--yes", "--sleep", "--json");

        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.err()).contains("putting it to sleep: it is stopping", "somebody woke it: once more");
        assertThat(Wire.JSON.readTree(ran.out()).path("undo").asLong()).isEqualTo(8);
        assertThat(server.requestLines().stream()
                        .filter(line -> line.startsWith("POST"))
                        .toList())
                .containsExactly(
                        "POST " + CHECKPOINTS + "/3/restore",
                        "POST /actors/%s/sleep".formatted(ACTOR),
                        "POST " + CHECKPOINTS + "/3/restore",
                        "POST /actors/%s/sleep".formatted(ACTOR),
                        "POST " + CHECKPOINTS + "/3/restore",
                        "POST /actors/%s/wake".formatted(ACTOR));
    }

    private void restorable() {
        server.answer("GET " + CHECKPOINTS, 200, "{\"checkpoints\": [%s]}".formatted(CHECKPOINT))
                .answer("POST " + CHECKPOINTS + "/3/restore", 200, RESTORED);
    }

    private Shell.Ran upgradeOf(String state) {
        server.answer("GET /actors/" + ACTOR, 200, oneActor(state));
        return upgradeOf();
    }

    private Shell.Ran upgradeOf() {
        server.answer(
                        "GET /builds/" + BUILD,
                        200,
                        "{\"build\": %s}".formatted(BUILDS.substring(12, BUILDS.length() - 2)))
                .answer("GET /builds", 200, BUILDS)
                .answer("POST /actors/%s/upgrade".formatted(ACTOR), 200, "{}");
        return shell().run("actor", "upgrade", ACTOR, "--wait");
    }

    @Test
    void upgrade_of_one_that_sleeps_does_not_wait_for_it_to_run() {
        var ran = upgradeOf("sleeping");

        assertThat(ran.out()).startsWith("actor %s is sleeping on build %s\n".formatted(ACTOR, BUILD));
    }

    @Test
    void upgrade_that_was_rolled_back_fails_with_the_reason() {
        var rolledBack = """
                {"actor": {"upgrade": {"build": "%1$s", "previous_build": "%1$s", "state": "rolled_back",
                 "message": "it is deaf"},""".formatted(BUILD);
        server.answer("GET /actors/" + ACTOR, 200, oneActor("running").replaceFirst("\\{\"actor\": \\{", rolledBack));

        var ran = upgradeOf();

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err())
                .contains("UPGRADE_ROLLED_BACK", "did not become ready: it is deaf", "rivet actor logs " + ACTOR);
    }

    @Test
    void upgrade_takes_the_current_build_of_the_same_name() {
        var ran = upgradeOf("running");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).startsWith("actor %s is running on build %s\n".formatted(ACTOR, BUILD));
        assertThat(server.requestLines())
                .contains("POST /actors/%s/upgrade {\"build\":\"%s\"}".formatted(ACTOR, BUILD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stopped", "superseded"})
    void some_at_a_time_is_followed_until_it_is_over_and_fails_if_it_was_stopped(String state) {
        server.answer("GET /actors", 200, "{\"actors\": [%s], \"pagination\": {}}".formatted(actor("running")))
                .answer("POST /actors/upgrade", 200, "{\"count\": 3, \"rollout\": \"r1\"}")
                .answer("GET /rollouts/r1", 200, rollout("running", 1))
                .answer("GET /rollouts/r1", 200, rollout(state, 1));

        var ran = shell().run(
                        "actor", "upgrade", "-t", "name=room", "--batch-size", "2", "--pause", "5", "--wait", "--yes");

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err())
                .contains(
                        "upgrade r1 is running: 1 of 3 actors ready, 2 told",
                        "UPGRADE_STOPPED",
                        "upgrade r1 is " + state,
                        "actor a is deaf");
        assertThat(server.requestLines()).anyMatch(line -> line.contains("\"batch_size\":2,\"pause_ms\":5"));
    }

    @Test
    void alarms_are_listed() {
        var id = "00000000-0000-4000-8000-000000000001";
        server.answer("GET /actors/%s/alarms".formatted(id), 200, """
                {"alarms": [
                  {"name": "once", "next_at": "2026-01-01T00:00:00Z", "failures": 2, "payload_bytes": 7},
                  {"name": "sweep", "next_at": "2026-01-01T00:00:00Z", "every_ms": 60000, "failures": 0, "payload_bytes": 0},
                  {"name": "work", "next_at": "2026-01-01T00:00:00Z", "cron": "0 9 * * *", "time_zone": "UTC", "failures": 0,
                   "payload_bytes": 0}]}""");

        var printed = shell().run("actor", "alarms", id).out();

        assertThat(printed)
                .containsPattern("once +2026-01-01T00:00:00Z +once +2 +7 B")
                .containsPattern("sweep +2026-01-01T00:00:00Z +every PT1M +0")
                .containsPattern("work +2026-01-01T00:00:00Z +0 9 \\* \\* \\* \\(UTC\\) +0");
    }

    @Test
    void upgrades_are_listed_and_cancelled() {
        server.answer("GET /rollouts", 200, "{\"rollouts\": []}")
                .answer("DELETE /rollouts/r1", 200, rollout("cancelled", 2));

        assertThat(shell().run("actor", "upgrades").out()).isEqualTo("no upgrades\n");
        assertThat(shell().run("actor", "upgrades", "r1", "--cancel").out())
                .startsWith("upgrade r1 is cancelled: 2 of 3 actors ready, 2 told");
    }

    private static String rollout(String state, int ready) {
        return """
                {"rollout": {"id": "r1", "build": "b", "tags": {"name": "room"}, "state": "%s", "reason": "actor a is deaf", "total": 3,
                 "begun": 2, "ready": %d, "rolled_back": 0, "gone": 0, "batch_size": 2, "pause_ms": 5,
                 "created_at": "2026-01-02T03:04:01Z"}}""".formatted(state, ready);
    }

    @Test
    void many_are_upgraded_by_the_name_in_their_tags() {
        server.answer("GET /actors", 200, "{\"actors\": [%s], \"pagination\": {}}".formatted(actor("running")))
                .answer("POST /actors/upgrade", 200, "{\"count\": 1}");

        var ran = shell().run("actor", "upgrade", "-t", "name=room", "--yes", "--json");

        assertThat(ran.out().strip()).isEqualTo("{\n  \"count\" : 1\n}");
        assertThat(Wire.JSON.readTree(server.requests().getLast().body())).isEqualTo(Wire.JSON.readTree("""
                {"tags": {"name": "room"}, "build_tags": {"name": "room", "current": "true"}}"""));
    }

    @Test
    void explain_says_why() {
        server.answer("GET /actors/%s/explain".formatted(ACTOR), 200, """
                {"state": "crash_backoff", "reason": "crashed", "since": "2026-01-02T03:04:05Z", "message": "It crashed.",
                 "generation": 3, "agent": "a1", "next_attempt_at": "2026-01-02T03:04:09Z", "exit_code": 1,
                 "last_logs": ["boom"]}""");

        assertThat(shell().run("actor", "explain", ACTOR).out()).startsWith("""
                        state    crash_backoff
                        reason   crashed
                        since    2026-01-02T03:04:05Z
                        because  It crashed.
                        start    3
                        agent    a1
                        next     2026-01-02T03:04:09Z
                        exit     1
                        its last lines:
                          boom
                        """);
    }

    @Test
    void explain_says_where_in_the_queue_and_until_when() {
        server.answer("GET /actors/%s/explain".formatted(ACTOR), 200, """
                {"state": "pending", "reason": "no_capacity", "since": "2026-01-02T03:04:05Z", "message": "It waits.",
                 "generation": 0, "queue_position": 3, "place_by": "2026-01-02T03:05:05Z", "last_logs": []}""");

        assertThat(shell().run("actor", "explain", ACTOR).out())
                .contains("\nqueue    3\nplace by 2026-01-02T03:05:05Z\n");
    }

    @Test
    void get_says_where_in_the_queue_it_is() {
        server.answer(
                "GET /actors/" + ACTOR,
                200,
                oneActor("pending")
                        .replace("\"state\"", "\"reason\": \"no_capacity\", \"queue_position\": 7, \"state\""));

        assertThat(shell().run("actor", "get", ACTOR).out()).contains("state    pending (no_capacity)\nqueue    7\n");
    }

    @Test
    void events_are_all_pages() {
        server.answer("GET /actors/%s/events".formatted(ACTOR), 200, """
                        {"events": [{"id": "1", "time": "2026-01-02T03:04:01Z", "state": "pending", "generation": 1}], "pagination": {"cursor": "c"}}""")
                .answer("GET /actors/%s/events".formatted(ACTOR), 200, """
                        {"events": [{"id": "2", "time": "2026-01-02T03:04:02Z", "state": "destroyed", "generation": 1, "reason": "crashed", "exit_code": 1}],
                         "pagination": {}}""");

        assertThat(shell().run("actor", "events", ACTOR).out())
                .startsWith(
                        "2026-01-02T03:04:01Z  pending  generation 1\n2026-01-02T03:04:02Z  destroyed  crashed  generation 1  exit 1\n");
    }

    @Test
    void events_are_followed_until_the_end() {
        server.answer("GET /actors/%s/events".formatted(ACTOR), 200, """
                : hello

                id: 1
                data: {"id": "1", "time": "2026-01-02T03:04:01Z", "state": "running", "generation": 1}

                id: 2
                data: {"id": "2", "time": "2026-01-02T03:04:02Z", "state": "destroyed", "generation": 1}

                data: {"id": "3", "time": "2026-01-02T03:04:03Z", "state": "never shown", "generation": 1}

                """);

        var ran = shell().run("actor", "events", "-f", ACTOR);

        assertThat(ran.out())
                .isEqualTo(
                        "2026-01-02T03:04:01Z  running  generation 1\n2026-01-02T03:04:02Z  destroyed  generation 1\n");
        assertThat(server.requests().getFirst().headers().get("Accept")).containsExactly("text/event-stream");
    }

    @Test
    void refused_stream_is_told_as_any_refusal() {
        server.answer("GET /actors/%s/events".formatted(ACTOR), 404, problem("ACTOR_NOT_FOUND"));

        assertThat(shell().run("actor", "events", "-f", ACTOR).exit()).isEqualTo(3);
    }

    @Test
    void logs_are_searched_by_the_server() {
        server.answer("GET /actors/logs", 200, noLogs());

        shell().run("actor", "logs", ACTOR, "--regex", "a+b");

        assertThat(server.requestLines().getFirst())
                .endsWith("&search_text=a%2Bb&search_enable_regex=true&search_case_sensitive=false");
    }

    @Test
    void bad_options_are_told_without_asking_the_server() {
        for (var bad : List.of(
                "actor destroy",
                "actor destroy x",
                "actor destroy " + ACTOR + " -t a=b",
                "actor upgrade -t a=b --wait",
                "actor upgrade " + ACTOR + " --batch-size 2",
                "actor upgrade -t a=b --percentage 2 --policy next_start",
                "actor upgrades --cancel",
                "actor upgrade " + ACTOR + " --build x",
                "actor events x",
                "actor explain x",
                "actor logs " + ACTOR + " --search a --regex b",
                "actor create -t name=x --dry-run --wait",
                "region recommend --lat 5",
                "region recommend --lat north --long 5")) {
            var ran = shell().run(bad.split(" ", -1));

            assertThat(ran.exit()).as(bad).isEqualTo(2);
            assertThat(ran.err()).as(bad).startsWith("error: ");
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void region_is_recommended_for_a_place() {
        server.answer("GET /regions/recommend", 200, "{\"region\": {\"id\": \"fra\", \"name\": \"Frankfurt\"}}");

        assertThat(shell().run("region", "recommend", "--lat", "50.1", "--long", "8.7")
                        .out())
                .startsWith("fra  Frankfurt\n");
        assertThat(server.requestLines()).containsExactly("GET /regions/recommend?lat=50.1&long=8.7");
    }

    private static String noLogs() {
        return """
                {"actor_ids": [], "lines": [], "timestamps": [], "streams": [], "actor_indices": [], "watch": {"index": "1"}}""";
    }

    private static String problem(String code) {
        return "{\"code\": \"" + code + "\", \"message\": \"no\", \"ray_id\": \"r\"}";
    }

    private Shell shell() {
        return new Shell(folder).at(server.uri());
    }
}
