package rivet.controlplane.fleet;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.actor.ActorCounts;
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

    AgentController(Roster roster, ActorCounts actors) {
        this.roster = roster;
        this.actors = actors;
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

    /** Lets an agent have new actors again. May be repeated. */
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
                member.version(),
                member.proxyUrl(),
                resources(member.capacity()),
                resources(member.reserved()),
                new AgentView.Actors(count.starting(), count.running(), count.stopping()),
                member.heartbeatAge().toMillis(),
                member.joinedAt());
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
