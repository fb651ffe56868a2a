package rivet.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulation finds what is planted. Which seed finds what stands in docs/decisions/simulation.md; {@code -Dsim.planted=all}
 * looks for all of them but a rare one, {@code -Dsim.planted=A,B} for some; without it only those are looked for that are found soon.
 */
class PlantedFaultsTest {

    private static final int SEEDS = 200;
    private static final List<String> WANTED =
            List.of(System.getProperty("sim.planted", "").split(","));
    private static final Set<Planted> QUICK = EnumSet.of(
            Planted.RESERVATION_NOT_RELEASED,
            Planted.SUCCESSOR_BEFORE_EXIT,
            Planted.OLD_REPORT_APPLIED,
            Planted.PID_ONLY_ADOPTION,
            Planted.JOURNAL_FORGOTTEN,
            Planted.WRITE_UNFENCED,
            Planted.ALARM_GONE_WHEN_TOLD);

    /** In too few worlds to wait for: a model finds it. */
    private static final Set<Planted> RARE = EnumSet.of(Planted.DEADLINE_FROM_RECEIPT);

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void planted_fault_is_found(Planted planted) throws Exception {
        assumeTrue(isWanted(planted), "-Dsim.planted=" + planted);
        try (var bench = Bench.open()) {
            long seed = 1;
            var outcome = bench.run(seed, planted);
            while (outcome.holds() && seed < SEEDS) {
                outcome = bench.run(++seed, planted);
            }
            System.out.printf("planted %s: seed %d, %s%n", planted, seed, outcome.wrong());

            assertThat(outcome.holds()).isFalse();
        }
    }

    private static boolean isWanted(Planted planted) {
        return WANTED.equals(List.of(""))
                ? QUICK.contains(planted)
                : WANTED.contains(planted.name()) || (WANTED.contains("all") && !RARE.contains(planted));
    }
}
