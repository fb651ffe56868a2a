package rivet.controlplane.openapi;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scraper;
import rivet.controlplane.web.Open;

/** A handler under one of its paths, of those that people and programs call. */
record Operation(String path, String verb, RequestMappingInfo info, Method method, boolean older) {

    static List<Operation> of(RequestMappingHandlerMapping mapping) {
        return mapping.getHandlerMethods().entrySet().stream()
                .filter(entry -> isPublic(entry.getValue()))
                .flatMap(entry -> of(entry.getKey(), entry.getValue().getMethod()))
                .toList();
    }

    private static Stream<Operation> of(RequestMappingInfo info, Method method) {
        var paths = info.getPatternsCondition().getPatterns().stream()
                .map(pattern -> pattern.getPatternString())
                .sorted()
                .toList();
        return info.getMethodsCondition().getMethods().stream()
                .map(RequestMethod::name)
                .map(String::toLowerCase)
                .flatMap(verb -> paths.stream()
                        .map(path -> new Operation(path, verb, info, method, !path.equals(paths.getFirst()))));
    }

    /** What agents and Prometheus call is no part of the API; what has no method of its own answers that it is not there. */
    private static boolean isPublic(HandlerMethod handler) {
        return Stream.of(handler.getMethodParameters())
                .map(parameter -> parameter.getParameterType())
                .noneMatch(type -> type == AgentCaller.class || type == Scraper.class);
    }

    Optional<Needs> needs() {
        return Optional.ofNullable(method.getAnnotation(Needs.class));
    }

    boolean isOpen() {
        return method.isAnnotationPresent(Open.class);
    }

    /** The room, and what the method is called; an older path says which it is. */
    String id() {
        var id = room() + "_" + Schemas.snake(method.getName());
        return older ? id + "_" + path.substring(path.lastIndexOf('/') + 1) : id;
    }

    /** The first part of the path. */
    String room() {
        return path.replaceAll("^/([^/.]+).*$", "$1");
    }

    /** The same path and verb again, for those who ask in another way, comes after. */
    boolean isVariant() {
        return !info.getParamsCondition().isEmpty() || produces().contains("text/event-stream");
    }

    String produces() {
        var types = info.getProducesCondition().getProducibleMediaTypes();
        return types.isEmpty() ? "application/json" : types.iterator().next().toString();
    }
}
