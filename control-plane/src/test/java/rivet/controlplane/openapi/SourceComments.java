package rivet.controlplane.openapi;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** What the comments in our sources say: of types, of their components, and of methods. */
final class SourceComments {

    private static final Comment NONE = new Comment("", Map.of());

    private final Map<String, Comment> byName = new HashMap<>();

    private SourceComments() {}

    /** @param parameters by name, in order */
    record Comment(String text, Map<String, String> parameters) {

        String first() {
            return text.split("(?<=[.;:])\\s", 2)[0].replaceAll("[.;:]$", "");
        }
    }

    static SourceComments of(Path... folders) {
        var comments = new SourceComments();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var sources = files.getJavaFileObjectsFromPaths(
                    List.of(folders).stream().flatMap(SourceComments::sources).toList());
            var task = (JavacTask) compiler.getTask(null, files, null, List.of(), null, sources);
            var docs = DocTrees.instance(task);
            for (var unit : task.parse()) {
                new Reader(docs, comments.byName).scan(unit, null);
            }
            return comments;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Comment of(Class<?> type) {
        return byName.getOrDefault(type.getName().replace('$', '.'), NONE);
    }

    Comment of(Class<?> type, String method) {
        return byName.getOrDefault(type.getName().replace('$', '.') + "#" + method, NONE);
    }

    private static Stream<Path> sources(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Reader extends TreePathScanner<@Nullable Void, @Nullable Void> {

        private final DocTrees docs;
        private final Map<String, Comment> found;

        Reader(DocTrees docs, Map<String, Comment> found) {
            this.docs = docs;
            this.found = found;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void none) {
            keep(name());
            return super.visitClass(type, null);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void none) {
            keep(name() + "#" + method.getName());
            return null;
        }

        private void keep(String name) {
            var tree = docs.getDocCommentTree(getCurrentPath());
            if (tree != null) {
                found.put(name, comment(tree));
            }
        }

        private String name() {
            var parts = new ArrayDeque<String>();
            for (var path = getCurrentPath(); path != null; path = path.getParentPath()) {
                if (path.getLeaf() instanceof ClassTree type) {
                    parts.addFirst(type.getSimpleName().toString());
                }
            }
            return getCurrentPath().getCompilationUnit().getPackageName() + "." + String.join(".", parts);
        }

        private static Comment comment(DocCommentTree tree) {
            var parameters = new LinkedHashMap<String, String>();
            for (var tag : tree.getBlockTags()) {
                if (tag instanceof ParamTree parameter) {
                    parameters.put(parameter.getName().toString(), plain(parameter.getDescription()));
                }
            }
            return new Comment(plain(tree.getFullBody()), parameters);
        }

        private static String plain(List<? extends DocTree> parts) {
            return parts.stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining())
                    .replaceAll("(?s)\\{@code\\s+((?:[^{}]|\\{[^{}]*})*)}", "`$1`")
                    .replaceAll("(?s)\\{@link\\w*\\s+#?([\\w.#]+)(\\([^)]*\\))?(\\s+([^}]*))?}", "$1")
                    .replaceAll("<[^>]+>", "")
                    .replaceAll("\\s+", " ")
                    .strip();
        }
    }
}
