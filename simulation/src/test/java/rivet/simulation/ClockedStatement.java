package rivet.simulation;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A statement that has the time as a parameter wherever it asked the database for it. */
record ClockedStatement(PreparedStatement statement, int[] places) {

    private static final String CLOCK = "clock_timestamp()";
    private static final Map<String, Text> TEXTS = new ConcurrentHashMap<>();

    /** @param places of each of the caller's parameters, in the new text; first the caller's, from 1 */
    private record Text(String sql, int[] places, int[] clocks) {

        /** Question marks are parameters and nothing else in our statements. */
        static Text of(String sql) {
            var parts = sql.split("(?=\\?)|(?=clock_timestamp\\(\\))", -1);
            var text = new StringBuilder();
            var places = new int[parts.length + 1];
            var clocks = new int[parts.length];
            int given = 0;
            int asked = 0;
            for (var part : parts) {
                if (part.startsWith("?")) {
                    given++;
                    places[given] = given + asked;
                    text.append(part);
                } else if (part.startsWith(CLOCK)) {
                    asked++;
                    clocks[asked - 1] = given + asked;
                    text.append("cast(? as timestamptz)").append(part.substring(CLOCK.length()));
                } else {
                    text.append(part);
                }
            }
            return new Text(text.toString(), places, Arrays.copyOf(clocks, asked));
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
        shifted[0] = places[Integer.parseInt(String.valueOf(arguments[0]))];
        return shifted;
    }
}
