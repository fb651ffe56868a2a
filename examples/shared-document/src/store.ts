import type { Kv } from "@rivet-gg/actor";
import * as Y from "yjs";

const PART_BYTES = 100_000; // a value has 128 KiB
const PARTS_AT_ONCE = 8; // and a write 976 KiB
const MOST_UPDATES = 200;

/**
 * A document in the actor's store: a snapshot, and the updates since. An update is applied when it is kept, so nobody is shown
 * what could still be lost. What comes while one is being kept goes into the next.
 */
export class StoredDocument {
  readonly doc = new Y.Doc();
  #kv: Kv;
  #next: number;
  #updates: number;
  #waiting: { update: Uint8Array; done: () => void; failed: (error: unknown) => void }[] = [];
  #keeping = false;

  private constructor(kv: Kv, next: number, updates: number) {
    this.#kv = kv;
    this.#next = next;
    this.#updates = updates;
  }

  static async open(kv: Kv): Promise<StoredDocument> {
    const parts = new Map<number, Uint8Array[]>();
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof kv.list<ArrayBuffer>>> = await kv.list<ArrayBuffer>({
        prefix: ["update"],
        format: "arrayBuffer",
        cursor,
      });
      for (const [key, value] of page) {
        const number = (key as [string, number, number])[1];
        parts.set(number, [...(parts.get(number) ?? []), new Uint8Array(value)]);
      }
      cursor = page.cursor;
    } while (cursor !== null);
    const stored = new StoredDocument(kv, Math.max(-1, ...parts.keys()) + 1, parts.size);
    for (const update of parts.values()) {
      Y.applyUpdate(stored.doc, joined(update));
    }
    return stored;
  }

  /** Resolves when it is kept; `doc` tells of it with its own events. */
  keep(update: Uint8Array): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ update, done, failed });
      this.#keepAll();
    });
  }

  async #keepAll(): Promise<void> {
    if (this.#keeping) {
      return;
    }
    this.#keeping = true;
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(Y.mergeUpdates(together.map(({ update }) => update)));
        together.forEach(({ done }) => done());
      } catch (error) {
        together.forEach(({ failed }) => failed(error));
      }
    }
    this.#keeping = false;
  }

  async #write(update: Uint8Array): Promise<void> {
    await this.#put(this.#next, update);
    Y.applyUpdate(this.doc, update);
    this.#next++;
    this.#updates++;
    if (this.#updates > MOST_UPDATES) {
      await this.#compact();
    }
  }

  /** All parts in one step. */
  async #put(number: number, update: Uint8Array): Promise<void> {
    const parts: [[string, number, number], ArrayBuffer][] = [];
    for (let at = 0; at < update.length; at += PART_BYTES) {
      parts.push([["update", number, parts.length], update.slice(at, at + PART_BYTES).buffer as ArrayBuffer]);
    }
    await this.#kv.transact(async (entries) => {
      for (const [key, value] of parts) {
        await entries.put(key, value, { format: "arrayBuffer" });
      }
    });
  }

  /** One update in place of all, in one step: a document is never seen without either. */
  async #compact(): Promise<void> {
    const whole = Y.encodeStateAsUpdate(this.doc);
    if (whole.length > PART_BYTES * PARTS_AT_ONCE) {
      this.#updates = 0; // too long for one step: it goes on as it is, and is looked at again later
      return;
    }
    await this.#kv.transact(async (entries) => {
      entries.deleteRange({ prefix: ["update"] });
      for (let at = 0, part = 0; at < whole.length; at += PART_BYTES, part++) {
        const bytes = whole.slice(at, at + PART_BYTES).buffer as ArrayBuffer;
        await entries.put(["update", this.#next, part], bytes, { format: "arrayBuffer" });
      }
    });
    this.#next++;
    this.#updates = 1;
  }
}

function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
