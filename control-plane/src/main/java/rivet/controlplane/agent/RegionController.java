package rivet.controlplane.agent;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.RegionView;
import rivet.protocol.link.ToControlPlane.Location;

/** Regions over REST. A caller's address says nothing of where it is: we have no map of addresses. */
@RestController
@RequestMapping("/regions")
class RegionController {

    private final Regions regions;

    RegionController(Regions regions) {
        this.regions = regions;
    }

    /** Regions, the nearest first where the caller says where it is. */
    @Needs(Scope.READ)
    @GetMapping
    RegionView.Many list(
            Caller caller,
            @RequestParam(name = "lat", required = false) @Nullable Double lat,
            @RequestParam(name = "long", required = false) @Nullable Double longitude) {
        return new RegionView.Many(
                best(lat, longitude).stream().map(RegionController::view).toList());
    }

    /** The region that is nearest to where the caller is, or says it is. The path {@code resolve} is the one of older clients. */
    @Needs(Scope.READ)
    @GetMapping({"/recommend", "/resolve"})
    Recommended recommend(
            Caller caller,
            @RequestParam(name = "lat", required = false) @Nullable Double lat,
            @RequestParam(name = "long", required = false) @Nullable Double longitude) {
        return new Recommended(view(best(lat, longitude).getFirst()));
    }

    record Recommended(RegionView region) {}

    private List<Regions.Region> best(@Nullable Double lat, @Nullable Double longitude) {
        if (lat == null && longitude == null) {
            return regions.list();
        }
        if (lat == null || longitude == null) {
            throw Problem.badParameter(lat == null ? "lat" : "long", null, "lat and long, both or neither");
        }
        require("lat", lat, 90);
        require("long", longitude, 180);
        return regions.list(new Location(lat, longitude));
    }

    private static void require(String name, double degrees, int most) {
        if (!(Math.abs(degrees) <= most)) {
            throw Problem.badParameter(name, degrees, "-%d to %d degrees".formatted(most, most));
        }
    }

    private static RegionView view(Regions.Region region) {
        return new RegionView(region.id(), region.name());
    }
}
