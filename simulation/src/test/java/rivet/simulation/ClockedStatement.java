package rivet.simulation;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A statement that has the time as a parameter wherever it asked the database for it. */
record ClockedStatement(PreparedStatement statement, List<Integer> places) {

    private static final String CLOCK = "clock_timestamp()";
    private static final Map<String, Text> TEXTS = new ConcurrentHashMap<>();

    /** @param places of each of the caller's parameters, in the new text; in their order */
    private record Text(String sql, List<Integer> places, List<Integer> clocks) {

        /** Question marks are parameters and nothing else in our statements. */
        static Text of(String sql) {
            var parts = sql.split("(?=\\?)|(?=clock_timestamp\\(\\))", -1);
            var text = new StringBuilder();
            var places = new ArrayList<Integer>();
            var clocks = new ArrayList<Integer>();
            for (var part : parts) {
                if (part.startsWith("?")) {
                    places.add(places.size() + clocks.size() + 1);
                    text.append(part);
                } else if (part.startsWith(CLOCK)) {
                    clocks.add(places.size() + clocks.size() + 1);
                    text.append("cast(? as timestamptz)").append(part.substring(CLOCK.length()));
                } else {
                    text.append(part);
                }
            }
            return new Text(text.toString(), List.copyOf(places), List.copyOf(clocks));
        }
    }

    static ClockedStatement of(Connection connection, String sql, OffsetDateTime now) throws SQLException {
        var text = TEXTS.computeIfAbsent(sql, Text::of);
        var statement = connection.prepareStatement(text.sql());
        for (int clock : text.clocks()) {
            statement.setObject(clock, now);
        }
        return new ClockedStatement(statement, text.places());
    }

    /** The arguments of a call on the statement, which names the caller's parameters by their own numbers. */
    Object @Nullable [] shifted(Method method, Object @Nullable [] arguments) {
        if (arguments == null || arguments.length < 2 || !method.getName().startsWith("set")) {
            return arguments;
        }
        var shifted = arguments.clone();
        shifted[0] = places.get(Integer.parseInt(String.valueOf(arguments[0])) - 1);
        return shifted;
    }
}
