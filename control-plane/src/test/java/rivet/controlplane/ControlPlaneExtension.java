package rivet.controlplane;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts a control plane before the tests of a class and closes it before the database is dropped. */
final class ControlPlaneExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {

    private static final ExtensionContext.Namespace OURS =
            ExtensionContext.Namespace.create(ControlPlaneExtension.class);
    private static final String RUNNING = "control plane";

    @Override
    public void beforeAll(ExtensionContext context) {
        var database = PostgresExtension.database(context);
        context.getStore(OURS).put(RUNNING, TestControlPlane.start(database, settings(context)));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        var running = context.getStore(OURS).remove(RUNNING, TestControlPlane.class);
        if (running != null) {
            running.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        return type == Api.class || type == TestControlPlane.class;
    }

    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var running = context.getStore(OURS).get(RUNNING, TestControlPlane.class);
        return running == null || parameter.getParameter().getType() == TestControlPlane.class
                ? running
                : running.api();
    }

    private static Map<String, Object> settings(ExtensionContext context) {
        var annotation = context.getRequiredTestClass().getAnnotation(ControlPlaneTest.class);
        return Arrays.stream(annotation.value())
                .map(setting -> setting.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }
}
