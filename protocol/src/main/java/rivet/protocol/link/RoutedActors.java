package rivet.protocol.link;

import java.util.List;

/** The actors that a custom route leads to, for a proxy that has none of them: some of the live ones, running first. */
public record RoutedActors(List<ActorLocation> actors) {}
