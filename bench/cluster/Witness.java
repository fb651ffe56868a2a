package cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the actors' own files say, which no part of Rivet writes or reads: see {@code counter/start}. */
final class Witness {

    private final Path folder;

    Witness(Path folder) {
        this.folder = folder;
    }

    /** @return what is wrong: two copies at once, of one generation or of two */
    List<String> copies(String actor) throws IOException {
        var wrong = new ArrayList<String>();
        long newest = 0;
        String first = "";
        for (var line : lines(actor + ".seen")) {
            var generation = Long.parseLong(line.substring(0, line.indexOf(' ')));
            if (line.endsWith("twice")) {
                wrong.add("%s: a second process of one generation: %s".formatted(actor, line));
            } else if (generation < newest) {
                wrong.add("%s: '%s' after '%s'".formatted(actor, line, first));
            } else if (generation > newest) {
                newest = generation;
                first = line;
            }
        }
        return wrong;
    }

    /** @return what is wrong: an acknowledged increment that is not there, or a number that was given twice */
    List<String> counts(String actor, List<History.Increment> increments) throws IOException {
        var wrong = new ArrayList<String>();
        var kept = new HashMap<String, Long>();
        long expected = 0;
        for (var line : lines(actor + ".count")) {
            var number = Long.parseLong(line.substring(0, line.indexOf(' ')));
            kept.put(line.substring(line.indexOf(' ') + 1), number);
            if (number != ++expected) {
                wrong.add("%s: '%s' where %d was due".formatted(actor, line, expected));
                expected = number;
            }
        }
        increments.stream()
                .filter(increment -> increment.acknowledged() && !Long.valueOf(increment.count()).equals(kept.get(increment.token())))
                .forEach(increment -> wrong.add("%s: acknowledged and lost: %s".formatted(actor, increment)));
        return wrong;
    }

    long increments(String actor) throws IOException {
        return lines(actor + ".count").size();
    }

    /** A planted fault: the newest increment of an actor is forgotten. */
    void forgetOne(String actor) throws IOException {
        var lines = lines(actor + ".count");
        Files.write(folder.resolve(actor + ".count"), lines.subList(0, lines.size() - 1));
    }

    /** How many generations each actor had. */
    Map<String, Long> generations(List<String> actors) throws IOException {
        var generations = new HashMap<String, Long>();
        for (var actor : actors) {
            generations.put(actor, lines(actor + ".seen").stream().filter(line -> line.endsWith("start")).count());
        }
        return generations;
    }

    private List<String> lines(String name) throws IOException {
        var file = folder.resolve(name);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
