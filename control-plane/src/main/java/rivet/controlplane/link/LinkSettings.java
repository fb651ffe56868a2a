package rivet.controlplane.link;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * @param maxFrame the largest frame taken from an agent
 * @param sendTimeout an agent that takes nothing for so long is disconnected
 */
@ConfigurationProperties("rivet.link")
record LinkSettings(DataSize maxFrame, Duration sendTimeout) {}
