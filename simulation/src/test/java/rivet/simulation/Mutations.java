package rivet.simulation;

import java.sql.SQLException;
import java.util.List;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.ToControlPlane;

/** The planted faults that are changes of what passes a port: a statement, a frame. */
final class Mutations {

    private final SimulatedDatabase database;
    private final Planted planted;

    Mutations(SimulatedDatabase database, Planted planted) {
        this.database = database;
        this.planted = planted;
    }

    String sql(String text) {
        return switch (planted) {
            case EPOCH_NOT_BUMPED -> text.replace("epoch = epoch + 1, lost_at", "lost_at");
            case RESERVATION_NOT_RELEASED ->
                text.replace(
                        "reserved_memory_mib = reserved_memory_mib - ?",
                        "reserved_memory_mib = reserved_memory_mib - 0 * ?");
            case WRITE_UNFENCED -> text.replace("f.generation = w.generation", "true");
            case ALARM_GONE_WHEN_TOLD ->
                text.replace("select * from actor_alarm where actor_id = ? order by deliver_at, name limit 1", """
                        with first as (
                            select * from actor_alarm where actor_id = ? order by deliver_at, name limit 1),
                        gone as (
                            delete from actor_alarm a using first f
                            where a.actor_id = f.actor_id and a.name = f.name and f.deliver_at <= clock_timestamp())
                        select * from first
                        """);
            case WAKE_LOST_WHILE_STOPPING ->
                text.replace("o.status in ('sleeping', 'stopping')", "o.status = 'sleeping'")
                        .replace("else ? end),", "when o.status = 'stopping' then 500 else ? end),");
            default -> text;
        };
    }

    String frame(String text) {
        if (planted != Planted.SUCCESSOR_BEFORE_EXIT && planted != Planted.OLD_REPORT_APPLIED) {
            return text;
        }
        return Frames.toControlPlane(text) instanceof ToControlPlane.Report(var epoch, var actors)
                ? Frames.write(new ToControlPlane.Report(epoch, reports(actors)))
                : text;
    }

    private List<ActorReport> reports(List<ActorReport> actors) {
        return actors.stream()
                .map(report -> planted == Planted.OLD_REPORT_APPLIED
                        ? new ActorReport(report.actor(), newest(report), report.phase())
                        : new ActorReport(report.actor(), report.generation(), ended(report.phase())))
                .toList();
    }

    private static Phase ended(Phase phase) {
        return phase instanceof Phase.Stopping ? new Phase.Down(null, null, DownReason.STOPPED, "") : phase;
    }

    private long newest(ActorReport report) {
        try (var statement = database.own().prepareStatement("select generation from actor where id = ?")) {
            statement.setObject(1, report.actor().value());
            try (var rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : report.generation();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
