package rivet.controlplane.web;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The OpenAPI document, which a test writes from the handlers and compares with them. */
@RestController
class OpenApiController {

    private static final Resource DOCUMENT = new ClassPathResource("openapi.json", OpenApiController.class);

    /** This document. */
    @Open("it says nothing that the manual does not say")
    @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    Resource document() {
        return DOCUMENT;
    }
}
