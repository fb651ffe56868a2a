/**
 * Writes the OpenAPI document from the handlers, the records of their bodies, and the comments of both; the test that the
 * document which is served is the one that the code says; and the fuzzing that goes by it.
 */
@NullMarked
package rivet.controlplane.openapi;

import org.jspecify.annotations.NullMarked;
