package rivet.controlplane.web;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the published client can ask for and this server does not have yet, said plainly. */
@RestController
class NotBuiltController {

    @Open("there is nothing behind it")
    @RequestMapping("/actors/{id}/metrics/history")
    void notBuilt(ServerHttpRequest request) {
        throw Problem.notBuilt(
                "%s %s".formatted(request.getMethod(), request.getPath().value()));
    }
}
