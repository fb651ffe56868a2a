/**
 * Types for the authors of actors. An actor is an ES module whose default export has an asynchronous `start`:
 *
 * ```ts
 * import type { Actor } from "@rivet-gg/actor";
 *
 * export default {
 *   async start(ctx) {
 *     Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, () => new Response(ctx.metadata.actor.id));
 *   },
 * } satisfies Actor;
 * ```
 *
 * This package holds types only: import it with `import type`, and nothing of it is in your bundle.
 *
 * @packageDocumentation
 */

/**
 * What an actor's module exports as its default: an object with `start`, or a class with a static `start`. The class
 * itself is the value, so `satisfies Actor` checks both:
 *
 * ```ts
 * class Room {
 *   static async start(ctx: ActorContext) {}
 * }
 * export default Room satisfies Actor;
 * ```
 */
export interface Actor {
  /**
   * Called once, when the actor starts. Must be asynchronous.
   *
   * When it returns, and nothing is left that keeps the program busy (a server that listens, a timer, an open
   * connection), the actor has completed and is not started again. When it throws, or an error is caught nowhere, the
   * actor has crashed: a durable one is started again, another one is destroyed.
   *
   * Ports are numbers in the environment: port `http` is `PORT_HTTP`, port `game-udp` is `PORT_GAME_UDP`.
   */
  start(ctx: ActorContext): Promise<unknown>;
}

/** What an actor is told about itself. */
export interface ActorContext {
  /** Who and where this actor is. Frozen, all the way down. */
  readonly metadata: Metadata;

  /**
   * Aborted when this actor is to end: it is destroyed, or its machine is being stopped. No new requests reach it from
   * then on. Finish what must be finished and let the program end; what is still running when the actor's kill timeout
   * is over is killed. An actor that never looks at this property is ended at once, as programs are by SIGTERM.
   */
  readonly signal: AbortSignal;
}

/** Who and where an actor is. */
export interface Metadata {
  readonly actor: ActorMetadata;
  readonly network: NetworkMetadata;
  readonly project: ProjectMetadata;
  readonly environment: EnvironmentMetadata;
  readonly region: RegionMetadata;
  readonly cluster: ClusterMetadata;
  readonly build: BuildMetadata;
}

export interface ActorMetadata {
  /** A UUID; the same for the actor's whole life, across restarts. */
  readonly id: string;
  /** As given when the actor was created. */
  readonly tags: Readonly<Record<string, string>>;
  /** The name that no other live actor of the environment has; absent if it was created without one. */
  readonly key?: string;
  /** When the actor was created, which is not when it was last started. */
  readonly createdAt: Date;
  /** Counts the actor's starts, from 1. */
  readonly generation: number;
}

export interface NetworkMetadata {
  /** By the name given when the actor was created. */
  readonly ports: Readonly<Record<string, Port>>;
}

/** A door of the actor. */
export interface Port {
  readonly protocol: PortProtocol;
  /** Where the actor listens, if that was said when it was created; else read `PORT_<NAME>`. */
  readonly internalPort?: number;
  /** The host of {@link Port.url}. */
  readonly hostname?: string;
  /** The port number of {@link Port.url}; not where the actor listens. */
  readonly port?: number;
  /** The path of {@link Port.url}, where the URL has one. It is taken off before a request reaches the actor. */
  readonly path?: string;
  /** How the world reaches this port. */
  readonly url?: string;
  readonly routing: PortRouting;
}

/** WebSockets and server-sent events ride on `http` and `https`. */
export type PortProtocol = "http" | "https" | "tcp" | "tcp_tls" | "udp";

/** Through the proxy (`guard`), or at the machine itself (`host`). */
export type PortRouting =
  | { readonly guard: Readonly<Record<string, unknown>>; readonly host?: undefined }
  | { readonly host: Readonly<Record<string, unknown>>; readonly guard?: undefined };

export interface ProjectMetadata {
  readonly id: string;
  readonly slug: string;
}

export interface EnvironmentMetadata {
  readonly id: string;
  readonly slug: string;
}

export interface RegionMetadata {
  /** Such as `local` or `fra`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
}

export interface ClusterMetadata {
  readonly id: string;
}

export interface BuildMetadata {
  /** The build that this actor runs. */
  readonly id: string;
}
