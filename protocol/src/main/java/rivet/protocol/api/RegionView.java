package rivet.protocol.api;

import java.util.List;

/** A region as the API shows it. */
public record RegionView(String id, String name) {

    public record Many(List<RegionView> regions) {}
}
