package rivet.controlplane.agent;

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

/** Regions over REST. */
@RestController
@RequestMapping("/regions")
class RegionController {

    private final Regions regions;

    RegionController(Regions regions) {
        this.regions = regions;
    }

    @Needs(Scope.READ)
    @GetMapping
    RegionView.Many list(Caller caller) {
        return new RegionView.Many(
                regions.list().stream().map(RegionController::view).toList());
    }

    /** Agents do not say where on earth they are yet, so all callers are recommended the same. */
    @Needs(Scope.READ)
    @GetMapping("/recommend")
    Recommended recommend(
            Caller caller,
            @RequestParam(name = "lat", required = false) @Nullable Double lat,
            @RequestParam(name = "long", required = false) @Nullable Double longitude) {
        if ((lat == null) != (longitude == null)) {
            throw Problem.badParameter(lat == null ? "lat" : "long", null, "lat and long, both or neither");
        }
        within("lat", lat, 90);
        within("long", longitude, 180);
        return new Recommended(view(regions.list().getFirst()));
    }

    record Recommended(RegionView region) {}

    private static void within(String name, @Nullable Double degrees, int most) {
        if (degrees != null && !(Math.abs(degrees) <= most)) { // not a number is within nothing
            throw Problem.badParameter(name, degrees, "-%d to %d degrees".formatted(most, most));
        }
    }

    private static RegionView view(Regions.Region region) {
        return new RegionView(region.id(), region.name());
    }
}
