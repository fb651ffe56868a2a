package rivet.cli.terminal;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Columns as wide as their widest cell. */
final class Table {

    private static final String GAP = "  ";

    private Table() {}

    static List<String> lines(List<String> head, List<List<String>> rows) {
        var all = Stream.concat(Stream.of(head), rows.stream()).toList();
        var widths = IntStream.range(0, head.size())
                .map(column -> all.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        return all.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        var line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            line.append(row.get(column))
                    .repeat(' ', widths[column] - row.get(column).length())
                    .append(GAP);
        }
        return line.toString().stripTrailing();
    }
}
