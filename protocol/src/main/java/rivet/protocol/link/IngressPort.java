package rivet.protocol.link;

import rivet.protocol.ActorId;
import rivet.protocol.PortProtocol;

/**
 * A port number of a region's proxies that is one actor's for as long as it lives.
 *
 * @param number 1 to 65535, at every proxy of the region
 * @param protocol {@code tcp}, {@code tcp_tls} or {@code udp}
 * @param port the name that the actor's creator gave its port
 */
public record IngressPort(int number, PortProtocol protocol, ActorId actor, String port) {}
