package rivet.controlplane.fleet;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.actor.ActorCounts;
import rivet.controlplane.agent.DrainSettings;
import rivet.controlplane.agent.Reservation;
import rivet.controlplane.agent.Roster;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Principal;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.web.Problem;
import rivet.protocol.AgentId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.AgentView;

/** Agents over REST. They are everybody's, so a token of one environment is not enough, not even to look. */
@RestController
@RequestMapping("/agents")
class AgentController {

    private final Roster roster;
    private final ActorCounts actors;
    private final DrainSettings settings;

    AgentController(Roster roster, ActorCounts actors, DrainSettings settings) {
        this.roster = roster;
        this.actors = actors;
        this.settings = settings;
    }

    /** Agents that ever joined, by region and id, at most 1000. */
    @Needs(value = Scope.READ, everywhere = true)
    @GetMapping
    AgentView.Many list(Principal caller, @RequestParam(name = "region", required = false) @Nullable String region) {
        return new AgentView.Many(views(roster.list(region)));
    }

    /** An agent. */
    @Needs(value = Scope.READ, everywhere = true)
    @GetMapping("/{id}")
    AgentView.One get(Principal caller, @PathVariable("id") String id) {
        return one(parse(id));
    }

    /** Keeps new actors away from an agent: when this answers, nothing new lands there. What is there stays. May be repeated. */
    @Needs(value = Scope.ADMIN, everywhere = true)
    @PostMapping("/{id}/cordon")
    AgentView.One cordon(Principal caller, @PathVariable("id") String id) {
        var agent = parse(id);
        require(roster.cordon(agent), id);
        return one(agent);
    }

    /**
     * Cordons an agent and has its actors leave it: durable ones are started elsewhere when their old copy is gone, others are
     * destroyed. One that has no other place stays until the deadline. Repeating it sets another deadline.
     */
    @Needs(value = Scope.ADMIN, everywhere = true)
    @PostMapping("/{id}/drain")
    AgentView.One drain(
            Principal caller,
            @PathVariable("id") String id,
            @RequestBody(required = false) AgentView.@Nullable DrainRequest request) {
        var deadline = deadline(request == null ? null : request.deadlineMs());
        var agent = parse(id);
        require(roster.drain(agent, deadline), id);
        return one(agent);
    }

    private Duration deadline(@Nullable Long ms) {
        if (ms == null) {
            return settings.deadline();
        }
        if (ms < 0 || ms > settings.longest().toMillis()) {
            throw Problem.badField(
                    "deadline_ms",
                    ms,
                    "0 to %d milliseconds".formatted(settings.longest().toMillis()));
        }
        return Duration.ofMillis(ms);
    }

    /** Lets an agent have new actors again, and ends its drain. May be repeated. */
    @Needs(value = Scope.ADMIN, everywhere = true)
    @PostMapping("/{id}/uncordon")
    AgentView.One uncordon(Principal caller, @PathVariable("id") String id) {
        var agent = parse(id);
        require(roster.uncordon(agent), id);
        return one(agent);
    }

    private AgentView.One one(AgentId agent) {
        var member = roster.find(agent).orElseThrow(() -> absent(agent.toString()));
        return new AgentView.One(views(List.of(member)).getFirst());
    }

    private List<AgentView> views(List<Roster.Member> members) {
        var counts = actors.of(members.stream().map(Roster.Member::id).toList());
        return members.stream()
                .map(member -> view(member, counts.getOrDefault(member.id(), ActorCounts.Count.NONE)))
                .toList();
    }

    private static AgentView view(Roster.Member member, ActorCounts.Count count) {
        return new AgentView(
                member.id().toString(),
                member.region(),
                member.standing().toString(),
                member.cordonedAt() != null,
                member.cordonedAt(),
                member.drain() == null ? null : drain(member.drain(), count),
                member.version(),
                member.proxyUrl(),
                resources(member.capacity()),
                resources(member.reserved()),
                new AgentView.Actors(count.starting(), count.running(), count.stopping()),
                member.heartbeatAge().toMillis(),
                member.joinedAt());
    }

    private static AgentView.Drain drain(Roster.Drain drain, ActorCounts.Count count) {
        var remaining = count.starting() + count.running();
        return new AgentView.Drain(
                state(remaining, count),
                drain.beganAt(),
                drain.until(),
                drain.moved(),
                drain.ended(),
                drain.failed(),
                count.stopping(),
                remaining,
                count.blocked());
    }

    private static String state(int remaining, ActorCounts.Count count) {
        if (remaining + count.stopping() == 0) {
            return "drained";
        }
        return count.stopping() == 0 && count.blocked() == remaining ? "blocked" : "draining";
    }

    private static ActorView.Resources resources(Reservation reservation) {
        return new ActorView.Resources(reservation.cpuMillicores(), reservation.memoryMib());
    }

    private static AgentId parse(String id) {
        try {
            return AgentId.parse(id);
        } catch (IllegalArgumentException _) {
            throw absent(id);
        }
    }

    private static void require(boolean known, String id) {
        if (!known) {
            throw absent(id);
        }
    }

    private static Problem absent(String id) {
        return Problem.notFound("AGENT_NOT_FOUND", "agent: no '%s'".formatted(id))
                .at("agent");
    }
}
