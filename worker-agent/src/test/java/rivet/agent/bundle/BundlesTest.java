package rivet.agent.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.agent.TestBuilds;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.link.ActorSpec;

class BundlesTest {

    @TempDir
    Path folder;

    private final Map<BuildId, byte[]> stored = new ConcurrentHashMap<>();
    private final AtomicInteger opened = new AtomicInteger();

    @Test
    void those_who_want_the_same_build_share_one_download() throws Exception {
        var build = build("one");
        var go = new CountDownLatch(1);
        var bundles = new Bundles(new Bundles.Settings(folder, 1000), id -> {
            go.await();
            return open(id);
        });

        var first = bundles.fetch(build);
        var second = bundles.fetch(build);
        go.countDown();

        assertThat(first.get(5, TimeUnit.SECONDS).content())
                .hasContent("one")
                .isEqualTo(second.get(5, TimeUnit.SECONDS).content());
        assertThat(opened).hasValue(1);
    }

    @Test
    void what_was_fetched_is_there_after_a_restart_and_what_was_half_is_not() throws Exception {
        var build = build("one");
        fetch(bundles(1000), build).close();
        Files.createDirectory(folder.resolve(".new-123"));

        fetch(bundles(1000), build);

        assertThat(opened).hasValue(1);
        assertThat(folder.resolve(".new-123")).doesNotExist();
    }

    @Test
    void other_bytes_than_the_digests_are_refused_and_not_kept() throws Exception {
        var build = build("one");
        stored.put(build.id(), "two".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> fetch(bundles(1000), build))
                .hasRootCauseInstanceOf(BuildUnavailable.class)
                .hasMessageContaining(build.sha256());
        assertThat(folder).isEmptyDirectory();
        assertThat(opened).hasValue(1);
    }

    @Test
    void more_bytes_than_agreed_are_refused_before_the_disk_is_full() {
        var build = build("one");
        var bundles = new Bundles(new Bundles.Settings(folder, 1000), _ -> new Endless());

        assertThatThrownBy(() -> fetch(bundles, build)).hasMessageContaining("more than its 3 bytes");
    }

    @Test
    void broken_download_is_tried_again() throws Exception {
        var build = build("one");
        var bundles = new Bundles(new Bundles.Settings(folder, 1000), id -> {
            if (opened.get() == 0) {
                opened.incrementAndGet();
                throw new IOException("the control plane restarts");
            }
            return open(id);
        });

        assertThat(fetch(bundles, build).content()).hasContent("one");
    }

    @Test
    void source_map_of_a_module_lies_beside_it() throws Exception {
        var bundle = fetch(
                bundles(1000),
                build("run('ü')\n//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozfQ==\n"));

        assertThat(bundle.content()).hasContent("run('ü')\n//# sourceMappingURL=main.js.map\n");
        assertThat(bundle.derived(Bundle.MODULE_MAP))
                .hasValueSatisfying(map -> assertThat(map).hasContent("{\"version\":3}"));
    }

    @Test
    void module_is_untouched_where_a_text_only_looks_like_a_map() throws Exception {
        var text = "log('//# sourceMappingURL=data:application/json;base64,')\n"
                + "//# sourceMappingURL=data:application/json;base64,not a map";

        var bundle = fetch(bundles(1000), build(text));

        assertThat(bundle.content()).hasContent(text);
        assertThat(bundle.derived(Bundle.MODULE_MAP)).isEmpty();
    }

    @Test
    void builds_used_longest_ago_make_room_and_those_in_use_stay() throws Exception {
        var bundles = bundles(7);
        var used = fetch(bundles, build("used"));
        var old = fetch(bundles, build("old"));
        old.close();
        assertThat(old.content()).exists();
        var recent = fetch(bundles, build("new"));

        recent.close();

        assertThat(old.content()).doesNotExist();
        assertThat(used.content()).exists();
        assertThat(recent.content()).exists();
    }

    private Bundles bundles(long keepBytes) {
        return new Bundles(new Bundles.Settings(folder, keepBytes), this::open);
    }

    private static Bundle fetch(Bundles bundles, ActorSpec.Build build) throws Exception {
        return bundles.fetch(build).get(5, TimeUnit.SECONDS);
    }

    private InputStream open(BuildId id) {
        opened.incrementAndGet();
        return new ByteArrayInputStream(stored.getOrDefault(id, new byte[0]));
    }

    private ActorSpec.Build build(String source) {
        var bytes = source.getBytes(StandardCharsets.UTF_8);
        var build = TestBuilds.build(BuildKind.JAVASCRIPT, bytes);
        stored.put(build.id(), bytes);
        return build;
    }

    private static final class Endless extends InputStream {

        @Override
        public int read() {
            return 'x';
        }
    }
}
