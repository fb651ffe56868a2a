package rivet.controlplane.auth;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** @param token what agents show; empty: no agent may join */
@ConfigurationProperties("rivet.agents")
record AgentTokenSettings(@DefaultValue("") String token) {

    /** Settings hold a token; a log line must not. */
    @Override
    public String toString() {
        return "AgentTokenSettings[token=***]";
    }
}
