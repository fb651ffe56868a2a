package rivet.controlplane.auth;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.result.method.annotation.ArgumentResolverConfigurer;

/** Makes callers available to handlers. */
@Configuration(proxyBeanMethods = false)
class AuthConfig implements WebFluxConfigurer {

    private final CallerArgument callers;
    private final AgentCallerArgument agents;

    AuthConfig(CallerArgument callers, AgentCallerArgument agents) {
        this.callers = callers;
        this.agents = agents;
    }

    @Override
    public void configureArgumentResolvers(ArgumentResolverConfigurer configurer) {
        configurer.addCustomResolver(callers, agents);
    }
}
