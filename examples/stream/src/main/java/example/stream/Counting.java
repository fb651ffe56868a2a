package example.stream;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import rivet.actor.Kv;
import rivet.actor.KvKey;
import rivet.actor.KvRange;

/** Counts words. Which message of a source was the last, and what the messages came to, is written in one step. */
record Counting(Kv kv) implements Partition.Stage {

    private static final String COUNT = "count";

    @Override
    public long take(String source, long number, List<String> words) {
        var counts = words.stream().collect(Collectors.groupingBy(word -> word, Collectors.counting()));
        return kv.transact(entries -> {
            long due = Numbers.due(entries, source);
            if (due == number) {
                counts.forEach((word, times) -> entries.add(KvKey.of(COUNT, word), times));
                Numbers.taken(entries, source, number);
            }
            return due;
        });
    }

    /** Each word with its count, in order. */
    @Override
    public String shown() {
        Map<String, Long> counts = new TreeMap<>();
        for (var rest = Optional.of(KvRange.prefix(COUNT)); rest.isPresent(); ) {
            var page = kv.list(rest.get());
            page.entries()
                    .forEach(entry ->
                            counts.put(String.valueOf(entry.key().elements().get(1)), entry.counter()));
            rest = page.rest();
        }
        return counts.entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining("\n"));
    }
}
