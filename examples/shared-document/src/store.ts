import type { Kv } from "@rivet-gg/actor";
import * as Y from "yjs";

const PART_BYTES = 100_000; // a value has 128 KiB
const PARTS_AT_ONCE = 8; // and a write 976 KiB
const MOST_UPDATES = 200;

/**
 * A document in the actor's store: a snapshot, and the updates since. An update is applied when it is kept, so nobody is shown
 * what could still be lost. What comes while one is being kept goes into the next.
 *
 * A long update is kept in several steps. Its parts are numbered down to 0, so one that has a part 0 is whole; what a crash left of
 * another counts for nothing, and its number is not used again.
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
    const parts = new Map<number, Map<number, Uint8Array>>();
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof kv.list<ArrayBuffer>>> = await kv.list<ArrayBuffer>({
        prefix: ["update"],
        format: "arrayBuffer",
        cursor,
      });
      for (const [key, value] of page) {
        const [, number, left] = key as [string, number, number];
        parts.set(number, (parts.get(number) ?? new Map()).set(left, new Uint8Array(value)));
      }
      cursor = page.cursor;
    } while (cursor !== null);
    const stored = new StoredDocument(kv, Math.max(-1, ...parts.keys()) + 1, parts.size);
    for (const update of parts.values()) {
      if (update.has(0)) {
        Y.applyUpdate(stored.doc, joined([...update.values()].reverse()));
      }
    }
    return stored;
  }

  /** Resolves when it is kept; `doc` tells of it with its own events. Throws {@link NoUpdate} if it is none. */
  async keep(update: Uint8Array): Promise<void> {
    check(update);
    await new Promise<void>((done, failed) => {
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
    await this.#put(update, false);
    Y.applyUpdate(this.doc, update);
    this.#updates++;
    if (this.#updates > MOST_UPDATES) {
      await this.#put(Y.encodeStateAsUpdate(this.doc), true);
      this.#updates = 1;
    }
  }

  /** The last step makes it count, and takes away what it stands for. @param forAll that were kept before it */
  async #put(update: Uint8Array, forAll: boolean): Promise<void> {
    const number = this.#next++; // also where it fails: nobody knows what of it is kept
    let left = Math.ceil(update.length / PART_BYTES);
    for (let at = 0; left > 0;) {
      const entries: [[string, number, number], ArrayBuffer][] = [];
      while (left > 0 && entries.length < PARTS_AT_ONCE) {
        entries.push([["update", number, --left], update.slice(at, at += PART_BYTES).buffer as ArrayBuffer]);
      }
      await this.#kv.transact(async (kept) => {
        if (forAll && left === 0) {
          kept.deleteRange({ start: ["update"], end: ["update", number] });
        }
        for (const [key, value] of entries) {
          await kept.put(key, value, { format: "arrayBuffer" });
        }
      });
    }
  }
}

/** An update is merged with those of others, and read by all who come later: what is none must not get so far. */
function check(update: Uint8Array): void {
  try {
    Y.decodeUpdate(update);
  } catch {
    throw new NoUpdate("it is no update of a document");
  }
}

export class NoUpdate extends Error {}

function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
