package rivet.controlplane.auth;

/** Says that the caller may read metrics. */
public record Scraper() {}
