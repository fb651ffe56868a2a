package rivet.controlplane.agent;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Name;

/** @param byDefault known before any agent joins */
@ConfigurationProperties("rivet.regions")
record RegionSettings(@Name("default") String byDefault) {}
