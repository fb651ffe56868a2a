package rivet.client;

import java.util.List;
import java.util.Objects;

/** The regions of a server: {@link RivetClient#regions()}. Thread-safe. All methods throw {@link RivetException}. */
public final class Regions {

    private final Transport transport;

    Regions(Transport transport) {
        this.transport = transport;
    }

    record Many(List<Region> regions) {
        Many {
            regions = Answers.orEmpty(regions);
        }
    }

    record One(Region region) {
        One {
            Objects.requireNonNull(region, "region");
        }
    }

    /**
     * All regions in which actors can run.
     *
     * @return in the server's order; unmodifiable
     */
    public List<Region> list() {
        return transport.send(Call.get("/regions"), Many.class).regions();
    }

    /**
     * The region nearest to this program, by the address that the server sees.
     *
     * @return some region, if the server cannot tell the nearest
     * @throws RivetException.NotFound if the server has no region
     */
    public Region recommend() {
        return transport.send(Call.get("/regions/recommend"), One.class).region();
    }

    /**
     * The region nearest to a place.
     *
     * @param latitude in degrees, -90 to 90
     * @param longitude in degrees, -180 to 180
     * @return some region, if the server does not know where its regions are
     * @throws RivetException.Invalid if there is no such place
     * @throws RivetException.NotFound if the server has no region
     */
    public Region recommend(double latitude, double longitude) {
        var call = Call.get("/regions/recommend")
                .with("lat", Double.toString(latitude))
                .with("long", Double.toString(longitude));
        return transport.send(call, One.class).region();
    }
}
