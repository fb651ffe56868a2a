package rivet.agent.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackTest {

    private static final Unpack.Bounds SMALL = new Unpack.Bounds(100, 1 << 20, 200);

    @TempDir
    Path folder;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private TarArchiveOutputStream tar;

    @BeforeEach
    void open() throws IOException {
        // A sibling with a longer name: the classic trap of comparing paths as text.
        Files.createDirectory(folder.resolve("target-sibling"));
        tar = new TarArchiveOutputStream(bytes);
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    @Test
    void files_folders_and_links_inside_are_unpacked_without_special_rights() throws Exception {
        file("bin/start", 06755, "run");
        file("data/readme", 0600, "text");
        link("bin/again", "start", TarConstants.LF_SYMLINK);
        link("copy", "data/readme", TarConstants.LF_LINK);

        unpack();

        assertThat(target("bin/again")).hasContent("run");
        assertThat(target("copy")).hasContent("text");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target("bin/start"))))
                .isEqualTo("rwxr-xr-x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target("data/readme"))))
                .isEqualTo("rw-r--r--");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../out",
                "a/../../out",
                "/etc/out",
                "../target-sibling/out",
                "a\\..\\..\\out",
                "./../out",
                "a/b/../../../out"
            })
    void name_that_leads_out_is_refused_by_its_name(String name) throws Exception {
        file(name, 0644, "x");

        assertRefused(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "/etc", "../target-sibling", ".."})
    void link_that_leads_out_is_refused(String to) throws Exception {
        link("link", to, TarConstants.LF_SYMLINK);

        assertRefused(to);
    }

    @Test
    void nothing_is_written_through_a_link() throws Exception {
        file("a/x", 0644, "x");
        link("link", "a", TarConstants.LF_SYMLINK);
        file("link/evil", 0644, "evil");

        assertRefused("link/evil");
    }

    @Test
    void hard_link_to_the_outside_is_refused() throws Exception {
        link("link", "../secret", TarConstants.LF_LINK);

        assertRefused("../secret");
    }

    @Test
    void device_is_refused() throws Exception {
        link("device", "", TarConstants.LF_CHR);

        assertRefused("device");
    }

    @Test
    void bomb_is_stopped_at_the_bound() throws Exception {
        file("start", 0755, "x".repeat(2 << 20));
        tar.finish();
        var stored = Files.write(folder.resolve("stored"), gzip(bytes.toByteArray()));

        assertThatThrownBy(() -> new Unpack(SMALL).tar(stored, "gzip", folder.resolve("target")))
                .isInstanceOf(BuildUnavailable.class)
                .hasMessageContaining("more than 1048576 bytes");
    }

    @Test
    void too_many_entries_are_refused() throws Exception {
        for (int i = 0; i < 101; i++) {
            file("f" + i, 0644, "");
        }

        assertRefused("more than 100 entries");
    }

    @Test
    void lz4_and_gzip_are_read() throws Exception {
        var text = "text ".repeat(1000);
        var lz4 = new ByteArrayOutputStream();
        try (var out = new FramedLZ4CompressorOutputStream(lz4)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }

        assertThat(content("lz4", lz4.toByteArray())).hasContent(text);
        assertThat(content("gzip", gzip(text.getBytes(StandardCharsets.UTF_8)))).hasContent(text);
    }

    @Test
    void lz4_bomb_is_stopped_at_the_bound() throws Exception {
        var bomb = lz4(new byte[8 << 20]);

        assertThatThrownBy(() -> content("lz4", bomb))
                .isInstanceOf(BuildUnavailable.class)
                .hasMessageContaining("more than 1048576 bytes");
        assertThat(bomb.length).isLessThan(1 << 16);
    }

    @Test
    void lz4_that_was_damaged_is_never_taken_for_whole() throws Exception {
        var whole = lz4("text ".repeat(1000).getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < whole.length; i++) {
            var damaged = whole.clone();
            damaged[i] ^= 0x40;
            assertThatThrownBy(() -> content("lz4", damaged)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> content("lz4", java.util.Arrays.copyOf(whole, whole.length - 9)))
                .isInstanceOf(IOException.class);
    }

    private static byte[] lz4(byte[] plain) throws IOException {
        var stored = new ByteArrayOutputStream();
        try (var out = new FramedLZ4CompressorOutputStream(stored)) {
            out.write(plain);
        }
        return stored.toByteArray();
    }

    private Path content(String compression, byte[] stored) throws IOException {
        var file = Files.write(folder.resolve(compression), stored);
        var content = folder.resolve(compression + ".content");
        new Unpack(SMALL).file(file, compression, content);
        return content;
    }

    private void assertRefused(String message) throws IOException {
        assertThatThrownBy(this::unpack).isInstanceOf(BuildUnavailable.class).hasMessageContaining(message);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("target-sibling", "stored", "target");
        }
        assertThat(folder.resolve("target-sibling")).isEmptyDirectory();
        assertThat(target("a/evil")).doesNotExist();
    }

    private void unpack() throws IOException {
        tar.finish();
        var stored = Files.write(folder.resolve("stored"), bytes.toByteArray());
        new Unpack(SMALL).tar(stored, "none", folder.resolve("target"));
    }

    private Path target(String name) {
        return folder.resolve("target").resolve(name);
    }

    private void file(String name, int mode, String content) throws IOException {
        var entry = new TarArchiveEntry(name, true);
        var text = content.getBytes(StandardCharsets.UTF_8);
        entry.setName(name);
        entry.setMode(mode);
        entry.setSize(text.length);
        tar.putArchiveEntry(entry);
        tar.write(text);
        tar.closeArchiveEntry();
    }

    private void link(String name, String to, byte kind) throws IOException {
        var entry = new TarArchiveEntry(name, kind);
        entry.setLinkName(to);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }
}
