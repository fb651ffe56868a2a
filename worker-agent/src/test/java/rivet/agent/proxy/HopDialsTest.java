package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose turn it is to open a connection to another agent. */
class HopDialsTest {

    /** Of each that is being opened, whom to tell. */
    private final List<Consumer<@Nullable Channel>> dialled = new ArrayList<>();

    private final HopDials dials = new HopDials(dialled::add);
    private final List<String> told = new ArrayList<>();

    private void open(String who) {
        dials.open(() -> true, channel -> told.add(who + (channel == null ? " has none" : " has one")));
    }

    private void open(int from, int to) {
        for (int i = from; i <= to; i++) {
            open(Integer.toString(i));
        }
    }

    @Test
    void only_a_few_are_opened_at_once_and_each_that_is_done_makes_room_for_the_next() {
        open(1, HopDials.AT_ONCE + 2);
        assertThat(dialled).hasSize(HopDials.AT_ONCE);

        dialled.get(1).accept(new EmbeddedChannel());

        assertThat(dialled).hasSize(HopDials.AT_ONCE + 1);
        assertThat(told).containsExactly("2 has one");
    }

    @Test
    void one_that_fails_speaks_for_all_who_waited_when_it_was_begun() {
        open(1, HopDials.AT_ONCE + 3);
        dialled.getFirst().accept(null);
        assertThat(told).as("who came after it was begun").containsExactly("1 has none");
        open("late");

        dialled.getLast().accept(null);

        assertThat(told)
                .containsExactly(
                        "1 has none",
                        HopDials.AT_ONCE + 1 + " has none",
                        HopDials.AT_ONCE + 2 + " has none",
                        HopDials.AT_ONCE + 3 + " has none");
        assertThat(dialled).as("the late one's is under way").hasSize(HopDials.AT_ONCE + 2);
    }

    @Test
    void who_needs_none_any_more_when_his_turn_comes_is_passed_over() {
        open(1, HopDials.AT_ONCE);
        dials.open(() -> false, _ -> told.add("who had enough"));
        open("last");

        List.copyOf(dialled).forEach(each -> each.accept(new EmbeddedChannel()));
        dialled.getLast().accept(new EmbeddedChannel());

        assertThat(dialled).hasSize(HopDials.AT_ONCE + 1);
        assertThat(told).endsWith("last has one").doesNotContain("who had enough");
        assertThat(dials.isIdle()).isTrue();
    }
}
