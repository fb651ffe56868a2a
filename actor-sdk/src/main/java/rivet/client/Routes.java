package rivet.client;

import java.util.List;

/** The routes of an environment: {@link RivetClient#routes()}. Thread-safe. All methods throw {@link RivetException}. */
public final class Routes {

    private final Transport transport;

    Routes(Transport transport) {
        this.transport = transport;
    }

    record Many(List<Route> routes) {
        Many {
            routes = Answers.orEmpty(routes);
        }
    }

    /**
     * All routes of the environment.
     *
     * @return in the server's order; unmodifiable
     */
    public List<Route> list() {
        return transport.send(Call.get("/routes"), Many.class).routes();
    }

    /**
     * Makes a route, or makes the one with this name another.
     *
     * @param id small letters, digits and single dashes, at most 16
     * @param route what it shall be
     * @throws RivetException.Conflict if another environment has the host name
     * @throws RivetException.Invalid if the name or something of the route is not allowed
     */
    public void update(String id, RouteUpdate route) {
        transport.send(Call.put(path(id), route.body()));
    }

    /**
     * Removes a route. The actors that it led to stay.
     *
     * @param id its name
     * @throws RivetException.NotFound if there is no such route
     */
    public void delete(String id) {
        transport.send(Call.delete(path(id)));
    }

    private static String path(String id) {
        return "/routes/" + Transport.encode(Checks.id(id));
    }
}
