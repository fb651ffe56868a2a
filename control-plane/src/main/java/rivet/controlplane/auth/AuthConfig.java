package rivet.controlplane.auth;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.result.method.annotation.ArgumentResolverConfigurer;

/** Makes callers available to handlers. */
@Configuration(proxyBeanMethods = false)
class AuthConfig implements WebFluxConfigurer {

    private final CallerArgument callers;
    private final AgentCallerArgument agents;
    private final ScraperArgument scrapers;

    AuthConfig(CallerArgument callers, AgentCallerArgument agents, ScraperArgument scrapers) {
        this.callers = callers;
        this.agents = agents;
        this.scrapers = scrapers;
    }

    @Override
    public void configureArgumentResolvers(ArgumentResolverConfigurer configurer) {
        configurer.addCustomResolver(callers, agents, scrapers);
    }
}
