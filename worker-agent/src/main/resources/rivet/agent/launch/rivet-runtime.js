// What runs in every JavaScript actor's process, before and around the author's module.
//
// It reads one line of JSON from standard input: who the actor is, and where its module is. So a process can be started,
// and warmed, before anyone knows which actor it will be.

import { Alarms } from "./rivet-alarm.js";
import { Kv, prepareValues } from "./rivet-kv.js";
import { LONG_SILENCE_MS, Store } from "./rivet-store.js";

const WARM_LINE = "rivet: warm\n";
const NOT_YET = ["log"];
const READY = Uint8Array.of(16);
const SLEEP = Uint8Array.of(17);
const CHECKPOINT = Uint8Array.of(18);
const NEWS = Uint8Array.of(24);
const EVENT = "upgradeAvailable";
const NEWS_MS = 1_000;
// An agent that is gone cannot say why, and what is to be finished is worth more than that.
const WHY_MS = 500;

class EntryError extends Error {}

// Asks, for as long as somebody listens. That alone does not keep the process alive.
class News {
  #agent;
  #listeners = [];
  #newer = "";

  constructor(agent) {
    this.#agent = agent;
  }

  on(event, listener) {
    if (event !== EVENT) {
      throw new TypeError(`ctx.on: '${event}' (expected: '${EVENT}')`);
    }
    this.#listeners.push(listener);
    if (this.#listeners.length === 1) {
      this.#look();
    } else if (this.#newer !== "") {
      queueMicrotask(() => listener({ build: this.#newer }));
    }
  }

  async #look() {
    try {
      const { newer } = await told(this.#agent);
      if (newer !== this.#newer) {
        this.#newer = newer;
        this.#tellAll(newer);
      }
    } catch {
      // The agent is being restarted: later.
    }
    Deno.unrefTimer(setTimeout(() => this.#look(), NEWS_MS));
  }

  #tellAll(build) {
    for (const listener of build === "" ? [] : this.#listeners) {
      queueMicrotask(() => listener({ build }));
    }
  }
}

// Made when someone asks for the signal.
let stop;

if (Deno.args[0] === "warm") {
  await exercise();
  Deno.stdout.writeSync(new TextEncoder().encode(WARM_LINE));
}

const line = await readLine();
if (line === null) {
  // No assignment will come: the agent does not need this process any more.
  Deno.exit(0);
}
const assignment = JSON.parse(line);
for (const [name, value] of Object.entries(assignment.environment)) {
  Deno.env.set(name, value);
}

const entry = await load(assignment.module);
// Awaiting what never settles does not keep Deno alive by itself; a port that listens does. A timer would too, but Deno
// loads the code behind timers when one is first used, for 10 ms that not every actor needs.
const { port1: keepAlive } = new MessageChannel();
keepAlive.onmessage = () => {};
try {
  await entry.start(context(assignment));
} finally {
  keepAlive.close();
}
// Returned: whatever the author left running runs until it is done, and then the process ends with 0.

async function load(module) {
  const { default: entry } = await import(module);
  try {
    check(entry);
  } catch (error) {
    console.error(`error: ${error.message}`);
    Deno.exit(1);
  }
  return entry;
}

function check(entry) {
  if (entry === undefined || entry === null) {
    throw new EntryError(
      "the script has no default export. Export an object with an async start function: " +
        "export default { async start(ctx) { … } }",
    );
  }
  if (typeof entry.start !== "function") {
    throw new EntryError(
      "the default export has no start function. It must be an object with `async start(ctx)`, " +
        "or a class with `static async start(ctx)`",
    );
  }
  if (Object.prototype.toString.call(entry.start) !== "[object AsyncFunction]") {
    throw new EntryError("start of the default export is not async. Declare it as `async start(ctx)`");
  }
}

function context({ metadata, environment }) {
  const agent = new Store(environment.RIVET_KV_SOCKET);
  // Connects when it is first used.
  const patient = new Store(environment.RIVET_KV_SOCKET, LONG_SILENCE_MS);
  const alarms = new Alarms(agent);
  const news = new News(agent);
  const ctx = {
    metadata: frozenMetadata(metadata),
    kv: Object.freeze(new Kv(agent)),
    alarm: Object.freeze(alarms),
    ready: async () => void await agent.call(READY),
    sleep: async () => void await agent.call(SLEEP),
    dir: environment.RIVET_DIR ?? null,
    checkpoint: async () => Number((await patient.call(CHECKPOINT)).i64()),
    on: (event, listener) => news.on(event, listener),
    get signal() {
      return stopSignal(agent, () => alarms.end());
    },
  };
  for (const name of NOT_YET) {
    Object.defineProperty(ctx, name, {
      get() {
        throw new Error(`ctx.${name} does not exist yet in this version of Rivet`);
      },
    });
  }
  return Object.freeze(ctx);
}

function frozenMetadata(metadata) {
  const createdAt = Date.parse(metadata.actor.createdAt);
  // A frozen Date can still be set, so each reader has one of its own.
  Object.defineProperty(metadata.actor, "createdAt", { get: () => new Date(createdAt), enumerable: true });
  return deepFreeze(metadata);
}

function deepFreeze(value) {
  for (const key of Object.keys(value)) {
    const { value: inner } = Object.getOwnPropertyDescriptor(value, key);
    if (typeof inner === "object" && inner !== null) {
      deepFreeze(inner);
    }
  }
  return Object.freeze(value);
}

// Only for those who ask: whoever never looks at the signal is ended by SIGTERM, as any program is.
function stopSignal(agent, first) {
  if (stop === undefined) {
    stop = new AbortController();
    Deno.addSignalListener("SIGTERM", async () => {
      first();
      const why = await Promise.race([
        told(agent).then(({ stop }) => stop, () => ""),
        new Promise((late) => Deno.unrefTimer(setTimeout(late, WHY_MS, ""))),
      ]);
      const reason = new DOMException(`The actor is to stop${why === "" ? "" : `: ${why}`}`, "AbortError");
      stop.abort(Object.assign(reason, { why: why === "" ? "unknown" : why }));
    });
  }
  return stop.signal;
}

async function told(agent) {
  const answer = await agent.call(NEWS);
  const text = new TextDecoder();
  return { stop: text.decode(answer.bytes()), newer: text.decode(answer.bytes()) };
}

async function readLine() {
  const chunks = [];
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await Deno.stdin.read(buffer);
    if (count === null) {
      return null;
    }
    const chunk = buffer.slice(0, count);
    const end = chunk.indexOf(10);
    chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
    if (end >= 0) {
      return await new Blob(chunks).text();
    }
  }
}

// Does once what nearly every actor does, so that the actor's first time is not the process's first time.
async function exercise() {
  await new Promise((done) => setTimeout(done, 0));
  new Date().toString();
  structuredClone(JSON.parse('{ "a": [1, "b", null] }'));
  crypto.randomUUID();
  Deno.env.get("PATH");
  await import("data:text/javascript,export default { async start() {} }");
  await prepareValues();
  await serveOnce();
}

async function serveOnce() {
  const listening = Promise.withResolvers();
  const stopping = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: listening.resolve, signal: stopping.signal },
    async (request) => {
      const { pathname } = new URL(request.url);
      const text = await request.text();
      return request.method === "POST"
        ? new Response(new Blob([text]).stream(), { headers: { "x-path": pathname } })
        : Response.json({ pathname, host: request.headers.get("host") });
    },
  );
  const { port } = await listening.promise;
  for (const method of ["GET", "POST", "GET"]) {
    await ask(port, `${method} /warm?a=1 HTTP/1.1\r\nHost: warm\r\nContent-Length: 4\r\nConnection: close\r\n\r\nwarm`);
  }
  stopping.abort();
  await server.finished;
}

async function ask(port, request) {
  const connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(1024);
  while ((await connection.read(buffer)) !== null);
  connection.close();
}
