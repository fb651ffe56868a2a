package rivet.controlplane.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Principal;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.tenancy.Environments;
import rivet.controlplane.tenancy.Projects;
import rivet.controlplane.tenancy.Tenant;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.EnvironmentView;
import rivet.protocol.api.ProjectView;

/** Projects and environments over REST. Who may touch one environment only sees nothing of the others. */
@RestController
@RequestMapping("/projects")
class ProjectController {

    private final Projects projects;
    private final Environments environments;

    ProjectController(Projects projects, Environments environments) {
        this.projects = projects;
        this.environments = environments;
    }

    /** Projects that the caller may know of. */
    @Needs(Scope.READ)
    @GetMapping
    ProjectView.Many list(Principal caller) {
        return new ProjectView.Many(projects.list().stream()
                .filter(project -> caller.mayKnow(project.slug()))
                .map(ProjectController::project)
                .toList());
    }

    /** Creates a project. */
    @Needs(value = Scope.ADMIN, everywhere = true)
    @PostMapping
    ProjectView.One create(Principal caller, @RequestBody ProjectView.CreateRequest request) {
        var slug = slug(request.slug());
        Audit.target("/projects/" + slug);
        return new ProjectView.One(project(projects.create(slug)));
    }

    /** Deletes a project that has no environments. */
    @Needs(value = Scope.ADMIN, everywhere = true)
    @DeleteMapping("/{project}")
    Map<String, Object> delete(Principal caller, @PathVariable("project") String project) {
        projects.delete(project);
        return Map.of();
    }

    /** Environments of a project that the caller may know of. */
    @Needs(Scope.READ)
    @GetMapping("/{project}/environments")
    EnvironmentView.Many environments(Principal caller, @PathVariable("project") String project) {
        if (!caller.mayKnow(project)) {
            throw Environments.absentProject(project);
        }
        return new EnvironmentView.Many(projects.environments(project).stream()
                .filter(environment -> caller.mayKnow(project, environment.slug()))
                .map(ProjectController::environment)
                .toList());
    }

    /** Creates an environment. */
    @Needs(value = Scope.ADMIN, everywhere = true)
    @PostMapping("/{project}/environments")
    EnvironmentView.One createEnvironment(
            Principal caller,
            @PathVariable("project") String project,
            @RequestBody EnvironmentView.CreateRequest request) {
        var slug = slug(request.slug());
        Audit.target("/projects/%s/environments/%s".formatted(project, slug));
        return new EnvironmentView.One(environment(projects.createEnvironment(project, slug)));
    }

    /** Deletes an environment in which there never was a build or an actor, with its tokens. */
    @Needs(value = Scope.ADMIN, everywhere = true)
    @DeleteMapping("/{project}/environments/{environment}")
    Map<String, Object> deleteEnvironment(
            Principal caller,
            @PathVariable("project") String project,
            @PathVariable("environment") String environment) {
        projects.delete(environments.find(project, environment));
        return Map.of();
    }

    private static String slug(@Nullable String slug) {
        if (slug == null || !Environments.isSlug(slug)) {
            throw Problem.badField("slug", slug, "1 to 64 of a-z, 0-9 and -, the first not a -");
        }
        return slug;
    }

    private static ProjectView project(Tenant project) {
        return new ProjectView(project.id().toString(), project.slug(), project.createdAt());
    }

    private static EnvironmentView environment(Tenant environment) {
        return new EnvironmentView(environment.id().toString(), environment.slug(), environment.createdAt());
    }
}
