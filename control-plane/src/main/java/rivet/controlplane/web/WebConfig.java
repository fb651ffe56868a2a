package rivet.controlplane.web;

import java.util.List;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.codec.json.JacksonJsonDecoder;
import org.springframework.http.codec.json.JacksonJsonEncoder;
import org.springframework.web.reactive.accept.RequestedContentTypeResolverBuilder;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.server.ServerWebExchange;
import rivet.protocol.Wire;

/** Bodies are read strictly and written as everything that leaves a process. */
@Configuration(proxyBeanMethods = false)
class WebConfig implements WebFluxConfigurer {

    private static final List<MediaType> EVENTS = List.of(MediaType.TEXT_EVENT_STREAM);
    private static final List<MediaType> ANY = List.of(MediaType.ALL);

    private final WebSettings settings;

    WebConfig(WebSettings settings) {
        this.settings = settings;
    }

    /**
     * What a client would rather have is looked at for event streams only; everything else has one form. The framework would
     * refuse a type that we do not have after the handler has done its work.
     */
    @Override
    public void configureContentTypeResolver(RequestedContentTypeResolverBuilder builder) {
        builder.resolver(exchange -> wantsEvents(exchange) ? EVENTS : ANY);
    }

    private static boolean wantsEvents(ServerWebExchange exchange) {
        return exchange.getRequest().getHeaders().getOrEmpty(HttpHeaders.ACCEPT).stream()
                .anyMatch(accept -> accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE));
    }

    @Override
    public void configureHttpMessageCodecs(ServerCodecConfigurer configurer) {
        var codecs = configurer.defaultCodecs();
        codecs.maxInMemorySize(Math.toIntExact(settings.maxBody().toBytes()));
        codecs.jacksonJsonDecoder(new JacksonJsonDecoder(StrictJson.MAPPER));
        codecs.jacksonJsonEncoder(new JacksonJsonEncoder(Wire.JSON));
    }
}
