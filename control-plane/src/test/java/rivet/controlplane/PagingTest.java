package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A page is never larger than promised, and all pages together hold everything once. */
@ControlPlaneTest
class PagingTest {

    private static final int PAGE = 32;

    private final Api api;
    private final TestDatabase database;

    PagingTest(Api api, TestDatabase database) {
        this.api = api;
        this.database = database;
        if (database.count("build") == 0) {
            api.build("paged.tar", "{\"name\": \"paged\"}");
        }
    }

    @Test
    void each_is_visited_once_while_others_are_created() {
        var before = create("busy", 2 * PAGE + 7);
        var visited = new ArrayList<String>();

        var cursor = "";
        do {
            var page = page("busy", cursor);
            visited.addAll(page.ids());
            cursor = page.cursor();
            create("busy", 3);
        } while (!cursor.isEmpty());

        assertThat(visited).doesNotHaveDuplicates().containsExactlyElementsOf(before.reversed());
    }

    /** The database's clock may say the same instant of many, and all of them must be found. */
    @Test
    void those_created_at_the_same_instant_are_visited_once_each() {
        var before = create("same", 2 * PAGE + 1);
        database.jdbc()
                .sql("update actor set created_at = '2026-01-02T03:04:05.678901Z' where tags ->> 'set' = 'same'")
                .update();

        var first = page("same", "");
        var second = page("same", first.cursor());
        var third = page("same", second.cursor());

        assertThat(first.ids()).hasSize(PAGE);
        assertThat(second.ids()).hasSize(PAGE);
        assertThat(third.ids()).hasSize(1);
        assertThat(third.cursor()).isEmpty();
        var all = new HashSet<>(first.ids());
        all.addAll(second.ids());
        all.addAll(third.ids());
        assertThat(all).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void a_full_last_page_has_no_cursor() {
        create("full", PAGE);

        assertThat(page("full", "").ids()).hasSize(PAGE);
        assertThat(page("full", "").cursor()).isEmpty();
    }

    @Test
    void nothing_is_an_empty_page() {
        assertThat(page("nothing", "").ids()).isEmpty();
        assertThat(page("nothing", "").cursor()).isEmpty();
    }

    private record Page(List<String> ids, String cursor) {}

    private Page page(String set, String cursor) {
        var tags = Api.encoded("{\"set\": \"%s\"}".formatted(set));
        var answer = Api.require(api.get("/actors?tags_json=%s&cursor=%s".formatted(tags, cursor)));
        var ids = answer.body()
                .path("actors")
                .valueStream()
                .map(actor -> actor.path("id").asString())
                .toList();
        return new Page(ids, answer.text("/pagination/cursor"));
    }

    private List<String> create(String set, int count) {
        var body = "{\"tags\": {\"set\": \"%s\"}, \"build_tags\": {\"name\": \"paged\"}}".formatted(set);
        return Collections.nCopies(count, body).stream()
                .map(actor -> api.actor(actor).toString())
                .toList();
    }
}
