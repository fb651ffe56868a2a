package rivet.controlplane.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.link.ToControlPlane.Location;

class DistanceTest {

    @ParameterizedTest
    @CsvSource({
        // The geodesic of the WGS 84 ellipsoid, in kilometres.
        "50.0379, 8.5622,    33.9416, -118.4085, 9334", // Frankfurt, Los Angeles
        "-33.9399, 151.1753, 1.3644,  103.9915,  6289", // Sydney, Singapore
        "0, 179.5,           0,       -179.5,    111.3", // over the date line
        "90, 0,              -90,     0,         20004",
        "10, 20,             10,      20,        0",
    })
    void is_within_one_percent_of_the_geodesic(
            double latitudeA, double longitudeA, double latitudeB, double longitudeB, double kilometres) {
        var a = new Location(latitudeA, longitudeA);
        var b = new Location(latitudeB, longitudeB);

        assertThat(Distance.kilometres(a, b)).isCloseTo(kilometres, within(kilometres * 0.01));
        assertThat(Distance.kilometres(b, a)).isEqualTo(Distance.kilometres(a, b));
    }
}
