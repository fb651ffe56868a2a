/**
 * Carries requests from outside to actors: finds the actor in host or path, holds the request while the actor starts, and
 * moves the bytes both ways with backpressure. An actor of another agent is reached by one hop over that agent's proxy. Its
 * door is {@link rivet.agent.proxy.Proxy}; others only tell its {@link rivet.agent.proxy.RouteTable} what runs and its
 * {@link rivet.agent.proxy.CustomRoutes} what leads there. The one room that knows Netty: everything about one client, its
 * actor's connection included, happens on one event loop, so there are no locks on that path, and nothing on it waits. The
 * inside speaks HTTP/1; a stream of HTTP/2 is to it a connection with one request. Deliberately absent: starting or stopping
 * actors, raw TCP.
 */
@NullMarked
package rivet.agent.proxy;

import org.jspecify.annotations.NullMarked;
