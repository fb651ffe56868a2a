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

/** Why an actor is to end, an `AbortError`. */
export interface StopReason extends DOMException {
  /**
   * `destroy`: it will not be started again; `upgrade`: it is, with another build; `drain`: it is, on another machine, if it is
   * durable; `sleep`: it is, when somebody wants it; `unknown`: its agent is being stopped or cannot be asked.
   */
  readonly why: "destroy" | "upgrade" | "drain" | "sleep" | "unknown";
}

/** A build that an actor has been given and does not run yet. */
export interface UpgradeAvailable {
  /** Its id, a UUID. */
  readonly build: string;
}

/** What an actor is told about itself. */
export interface ActorContext {
  /** Who and where this actor is. Frozen, all the way down. */
  readonly metadata: Metadata;

  /**
   * Aborted when this actor is to end: it is destroyed, upgraded or put to sleep, or its machine is being stopped. `reason` is a
   * {@link StopReason}. No new requests reach it from
   * then on. Finish what must be finished and let the program end; what is still running when the actor's kill timeout
   * is over is killed. An actor that never looks at this property is ended at once, as programs are by SIGTERM.
   */
  readonly signal: AbortSignal;

  /**
   * Calls the listener when this actor is to get another build at its next start, or as soon as nobody uses it: it may choose a
   * good moment and end. Within about a second; again for each further build; also where one waits already. Listening alone
   * does not keep the actor alive.
   */
  on(event: "upgradeAvailable", listener: (upgrade: UpgradeAvailable) => void): void;

  /**
   * What this actor remembers: kept in the control plane's database across crashes, upgrades and moves, until the actor is
   * destroyed. A write is committed when its promise is fulfilled.
   */
  readonly kv: Kv;

  /** When this actor is to be woken, and what for; kept like its store. A due alarm starts an actor that sleeps. */
  readonly alarm: Alarms;

  /**
   * Says that this actor is ready for requests. Where it was created with `lifecycle.readiness: { signal: true }`, requests wait
   * for this, and the start has failed if it does not come within the start timeout; else it does nothing. Rejected with a
   * {@link KvError} with code `unavailable` where the agent cannot be reached for 5 s.
   */
  ready(): Promise<void>;

  /**
   * Asks to sleep: the actor is stopped as by its operator, with `signal` and its kill timeout, and started again as a new
   * generation when somebody wants it. Resolves when the agent has heard it, which is before the stop; requests that come
   * meanwhile are held, and wake it. May be repeated. Should the agent be started anew just then, it may have forgotten it.
   */
  sleep(): Promise<void>;

  /**
   * The path of this actor's own directory, where it was created with `storage: { dir: { quota_bytes } }`; else null. What is in it
   * when the process ends is kept and there again at the next start, wherever that is. The path may be another one then.
   */
  readonly dir: string | null;

  /**
   * Keeps what is in `kv` and in `dir` now, for the case that this machine is lost or that an operator wants to go back; the last
   * five are kept. All writes to `kv` that were answered are in it. Let nobody write to `dir` until it resolves, which may take up to
   * 2 min. Rejected with a {@link KvError}: `too_large` where more is in `dir` than its quota, or where there is none and the store is
   * larger than a checkpoint keeps, `conflict` where `dir` was written to meanwhile, `stale_generation`, `unavailable`.
   *
   * @returns the number of the checkpoint, which counts those of this actor from 1
   */
  checkpoint(): Promise<number>;
}

/** When an alarm fires: one of the three. */
export type AlarmSchedule =
  /** Once; a number is milliseconds since 1970. At once if that is past. */
  | { readonly at: Date | number; readonly every?: undefined; readonly cron?: undefined; readonly timeZone?: undefined }
  /** Again and again, for the first time one period after it was set. Milliseconds, 1 s to 366 days. */
  | { readonly every: number; readonly at?: undefined; readonly cron?: undefined; readonly timeZone?: undefined }
  /** By the calendar: five fields as of a crontab, or six of which the first is seconds. `timeZone` is UTC unless said. */
  | { readonly cron: string; readonly timeZone?: string; readonly at?: undefined; readonly every?: undefined };

export type AlarmOptions = AlarmSchedule & {
  /** `"default"` unless said: who has one alarm need not name it. 1 to 128 bytes. */
  readonly name?: string;
  /** What it brings; whatever can be cloned, at most 8 KiB. */
  readonly payload?: unknown;
};

/** One that is set. */
export interface PendingAlarm<P = unknown> {
  readonly name: string;
  readonly at?: Date;
  readonly every?: number;
  readonly cron?: string;
  readonly timeZone?: string;
  /** For when its next firing is; past where that is not handled yet. */
  readonly nextAt: Date;
  readonly payload: P;
}

/** A firing, as the handler hears of it. */
export interface FiredAlarm<P = any> {
  /** A UUID: the same until it is handled, however often the actor hears of it. */
  readonly id: string;
  readonly name: string;
  /** When it was to fire, by the database's clock. */
  readonly scheduledAt: Date;
  /** How late it is told, by the database's clock alone. */
  readonly lateMs: number;
  /** How many more of its times have passed meanwhile, and do not fire; 1000 stands for that or more. */
  readonly missed: number;
  /** From 1; attempts that ended with the process are not counted. */
  readonly attempt: number;
  readonly payload: P;
}

/** At most 100 for each actor. Refused calls are rejected with a {@link KvError}, as those of {@link Kv}. */
export interface Alarms {
  /**
   * Sets an alarm in the place of the one with its name; returns when it fires next. One that has this schedule already goes on as it
   * is, and only its payload is replaced: so it may be set at each start.
   */
  set(options: AlarmOptions): Promise<Date>;
  /** Or null: none is set, or it has fired for the last time and was handled. */
  get<P = unknown>(name?: string): Promise<PendingAlarm<P> | null>;
  /** In the order of their names. */
  list(): Promise<PendingAlarm[]>;
  /** Returns whether there was one. */
  delete(name?: string): Promise<boolean>;
  /**
   * Has alarms handled, one after the other. What the handler throws is printed, and the alarm comes again: after 1 s, 2 s, 4 s …
   * 5 min. Keeps the program alive, as a server that listens does, until `signal` is aborted or the function that it returns is called.
   */
  on(handler: (alarm: FiredAlarm) => unknown): () => void;
}

/** What may stand in a key. */
export type KeyElement = string | number | bigint | boolean | null | Uint8Array | readonly KeyElement[];

/**
 * A tuple; a single element may stand alone, and comes back so. At most 2048 bytes. Keys sort by their elements: null, booleans,
 * numbers by value, strings by code points, bytes, tuples.
 */
export type Key = KeyElement;

/** How a value is kept: `"value"`, the default, is whatever can be cloned; `"arrayBuffer"` is bytes. */
export interface KvFormat {
  readonly format?: "value" | "arrayBuffer";
}

/** Which entries: those with a prefix, or those between two bounds, of which the start is in the range and the end is not. */
export interface KvRange {
  /** An array is the beginning of tuples, a string the beginning of strings. Not together with bounds. */
  readonly prefix?: Key;
  readonly start?: Key;
  /** Like `start`, without this very key. */
  readonly startAfter?: Key;
  readonly end?: Key;
}

export interface KvListOptions extends KvRange, KvFormat {
  /** From the end to the start. */
  readonly reverse?: boolean;
  /** How many entries at most; 1000 unless said. */
  readonly limit?: number;
  /** Of the map of an earlier list with the same options: goes on there. */
  readonly cursor?: string | null;
}

export interface KvEntry<V> {
  readonly value: V;
  /** Greater than that of any earlier write of this actor. */
  readonly version: number;
}

/** Entries in order. */
export interface KvMap<V> extends Iterable<[Key, V]> {
  readonly size: number;
  /** Where the next list goes on, or null: there is no more. */
  readonly cursor: string | null;
  has(key: Key): boolean;
  /** The value, or null. */
  get(key: Key): V | null;
  /** Of the entry; 0: there is none. */
  version(key: Key): number;
  keys(): IterableIterator<Key>;
  values(): IterableIterator<V>;
  entries(): IterableIterator<[Key, V]>;
  array(): [Key, V][];
  raw(): (KvEntry<V> & { readonly key: Key })[];
}

/** What the function given to {@link Kv.transact} reads and asks for. */
export interface KvTransaction {
  /** As it was before the transaction. */
  get<V = unknown>(key: Key, options?: KvFormat): Promise<V | null>;
  getEntry<V = unknown>(key: Key, options?: KvFormat): Promise<KvEntry<V> | null>;
  put(key: Key, value: unknown, options?: KvFormat): Promise<void>;
  delete(key: Key): void;
  deleteRange(range: KvRange): void;
  add(key: Key, delta?: number | bigint): void;
}

/** `unavailable`: nobody knows whether it was done, unless the message says that nothing was. In all other cases nothing was. */
export type KvErrorCode = "conflict" | "stale_generation" | "invalid" | "too_large" | "unavailable" | "state_lost";

/** What a call of {@link Kv} is rejected with if the store refuses it; arguments that make no sense are TypeErrors. */
export interface KvError extends Error {
  readonly name: "KvError";
  readonly code: KvErrorCode;
}

/** At most 128 keys and 976 KiB a call, 128 KiB a value. Each call is answered within some seconds. */
export interface Kv {
  /** The value, or null: there is no entry. */
  get<V = unknown>(key: Key, options?: KvFormat): Promise<V | null>;
  getEntry<V = unknown>(key: Key, options?: KvFormat): Promise<KvEntry<V> | null>;
  /** Those there are, in the order asked. */
  getBatch<V = unknown>(keys: Iterable<Key>, options?: KvFormat): Promise<KvMap<V>>;
  /** The entries of a range, in order. */
  list<V = unknown>(options?: KvListOptions): Promise<KvMap<V>>;
  /** Returns the version that the entry has now. */
  put(key: Key, value: unknown, options?: KvFormat): Promise<number>;
  /** All or nothing. */
  putBatch(entries: Iterable<readonly [Key, unknown]>, options?: KvFormat): Promise<number>;
  delete(key: Key): Promise<void>;
  deleteBatch(keys: Iterable<Key>): Promise<void>;
  /** With at least one bound. */
  deleteRange(range: KvRange): Promise<void>;
  deleteAll(): Promise<void>;
  /** Puts if the entry has this version (0: if there is none). Returns the new version, or null: it has another one. */
  compareAndSet(key: Key, version: number, value: unknown, options?: KvFormat): Promise<number | null>;
  /** Adds to a counter of 64 bits; an absent one counts from 0. Returns the sum, as a bigint where a number is not exact. */
  add(key: Key, delta?: number | bigint): Promise<number | bigint>;
  /** Does all that the function asks for, or nothing, if what it read is still so; else calls it again, 16 times at most. */
  transact<R>(work: (transaction: KvTransaction) => Promise<R>): Promise<R>;
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
