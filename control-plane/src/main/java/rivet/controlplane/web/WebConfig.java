package rivet.controlplane.web;

import org.springframework.context.annotation.Configuration;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.codec.json.JacksonJsonDecoder;
import org.springframework.http.codec.json.JacksonJsonEncoder;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import rivet.protocol.Wire;

/** Bodies are read strictly and written as everything that leaves a process. */
@Configuration(proxyBeanMethods = false)
class WebConfig implements WebFluxConfigurer {

    private final WebSettings settings;

    WebConfig(WebSettings settings) {
        this.settings = settings;
    }

    @Override
    public void configureHttpMessageCodecs(ServerCodecConfigurer configurer) {
        var codecs = configurer.defaultCodecs();
        codecs.maxInMemorySize(Math.toIntExact(settings.maxBody().toBytes()));
        codecs.jacksonJsonDecoder(new JacksonJsonDecoder(StrictJson.MAPPER));
        codecs.jacksonJsonEncoder(new JacksonJsonEncoder(Wire.JSON));
    }
}
