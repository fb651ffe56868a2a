package rivet.controlplane;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Puts the rooms together, and is where time and chance come in. What of Spring Boot is used is named here: looking at all
 * that could be on the classpath costs start time, and a new dependency changes nothing by merely being there.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ComponentScan
@ConfigurationPropertiesScan
@ImportAutoConfiguration({
    ConfigurationPropertiesAutoConfiguration.class,
    HttpHandlerAutoConfiguration.class,
    NettyReactiveWebServerAutoConfiguration.class,
    TaskExecutionAutoConfiguration.class,
    WebFluxAutoConfiguration.class
})
class Application {

    /** Of its own: the ones that all servers of a process share would be closed for all of them with the first that is. */
    @Bean
    ReactorResourceFactory eventLoops() {
        var loops = new ReactorResourceFactory();
        loops.setUseGlobalResources(false);
        loops.setShutdownQuietPeriod(Duration.ZERO); // nothing comes any more when they are closed
        return loops;
    }

    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    /** Never goes back, and means nothing on another machine. */
    @Bean
    LongSupplier monotonic() {
        return System::nanoTime;
    }

    @Bean
    DoubleSupplier chance() {
        return () -> ThreadLocalRandom.current().nextDouble();
    }
}
