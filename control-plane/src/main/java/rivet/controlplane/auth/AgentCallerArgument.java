package rivet.controlplane.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.BindingContext;
import org.springframework.web.reactive.result.method.SyncHandlerMethodArgumentResolver;
import org.springframework.web.server.ServerWebExchange;

/** Lets agents in: one token for all of them, compared in constant time. */
@Component
final class AgentCallerArgument implements SyncHandlerMethodArgumentResolver {

    private final AgentTokenSettings settings;

    AgentCallerArgument(AgentTokenSettings settings) {
        this.settings = settings;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == AgentCaller.class;
    }

    @Override
    public Object resolveArgumentValue(MethodParameter parameter, BindingContext context, ServerWebExchange exchange) {
        return Bearer.of(exchange.getRequest())
                .filter(this::isOurs)
                .map(_ -> new AgentCaller())
                .orElseThrow(Bearer::refused);
    }

    private boolean isOurs(String token) {
        return !settings.token().isEmpty()
                && MessageDigest.isEqual(
                        token.getBytes(StandardCharsets.UTF_8), settings.token().getBytes(StandardCharsets.UTF_8));
    }
}
