package rivet.controlplane.auth;

import java.util.Arrays;
import java.util.Optional;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.tenancy.Environment;

/** Puts every handler that changes something, or says that it is audited, into the audit trail. */
@Component
final class AuditedHandlers extends AbstractBeanFactoryAwareAdvisingPostProcessor {

    AuditedHandlers(ObjectProvider<Audit> audit) {
        setProxyTargetClass(true); // handlers have no interfaces
        advisor = new DefaultPointcutAdvisor(
                AnnotationMatchingPointcut.forMethodAnnotation(Needs.class),
                (MethodInterceptor) handler -> invoke(handler, audit.getObject()));
    }

    private static @Nullable Object invoke(MethodInvocation handler, Audit audit) throws Throwable {
        var asked = Arrays.stream(handler.getArguments())
                .flatMap(argument -> Asked.of(argument).stream())
                .findFirst();
        return asked.isPresent() && asked.get().by().origin().audited()
                ? audit.record(Changes.of(asked.get().by(), asked.get().in()), handler::proceed)
                : handler.proceed();
    }

    private record Asked(Principal by, @Nullable Environment in) {
        static Optional<Asked> of(@Nullable Object argument) {
            return switch (argument) {
                case Caller caller -> Optional.of(new Asked(caller.principal(), caller.environment()));
                case Principal principal -> Optional.of(new Asked(principal, principal.environment()));
                case null, default -> Optional.empty();
            };
        }
    }
}
