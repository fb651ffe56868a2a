/**
 * Opens guarded ports of actors to somebody for a while, and shuts them again. For servers: it needs a token with the scope
 * `actors`, which browsers must never see; what a browser gets is the `url` or `wsUrl` of one connection.
 *
 * ```ts
 * import { RivetConnections } from "@rivet-gg/connections";
 *
 * const rivet = new RivetConnections({ endpoint: "https://rivet.example.com", token: process.env.RIVET_TOKEN! });
 * const { wsUrl } = await rivet.getConnection(room, { port: "http", ttlMs: 60_000, subject: user.id });
 * ```
 *
 * @packageDocumentation
 */

/** Where the API is, and as whom it is asked. */
export interface Settings {
  /** The URL of the control plane, such as `http://127.0.0.1:6420`. */
  endpoint: string;
  /** Of the API, with the scope `actors`. A development server needs none. */
  token?: string;
  /** The slug of the project; absent: the token's. */
  project?: string;
  /** The slug of the environment; absent: the token's. */
  environment?: string;
}

/** To which port, for how long, for whom. */
export interface ConnectionOptions {
  /** The name of a port that is guarded by `connection`. */
  port: string;
  /** How long the token is good, in milliseconds: 1 000 to 604 800 000, with `singleUse` to 600 000. */
  ttlMs: number;
  /** For whom it is; 1 to 256 printable ASCII characters. The actor is told it in `x-rivet-subject`. */
  subject?: string;
  /** Up to 16 names of `a-z`, `0-9`, `-`, which the actor is told. */
  claims?: Record<string, string>;
  /** The HTTP methods that it opens, in capitals; absent: all. */
  methods?: string[];
  /** The path that it opens with all that is below it; absent: all. */
  pathPrefix?: string;
  /** Whether it opens the port once. */
  singleUse?: boolean;
}

/** What opens the port. It is shown this one time. */
export interface Connection {
  /** To revoke it by. */
  id: string;
  /** With the token in it. */
  url: string;
  /** Likewise, for a WebSocket. */
  wsUrl: string;
  /** For who sends it in the header `x-rivet-token` instead. */
  token: string;
  /** From then on nobody is let in by it. */
  expiresAt: Date;
}

/** The API refused, or something before it did. */
export declare class RivetError extends Error {
  /** Of HTTP. */
  readonly status: number;
  /** Stable, such as `PORT_NOT_GUARDED`; `UNKNOWN` if it was not the API that answered. */
  readonly code: string;
  /** Finds the line in the control plane's log. */
  readonly rayId: string | undefined;
  /** `field` and `expected` where a field is at fault. */
  readonly metadata: Record<string, unknown> | undefined;
}

/** The connections of an environment's actors. All methods reject with a {@link RivetError}, or as `fetch` does. */
export declare class RivetConnections {
  constructor(settings: Settings);

  /** Opens a port of an actor. */
  getConnection(actorId: string, options: ConnectionOptions): Promise<Connection>;

  /** Shuts it: the token opens nothing more, and the sockets that it opened are closed. Doing so again does nothing. */
  revoke(actorId: string, connectionId: string): Promise<void>;

  /** All of an actor, or those of a subject. Resolves to how many that were good. */
  revokeAll(actorId: string, options?: { subject?: string }): Promise<number>;

  /** All of a subject, of whichever actor. Resolves to how many that were good. */
  revokeSubject(subject: string): Promise<number>;
}
