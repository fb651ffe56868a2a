package rivet.protocol.link;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;

/** What is true of one generation of one actor on the agent that reports it. */
public record ActorReport(ActorId actor, long generation, Phase phase) {

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "phase")
    public sealed interface Phase {

        /** @param step what is being done or waited for, for people: {@code fetch}, {@code queue}, {@code spawn}, {@code listen} */
        @JsonTypeName("starting")
        record Starting(String step) implements Phase {}

        /**
         * It is ready.
         *
         * @param ports name → number on the agent's loopback
         * @param rest why it need not run; absent: it has to
         */
        @JsonTypeName("up")
        record Up(Map<String, Integer> ports, @Nullable Rest rest) implements Phase {

            public Up(Map<String, Integer> ports) {
                this(ports, null);
            }
        }

        enum Rest {
            /** Nobody has used it for its idle timeout. */
            IDLE,
            /** It asks to sleep. */
            ASKED,
            /** Nobody uses it, and a newer build waits for that. */
            UNUSED;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        @JsonTypeName("stopping")
        record Stopping() implements Phase {}

        /**
         * No process of it is left.
         *
         * @param exitCode absent when a signal ended it or it never ran
         * @param reason stable, see {@link DownReason}
         * @param message for people
         */
        @JsonTypeName("down")
        record Down(@Nullable Integer exitCode, @Nullable Integer signal, DownReason reason, String message)
                implements Phase {}
    }
}
