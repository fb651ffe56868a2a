package rivet.protocol.link;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;

/** What is true of one generation of one actor on the agent that reports it. */
public record ActorReport(ActorId actor, long generation, Phase phase) {

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "phase")
    public sealed interface Phase {

        /** @param step what is being done or waited for, for people: {@code fetch}, {@code spawn}, {@code listen} */
        @JsonTypeName("starting")
        record Starting(String step) implements Phase {}

        /** Each port accepts connections. @param ports name → number on the agent's loopback */
        @JsonTypeName("up")
        record Up(Map<String, Integer> ports) implements Phase {}

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
