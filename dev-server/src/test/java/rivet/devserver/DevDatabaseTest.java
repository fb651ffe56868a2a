package rivet.devserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevDatabaseTest {

    private static final Path TOOLS =
            Path.of("../.rivet/tools").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    @Test
    void what_was_written_is_there_after_a_restart() throws Exception {
        try (var first = DevDatabase.start(folder, TOOLS)) {
            run(first, "create table kept(n int)");
            run(first, "insert into kept values (7)");
        }

        try (var second = DevDatabase.start(folder, TOOLS)) {
            assertThat(ask(second, "select n from kept")).isEqualTo("7");
        }
    }

    @Test
    void nobody_gets_in_without_the_password() throws Exception {
        try (var database = DevDatabase.start(folder, TOOLS)) {
            var url = (String) database.settings().get("spring.datasource.url");

            assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres", "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        }
        assertThat(Files.getPosixFilePermissions(folder.resolve("password"))).hasSize(2);
    }

    @Test
    void a_commit_is_on_the_disk_before_it_is_acknowledged() throws Exception {
        try (var database = DevDatabase.start(folder, TOOLS)) {
            assertThat(ask(database, "show fsync")).isEqualTo("on");
            assertThat(ask(database, "show full_page_writes")).isEqualTo("on");
            assertThat(ask(database, "show synchronous_commit")).isEqualTo("on");
        }
    }

    private static Connection connect(DevDatabase database) throws SQLException {
        var settings = database.settings();
        return DriverManager.getConnection(
                (String) settings.get("spring.datasource.url"),
                (String) settings.get("spring.datasource.username"),
                (String) settings.get("spring.datasource.password"));
    }

    private static void run(DevDatabase database, String sql) throws SQLException {
        try (var connection = connect(database);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(DevDatabase database, String sql) throws SQLException {
        try (var connection = connect(database);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
