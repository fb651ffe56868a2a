package rivet.controlplane.agent;

import rivet.protocol.link.ToControlPlane.Location;

/** How far apart two places are. */
final class Distance {

    private static final double EARTH_RADIUS_KM = 6371.0088;

    private Distance() {}

    /** Along the great circle of a sphere (haversine): within 0.6 % of the way on the real earth. */
    static double kilometres(Location a, Location b) {
        var latitudeA = Math.toRadians(a.latitude());
        var latitudeB = Math.toRadians(b.latitude());
        var halfLatitude = Math.sin((latitudeB - latitudeA) / 2);
        var halfLongitude = Math.sin(Math.toRadians(b.longitude() - a.longitude()) / 2);
        var square =
                halfLatitude * halfLatitude + Math.cos(latitudeA) * Math.cos(latitudeB) * halfLongitude * halfLongitude;
        return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(square)));
    }
}
