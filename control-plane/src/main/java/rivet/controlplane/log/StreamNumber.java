package rivet.controlplane.log;

import rivet.protocol.LogStream;

/** Streams as numbers: the API's, and the column's. */
final class StreamNumber {

    private StreamNumber() {}

    static int of(LogStream stream) {
        return switch (stream) {
            case STDOUT -> 0;
            case STDERR -> 1;
        };
    }

    static LogStream parse(int number) {
        return number == 0 ? LogStream.STDOUT : LogStream.STDERR;
    }
}
