// `ctx.alarm`: what the author sees of the actor's alarms. They are kept by the control plane; this asks what is due, calls the
// handler, and says when it is done. The bytes are those of docs/reference/kv-wire.md.

import { decodeValue, encodeValue } from "./rivet-kv.js";
import { Writer } from "./rivet-store.js";

const SET = 32, DELETE = 33, DONE = 34, FAILED = 35, LIST = 36, NEXT = 37;
const ONCE = 1, EVERY = 2, CRON = 3;

const ONLY_ONE = "default";
// A timer of ours and the database's clock do not go alike.
const LONGEST_REST_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
const OVER = ["stale_generation", "state_lost"];

const text = new TextDecoder();
const utf8 = new TextEncoder();

export class Alarms {
  #agent;
  #handler = null;
  #running = false;
  #keepAlive = null;
  #nudge = () => {};
  // Whether an alarm may be set that nobody here knows of.
  #uncertain = false;

  constructor(agent) {
    this.#agent = agent;
  }

  /** Returns when it fires next. */
  async set(options) {
    const { name = ONLY_ONE, payload } = options ?? {};
    const request = new Writer().u8(SET).bytes(named(name));
    schedule(request, options ?? {});
    const answer = await this.#change(request.bytes(await encodeValue(payload)).done());
    return new Date(sums(answer)[0]);
  }

  /** Or null: there is none with this name. */
  async get(name = ONLY_ONE) {
    named(name);
    return (await this.list()).find((alarm) => alarm.name === name) ?? null;
  }

  /** In the order of their names. */
  async list() {
    const answer = await this.#agent.call(new Writer().u8(LIST).done());
    const read = answer.list((from) => [text.decode(from.bytes()), scheduled(from), Number(from.i64()), from.bytes()]);
    return await Promise.all(
      read.map(async ([name, when, nextAt, payload]) => ({
        name,
        ...when,
        nextAt: new Date(nextAt),
        payload: await decodeValue(payload),
      })),
    );
  }

  /** Returns whether there was one. */
  async delete(name = ONLY_ONE) {
    const answer = await this.#change(new Writer().u8(DELETE).bytes(named(name)).done());
    return sums(answer)[0] === 1;
  }

  // What is not confirmed may be done all the same, now or later; what comes after it and is confirmed ends that.
  async #change(request) {
    try {
      const answer = await this.#agent.call(request);
      this.#uncertain = false;
      return answer;
    } catch (error) {
      this.#uncertain ||= error.code === "unavailable";
      throw error;
    } finally {
      this.#nudge();
    }
  }

  /** Alarms are handled one after the other. Returns a function that ends it. */
  on(handler) {
    if (typeof handler !== "function") {
      throw new TypeError("handler: no function (expected: one that takes an alarm)");
    }
    if (this.#handler !== null) {
      throw new TypeError("handler: there is one already (expected: one for all alarms; end the other first)");
    }
    this.#handler = handler;
    // As a port that listens does: an actor that waits for its alarms has not completed.
    this.#keepAlive = new MessageChannel().port1;
    this.#keepAlive.onmessage = () => {};
    this.#run();
    return () => {
      if (this.#handler === handler) {
        this.end();
      }
    };
  }

  /** No more are handled; one that is being handled still is. */
  end() {
    this.#handler = null;
    this.#keepAlive?.close();
    this.#keepAlive = null;
    this.#nudge();
  }

  async #run() {
    if (this.#running) {
      return; // goes on with the new handler
    }
    this.#running = true;
    let pause = FIRST_PAUSE_MS;
    while (this.#handler !== null) {
      try {
        await this.#step(pause);
        pause = this.#uncertain ? Math.min(2 * pause, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
      } catch (error) {
        if (OVER.includes(error.code)) {
          this.end();
          break;
        }
        await this.#rest(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      }
    }
    this.#running = false;
  }

  /** @param atMost the longest rest where it is not certain what is set */
  async #step(atMost) {
    // Made before it is asked: what is set meanwhile must not be slept over.
    const changed = Promise.withResolvers();
    this.#nudge = changed.resolve;
    const answer = await this.#agent.call(new Writer().u8(NEXT).done());
    if (answer.u8() === 1) {
      await this.#fired(answer);
      return;
    }
    const wait = Number(answer.i64());
    await this.#wait(changed, this.#uncertain ? atMost : wait < 0 ? null : Math.min(wait, LONGEST_REST_MS));
  }

  async #fired(answer) {
    const name = answer.bytes();
    const id = answer.id();
    const [scheduledAt, lateMs, missed, failures] = Array.from({ length: 4 }, () => Number(answer.i64()));
    const alarm = Object.freeze({
      id: uuid(id),
      name: text.decode(name),
      scheduledAt: new Date(scheduledAt),
      lateMs,
      missed,
      attempt: failures + 1,
      payload: await decodeValue(answer.bytes()),
    });
    await this.#say(await this.#handled(alarm) ? DONE : FAILED, name, id);
  }

  async #handled(alarm) {
    const handler = this.#handler;
    if (handler === null) {
      return false;
    }
    try {
      await handler(alarm);
      return true;
    } catch (error) {
      console.error(`error: the alarm '${alarm.name}' was not handled and comes again:`, error);
      return false;
    }
  }

  // Until it is heard: else what was handled would come again.
  async #say(what, name, id) {
    const request = new Writer().u8(what).bytes(name).id(id).done();
    for (let pause = FIRST_PAUSE_MS;; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        await this.#change(request);
        return;
      } catch (error) {
        if (error.code !== "unavailable") {
          throw error;
        }
        await new Promise((done) => setTimeout(done, pause));
      }
    }
  }

  async #rest(ms) {
    const ended = Promise.withResolvers();
    this.#nudge = ended.resolve;
    await this.#wait(ended, ms);
  }

  /** @param ms null: until something changes */
  async #wait(changed, ms) {
    const timer = ms === null ? undefined : setTimeout(changed.resolve, ms);
    await changed.promise;
    clearTimeout(timer);
  }
}

function named(name) {
  if (typeof name !== "string") {
    throw new TypeError(`name: ${name} (expected: a string)`);
  }
  return utf8.encode(name);
}

function schedule(to, { at, every, cron, timeZone }) {
  if ([at, every, cron].filter((one) => one !== undefined).length !== 1) {
    throw new TypeError("schedule: none or several (expected: one of at, every and cron)");
  }
  if (timeZone !== undefined && cron === undefined) {
    throw new TypeError("timeZone: without cron (expected: with it only)");
  }
  if (at !== undefined) {
    to.u8(ONCE).i64(whole("at", at instanceof Date ? at.getTime() : at, "a Date, or milliseconds since 1970"));
  } else if (every !== undefined) {
    to.u8(EVERY).i64(whole("every", every, "milliseconds"));
  } else {
    to.u8(CRON).bytes(expression("cron", cron)).bytes(expression("timeZone", timeZone ?? "UTC"));
  }
}

function whole(what, value, expected) {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new TypeError(`${what}: ${value} (expected: ${expected})`);
  }
  return Math.ceil(value);
}

function expression(what, value) {
  if (typeof value !== "string") {
    throw new TypeError(`${what}: ${value} (expected: a string)`);
  }
  return utf8.encode(value);
}

function scheduled(from) {
  switch (from.u8()) {
    case ONCE:
      return { at: new Date(Number(from.i64())) };
    case EVERY:
      return { every: Number(from.i64()) };
    default:
      return { cron: text.decode(from.bytes()), timeZone: text.decode(from.bytes()) };
  }
}

function sums(answer) {
  answer.i64(); // the version of the store, which this does not change
  return answer.list((from) => Number(from.i64()));
}

function uuid(id) {
  const hex = Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
