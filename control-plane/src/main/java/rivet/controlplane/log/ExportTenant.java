package rivet.controlplane.log;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import rivet.controlplane.web.WebSettings;
import rivet.protocol.Wire;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The published client names project and environment of an export in the body, and of everything else in the query. They are
 * copied there, so that there is one way in which a caller's rights are looked at. Whatever is wrong with the body is told by
 * who reads it after this.
 */
@Component
@Order(0)
final class ExportTenant implements WebFilter {

    private final int largest;

    ExportTenant(WebSettings settings) {
        this.largest = Math.toIntExact(settings.maxBody().toBytes());
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        var request = exchange.getRequest();
        if (!request.getMethod().equals(HttpMethod.POST)
                || !request.getPath().value().equals("/actors/logs/export")) {
            return chain.filter(exchange);
        }
        return DataBufferUtils.join(request.getBody(), largest)
                .map(ExportTenant::bytes)
                .defaultIfEmpty(new byte[0])
                .flatMap(body -> chain.filter(
                        exchange.mutate().request(moved(request, body)).build()));
    }

    private static ServerHttpRequest moved(ServerHttpRequest request, byte[] body) {
        return new ServerHttpRequestDecorator(
                request.mutate().uri(uri(request.getURI(), body)).build()) {
            @Override
            public Flux<DataBuffer> getBody() {
                return body.length == 0 ? Flux.empty() : Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body));
            }
        };
    }

    private static URI uri(URI uri, byte[] body) {
        var builder = UriComponentsBuilder.fromUri(uri);
        var json = json(body);
        for (var name : new String[] {"project", "environment"}) {
            if (json.path(name).isString()) {
                builder.queryParam(name, encoded(json.path(name).stringValue()));
            }
        }
        return builder.build(true).toUri();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static JsonNode json(byte[] body) {
        try {
            return Wire.JSON.readTree(body);
        } catch (JacksonException _) {
            return Wire.JSON.createObjectNode();
        }
    }

    private static byte[] bytes(DataBuffer buffer) {
        var bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }
}
