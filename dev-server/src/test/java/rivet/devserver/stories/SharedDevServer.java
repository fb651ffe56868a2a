package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One dev server for all classes that ask for it as a parameter; each uses names and tags of its own. */
final class SharedDevServer implements ParameterResolver {

    /** @param work a folder for copies of examples */
    record Running(RunningDevServer server, Path work) implements AutoCloseable {

        /** Runs a script against it, which ends with an exception if anything is not as it should be. @return what it printed */
        String passes(String script, String... arguments) throws Exception {
            var all = Stream.concat(Stream.of(server.api().toString()), Stream.of(arguments));
            var ran = server.node(script, all.toArray(String[]::new));
            assertThat(ran.exitCode()).as(ran.errors()).isZero();
            return ran.output();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Running.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedDevServer.class))
                .computeIfAbsent(Running.class, _ -> start(), Running.class);
    }

    private static Running start() {
        try {
            var work = Files.createTempDirectory("rivet-shared-");
            return new Running(RunningDevServer.start(work.resolve("data")), work);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
