// `ctx.kv`: what the author sees of the actor's store. Keys are tuples, values are whatever can be cloned.

import { decodeKey, encodeKey, encodeStringStart } from "./rivet-keys.js";
import { KvError, Writer } from "./rivet-store.js";

const GET = 1, RANGE = 2, WRITE = 3;
const PUT = 1, DELETE = 2, DELETE_RANGE = 3, ADD = 4;

// The first byte of a value says what follows.
const RAW = 0, COUNTER = 1, CLONE = 2;

const PAGE = 1_000;
const TRIES = 16;
const NOTHING = new Uint8Array();
// Neither begins an element nor a character: the first is before all that can follow, the second is after it.
const BEFORE_MORE = Uint8Array.of(0x00), AFTER_MORE = Uint8Array.of(0xff);

export class Kv {
  #store;

  constructor(store) {
    this.#store = store;
  }

  /** The value, or null. */
  async get(key, options) {
    return (await this.getEntry(key, options))?.value ?? null;
  }

  /** The value and its version, or null: there is no entry. */
  async getEntry(key, options) {
    const [entry] = await this.#get([encodeKey(key)], options);
    return entry ?? null;
  }

  /** A map of those there are, in the order asked. */
  async getBatch(keys, options) {
    const encoded = [...keys].map(encodeKey);
    const entries = await this.#get(encoded, options);
    return new KvMap(encoded.map((key, place) => [key, entries[place]]).filter(([, entry]) => entry !== undefined));
  }

  /** The entries of a range, in order. */
  async list(options = {}) {
    const { reverse = false, limit = PAGE } = options;
    if (!Number.isInteger(limit) || limit < 1) {
      throw new TypeError(`limit: ${limit} (expected: a whole number from 1)`);
    }
    let { start, end } = continued(range(options), options.cursor, reverse);
    const found = [];
    let more = true;
    while (more && found.length < limit) {
      const asked = Math.min(PAGE, limit - found.length);
      const answer = await this.#store.call(
        new Writer().u8(RANGE).bytes(start).bytes(end).u8(reverse ? 1 : 0).u16(asked).done(),
      );
      const entries = answer.list((from) => [from.bytes(), Number(from.i64()), from.bytes()]);
      more = answer.u8() !== 0;
      for (const [key, version, value] of entries) {
        found.push([key, { value: await decodeValue(value, options), version }]);
      }
      if (entries.length > 0) {
        ({ start, end } = beyond(entries.at(-1)[0], { start, end }, reverse));
      }
    }
    return new KvMap(found, more ? toCursor(found.at(-1)[0]) : null);
  }

  /** Returns the version that the entry has now. */
  put(key, value, options) {
    return this.putBatch([[key, value]], options);
  }

  /** All or nothing. @param entries a Map, or pairs */
  async putBatch(entries, options) {
    const changes = new Changes();
    for (const [key, value] of entries) {
      await changes.put(key, value, options);
    }
    return (await this.#write([], changes)).version;
  }

  async delete(key) {
    await this.deleteBatch([key]);
  }

  async deleteBatch(keys) {
    const changes = new Changes();
    for (const key of keys) {
      changes.delete(key);
    }
    await this.#write([], changes);
  }

  async deleteRange(options) {
    await this.#write([], new Changes().deleteRange(bounded(options)));
  }

  async deleteAll() {
    await this.#write([], new Changes().deleteRange(range()));
  }

  /** Puts if the entry has this version; 0: if there is none. Returns its new version, or null: it has another one. */
  async compareAndSet(key, version, value, options) {
    const changes = new Changes();
    await changes.put(key, value, options);
    try {
      return (await this.#write([[encodeKey(key), version]], changes)).version;
    } catch (error) {
      if (isConflict(error)) {
        return null;
      }
      throw error;
    }
  }

  /** Adds to a counter, at once whatever others do; an absent one counts from 0. Returns what it comes to. */
  async add(key, delta = 1) {
    const { sums } = await this.#write([], new Changes().add(key, delta));
    return sums[0];
  }

  /**
   * Does all that the function asks for or nothing, if what it read is still so when it has returned; else it is called again.
   * Returns what it returns.
   */
  async transact(work) {
    for (let tries = 1; ; tries++) {
      const transaction = new Transaction((keys, options) => this.#get(keys, options));
      try {
        const result = await work(transaction);
        await this.#commit(transaction);
        return result;
      } catch (error) {
        if (!isConflict(error) || tries === TRIES) {
          throw error;
        }
      }
    }
  }

  async #commit(transaction) {
    const { checks, changes } = Transaction.parts(transaction);
    await changes.encoded();
    if (checks.length > 0 || !changes.isEmpty) {
      await this.#write(checks, changes);
    }
  }

  async #get(keys, options) {
    if (keys.length === 0) {
      return [];
    }
    const answer = await this.#store.call(new Writer().u8(GET).list(keys, (to, key) => to.bytes(key)).done());
    const values = answer.list((from) => [Number(from.i64()), from.bytes()]);
    return await Promise.all(
      values.map(async ([version, value]) =>
        version === 0 ? undefined : { value: await decodeValue(value, options), version }
      ),
    );
  }

  async #write(checks, changes) {
    const request = new Writer().u8(WRITE).list(checks, (to, [key, version]) => to.bytes(key).i64(version));
    const answer = await this.#store.call(changes.write(request).done());
    return { version: Number(answer.i64()), sums: answer.list((from) => number(from.i64())) };
  }
}

/** Entries in order, found by key. */
class KvMap {
  #entries = new Map();

  /** Where the next list goes on, or null: there is no more. Only lists have it. */
  cursor;

  constructor(entries, cursor = null) {
    for (const [key, entry] of entries) {
      this.#entries.set(nameOf(key), { key: bare(decodeKey(key)), ...entry });
    }
    this.cursor = cursor;
  }

  get size() {
    return this.#entries.size;
  }

  has(key) {
    return this.#entries.has(nameOf(encodeKey(key)));
  }

  get(key) {
    return this.#entries.get(nameOf(encodeKey(key)))?.value ?? null;
  }

  /** Of the entry, or 0: there is none. */
  version(key) {
    return this.#entries.get(nameOf(encodeKey(key)))?.version ?? 0;
  }

  /** With key, value and version each. */
  raw() {
    return [...this.#entries.values()];
  }

  array() {
    return [...this.entries()];
  }

  *keys() {
    for (const { key } of this.#entries.values()) yield key;
  }

  *values() {
    for (const { value } of this.#entries.values()) yield value;
  }

  *entries() {
    for (const { key, value } of this.#entries.values()) yield [key, value];
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

/** What is to be changed, in order. */
class Changes {
  #all = [];
  #encoding = [];

  get isEmpty() {
    return this.#all.length === 0;
  }

  put(key, value, options) {
    const encoded = encodeKey(key);
    const place = this.#all.push(null) - 1; // in the order of the calls, whichever is encoded first
    const done = encodeValue(value, options).then((bytes) => {
      this.#all[place] = (to) => to.u8(PUT).bytes(encoded).bytes(bytes);
    });
    this.#encoding.push(done);
    return done;
  }

  /** When the author has not waited for each. */
  async encoded() {
    await Promise.all(this.#encoding);
  }

  delete(key) {
    const encoded = encodeKey(key);
    this.#all.push((to) => to.u8(DELETE).bytes(encoded));
    return this;
  }

  deleteRange({ start, end }) {
    this.#all.push((to) => to.u8(DELETE_RANGE).bytes(start).bytes(end));
    return this;
  }

  add(key, delta) {
    if (!(Number.isSafeInteger(delta) || (typeof delta === "bigint" && BigInt.asIntN(64, delta) === delta))) {
      throw new TypeError(`delta: ${delta} (expected: a whole number, as a bigint if it is large, of 64 bits at most)`);
    }
    const encoded = encodeKey(key);
    this.#all.push((to) => to.u8(ADD).bytes(encoded).i64(delta));
    return this;
  }

  write(request) {
    return request.list(this.#all, (to, change) => change(to));
  }
}

/** What a function given to `transact` reads and asks for. */
class Transaction {
  #get;
  #versions = new Map();
  #changes = new Changes();

  constructor(get) {
    this.#get = get;
  }

  static parts(transaction) {
    return {
      checks: [...transaction.#versions.values()],
      changes: transaction.#changes,
    };
  }

  /** As it was before this transaction. */
  async get(key, options) {
    return (await this.getEntry(key, options))?.value ?? null;
  }

  async getEntry(key, options) {
    const encoded = encodeKey(key);
    const [entry] = await this.#get([encoded], options);
    const name = nameOf(encoded);
    const version = entry?.version ?? 0;
    const [, before] = this.#versions.get(name) ?? [encoded, version];
    if (before !== version) {
      throw new KvError("conflict", "the entry changed between two reads of it");
    }
    this.#versions.set(name, [encoded, version]);
    return entry ?? null;
  }

  put(key, value, options) {
    return this.#changes.put(key, value, options);
  }

  delete(key) {
    this.#changes.delete(key);
  }

  deleteRange(options) {
    this.#changes.deleteRange(bounded(options));
  }

  add(key, delta = 1) {
    this.#changes.add(key, delta);
  }
}

/** A string is the beginning of strings; an array is the beginning of tuples. */
function range(options) {
  const { prefix, start, startAfter, end } = options ?? {};
  if (prefix !== undefined && (start !== undefined || startAfter !== undefined || end !== undefined)) {
    throw new TypeError("prefix: with start, startAfter or end (expected: either a prefix or bounds)");
  }
  if (start !== undefined && startAfter !== undefined) {
    throw new TypeError("start: with startAfter (expected: one of the two)");
  }
  if (typeof prefix === "string") {
    const bytes = encodeStringStart(prefix);
    return { start: bytes, end: extended(bytes, AFTER_MORE) };
  }
  if (prefix !== undefined) {
    const bytes = encodeKey(prefix);
    return bytes.length === 0 ? { start: NOTHING, end: NOTHING } : { start: bytes, end: extended(bytes, AFTER_MORE) };
  }
  return {
    start: first(start, startAfter),
    end: end !== undefined ? encodeKey(end) : NOTHING,
  };
}

/** What is forgotten must not delete all. */
function bounded(options) {
  const { start, end } = range(options);
  if (start.length === 0 && end.length === 0) {
    throw new TypeError("deleteRange: no bound (expected: a prefix, a start or an end; deleteAll deletes all)");
  }
  return { start, end };
}

function first(start, startAfter) {
  if (startAfter !== undefined) {
    return extended(encodeKey(startAfter), BEFORE_MORE);
  }
  return start === undefined ? NOTHING : encodeKey(start);
}

function continued(bounds, cursor, reverse) {
  if (cursor === undefined || cursor === null) {
    return bounds;
  }
  try {
    return beyond(fromCursor(cursor), bounds, reverse);
  } catch (error) {
    throw new TypeError("cursor: none of ours (expected: the cursor of a list)", { cause: error });
  }
}

function beyond(key, { start, end }, reverse) {
  return reverse ? { start, end: key } : { start: extended(key, BEFORE_MORE), end };
}

function extended(bytes, more) {
  const all = new Uint8Array(bytes.length + more.length);
  all.set(bytes);
  all.set(more, bytes.length);
  return all;
}

function bare(tuple) {
  return tuple.length === 1 ? tuple[0] : tuple;
}

function number(value) {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

// Loaded when a value is first used: 20 ms that not every actor needs.
let v8;

/** Does what the first use of a store would have to wait for. */
export async function prepareValues() {
  v8 ??= (await import("node:v8")).default;
  v8.deserialize(v8.serialize({ warm: [1] }));
}

export async function encodeValue(value, { format = "value" } = {}) {
  if (format === "arrayBuffer") {
    return extended(Uint8Array.of(RAW), bytesOf(value));
  }
  checkFormat(format);
  refuseWhatIsNoData(value);
  v8 ??= (await import("node:v8")).default;
  let bytes;
  try {
    bytes = v8.serialize(value);
  } catch (error) {
    throw new TypeError(`value: ${error.message}`, { cause: error });
  }
  return extended(Uint8Array.of(CLONE), bytes);
}

export async function decodeValue(bytes, { format = "value" } = {}) {
  checkFormat(format);
  const body = bytes.subarray(1);
  if (format === "arrayBuffer") {
    if (bytes[0] !== RAW) {
      throw new TypeError('format: "arrayBuffer" for a value that was not put as one');
    }
    return body.slice().buffer;
  }
  switch (bytes[0]) {
    case RAW:
      return body.slice();
    case COUNTER:
      return number(new DataView(body.buffer, body.byteOffset).getBigInt64(0));
    case CLONE:
      v8 ??= (await import("node:v8")).default;
      return v8.deserialize(body);
    default:
      throw new TypeError(`value: of kind ${bytes[0]}, which this version does not know`);
  }
}

function checkFormat(format) {
  if (format !== "value" && format !== "arrayBuffer") {
    throw new TypeError(`format: ${format} (expected: "value" or "arrayBuffer")`);
  }
}

function bytesOf(value) {
  if (value instanceof ArrayBuffer) {
    return new Uint8Array(value);
  }
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  throw new TypeError('value: with the format "arrayBuffer" (expected: an ArrayBuffer or a view of one)');
}

// V8 would make an empty object of them.
function refuseWhatIsNoData(value) {
  for (const type of [Blob, CryptoKey, DOMException, globalThis.ImageData, Promise, WeakMap, WeakSet, WeakRef]) {
    if (type !== undefined && value instanceof type) {
      throw new TypeError(`value: ${type.name} (expected: what can be cloned and holds all its data itself)`);
    }
  }
}

function isConflict(error) {
  return error instanceof KvError && error.code === "conflict";
}

function nameOf(key) {
  return String.fromCharCode(...key);
}

function toCursor(key) {
  return btoa(nameOf(key));
}

function fromCursor(cursor) {
  return Uint8Array.from(atob(cursor), (character) => character.charCodeAt(0));
}
