// The way to the actor's store: a Unix socket on which calls go out with a number and answers come back with it. The bytes are
// those of docs/reference/kv-wire.md.

/** Why a call of `ctx.kv` did not do what it was asked; `code` says which kind, and stays the same. */
export class KvError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = "KvError";
    this.code = code;
  }
}

const CODES = [undefined, "conflict", "stale_generation", "invalid", "too_large", "unavailable", "state_lost"];
const MOST_BYTES = 2 << 20;
const MOST_IN_A_LIST = 0xffff;
const HEAD_BYTES = 8;
// The agent answers within 5 s, and to some calls within 2 min. Who hears nothing for longer talks to one that does not run.
const SILENCE_MS = 8_000;
/** For those calls. */
export const LONG_SILENCE_MS = 130_000;
const CONNECT_MS = 5_000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

const text = new TextDecoder();

export class Store {
  #path;
  #silenceMs;
  #connecting = null;

  constructor(path, silenceMs = SILENCE_MS) {
    this.#path = path;
    this.#silenceMs = silenceMs;
  }

  /** @returns a reader that stands behind the status of the answer */
  async call(request) {
    if (request.length > MOST_BYTES) {
      throw new KvError("too_large", `the request: ${request.length} bytes (expected: at most ${MOST_BYTES})`);
    }
    const connection = await (this.#connecting ??= this.#connect());
    const answer = new Reader(await connection.call(request));
    const status = answer.u8();
    if (status !== 0) {
      throw new KvError(CODES[status] ?? "unavailable", text.decode(answer.bytes()));
    }
    return answer;
  }

  // An agent that is being restarted is back soon.
  async #connect() {
    const giveUp = performance.now() + CONNECT_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        const socket = await Deno.connect({ transport: "unix", path: this.#path });
        return new Connection(socket, this.#silenceMs, () => this.#connecting = null);
      } catch (error) {
        if (performance.now() + pause > giveUp) {
          this.#connecting = null;
          throw new KvError("unavailable", "nothing was done: the store cannot be reached", { cause: error });
        }
        await new Promise((done) => setTimeout(done, pause));
      }
    }
  }
}

class Connection {
  #socket;
  #silenceMs;
  #ended;
  #waiting = new Map();
  #outgoing = [];
  #sending = false;
  #next = 0;
  #failure = null;
  #watch = null;

  constructor(socket, silenceMs, ended) {
    this.#socket = socket;
    this.#silenceMs = silenceMs;
    this.#ended = ended;
    // Only what waits for an answer keeps the process alive.
    socket.unref();
    this.#receive();
  }

  call(request) {
    if (this.#failure !== null) {
      return Promise.reject(this.#failure);
    }
    const { promise, resolve, reject } = Promise.withResolvers();
    const number = this.#next = (this.#next + 1) >>> 0;
    if (this.#waiting.size === 0) {
      this.#socket.ref();
    }
    this.#waiting.set(number, { resolve, reject, since: performance.now() });
    this.#watch ??= setTimeout(() => this.#look(), this.#silenceMs);
    const head = new DataView(new ArrayBuffer(HEAD_BYTES));
    head.setUint32(0, 4 + request.length);
    head.setUint32(4, number);
    this.#outgoing.push(new Uint8Array(head.buffer), request);
    this.#send();
    return promise;
  }

  async #send() {
    if (this.#sending) {
      return;
    }
    this.#sending = true;
    try {
      while (this.#outgoing.length > 0) {
        const bytes = joined(this.#outgoing);
        this.#outgoing = [];
        for (let sent = 0; sent < bytes.length;) {
          sent += await this.#socket.write(bytes.subarray(sent));
        }
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#sending = false;
    }
  }

  async #receive() {
    try {
      const incoming = new Incoming(this.#socket);
      for (;;) {
        const head = await incoming.take(HEAD_BYTES);
        const view = new DataView(head.buffer, head.byteOffset);
        this.#answered(view.getUint32(4), await incoming.take(view.getUint32(0) - 4));
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #answered(number, bytes) {
    const call = this.#waiting.get(number);
    this.#waiting.delete(number);
    call?.resolve(bytes);
    if (this.#waiting.size === 0) {
      this.#socket.unref();
      clearTimeout(this.#watch);
      this.#watch = null;
    }
  }

  // Answers come in order, so the first that waits has waited longest.
  #look() {
    this.#watch = null;
    const [oldest] = this.#waiting.values();
    if (oldest === undefined) {
      return;
    }
    const left = oldest.since + this.#silenceMs - performance.now();
    if (left <= 0) {
      this.#fail(new Error("no answer came in time"));
    } else {
      this.#watch = setTimeout(() => this.#look(), left);
    }
  }

  #fail(cause) {
    if (this.#failure !== null) {
      return;
    }
    this.#failure = new KvError("unavailable", "the connection to the store ended: nobody knows what became of the call", {
      cause,
    });
    clearTimeout(this.#watch);
    this.#ended();
    this.#socket.close();
    for (const call of this.#waiting.values()) {
      call.reject(this.#failure);
    }
    this.#waiting.clear();
  }
}

/** What comes from a socket, in pieces of the size asked for. */
class Incoming {
  #socket;
  #kept = new Uint8Array(16 * 1024);
  #start = 0;
  #end = 0;

  constructor(socket) {
    this.#socket = socket;
  }

  async take(size) {
    if (this.#kept.length - this.#start < size) {
      const larger = this.#kept.length < size ? new Uint8Array(size) : this.#kept;
      larger.set(this.#kept.subarray(this.#start, this.#end));
      this.#end -= this.#start;
      this.#start = 0;
      this.#kept = larger;
    }
    while (this.#end - this.#start < size) {
      const count = await this.#socket.read(this.#kept.subarray(this.#end));
      if (count === null) {
        throw new Error("it was closed by the agent");
      }
      this.#end += count;
    }
    const taken = this.#kept.slice(this.#start, this.#start + size);
    this.#start += size;
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
    }
    return taken;
  }
}

/** Builds a request. */
export class Writer {
  #parts = [];

  u8(value) {
    this.#parts.push(Uint8Array.of(value));
    return this;
  }

  u16(value) {
    this.#parts.push(Uint8Array.of(value >>> 8, value));
    return this;
  }

  i64(value) {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigInt64(0, BigInt(value));
    this.#parts.push(new Uint8Array(view.buffer));
    return this;
  }

  bytes(value) {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value.length);
    this.#parts.push(new Uint8Array(view.buffer), value);
    return this;
  }

  id(value) {
    this.#parts.push(value);
    return this;
  }

  list(values, each) {
    if (values.length > MOST_IN_A_LIST) {
      throw new KvError("too_large", `${values.length} keys at once (expected: at most 128)`);
    }
    this.u16(values.length);
    values.forEach((value) => each(this, value));
    return this;
  }

  done() {
    return joined(this.#parts);
  }
}

/** Takes an answer apart. */
export class Reader {
  #bytes;
  #view;
  #place = 0;

  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8() {
    return this.#view.getUint8(this.#place++);
  }

  i64() {
    this.#place += 8;
    return this.#view.getBigInt64(this.#place - 8);
  }

  bytes() {
    const length = this.#view.getUint32(this.#place);
    this.#place += 4 + length;
    return this.#bytes.subarray(this.#place - length, this.#place);
  }

  /** 16 bytes. */
  id() {
    this.#place += 16;
    return this.#bytes.subarray(this.#place - 16, this.#place);
  }

  list(each) {
    const length = this.#view.getUint16(this.#place);
    this.#place += 2;
    return Array.from({ length }, () => each(this));
  }
}

function joined(parts) {
  if (parts.length === 1) {
    return parts[0];
  }
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}
