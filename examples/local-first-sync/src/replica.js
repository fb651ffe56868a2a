// What a client keeps: all records, and the edits that the actor has not confirmed. It reads and writes without a network, and
// synchronises when there is one. It is plain JavaScript, for browsers as it is. Keep `state()` in whatever the platform has,
// such as IndexedDB.

import { Clock } from "./clock.js";

/**
 * A record at a moment. A deleted one stays, without its value, so that an older edit does not bring it back.
 *
 * @typedef {{ id: string, clock: string, value: unknown, deleted: boolean }} Edit
 */

/** @typedef {{ edits: Edit[], pending: string[], at: number }} State */

const AT_ONCE = 50;

export class Replica {
  /** @type {Map<string, Edit>} */
  #edits = new Map();
  /** @type {Set<string>} */
  #pending = new Set();
  #at = 0;
  #clock;

  /**
   * @param {string} client a name that no other client has
   * @param {State} [state] as an earlier one gave it
   * @param {() => number} [now]
   */
  constructor(client, state, now) {
    this.#clock = new Clock(client, now);
    for (const edit of state?.edits ?? []) {
      this.#edits.set(edit.id, edit);
      this.#clock.saw(edit.clock);
    }
    this.#pending = new Set(state?.pending);
    this.#at = state?.at ?? 0;
  }

  /** @param {string} id @returns {unknown} undefined where there is none */
  get(id) {
    const edit = this.#edits.get(id);
    return edit === undefined || edit.deleted ? undefined : edit.value;
  }

  /** @param {string} id @param {unknown} value that JSON can say */
  put(id, value) {
    return this.#edit({ id, clock: this.#clock.next(), value, deleted: false });
  }

  /** @param {string} id */
  delete(id) {
    return this.#edit({ id, clock: this.#clock.next(), value: null, deleted: true });
  }

  #edit(edit) {
    this.#edits.set(edit.id, edit);
    this.#pending.add(edit.id);
    return edit;
  }

  /** All records, in the order of their ids. @returns {[string, unknown][]} */
  all() {
    return [...this.#edits.values()]
      .filter((edit) => !edit.deleted)
      .map((edit) => [edit.id, edit.value])
      .sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /** @returns {State} */
  state() {
    return { edits: [...this.#edits.values()], pending: [...this.#pending], at: this.#at };
  }

  /**
   * Tells the actor what it does not know, and hears what others did. Throws when there is no network; nothing is lost then.
   *
   * @param {string} url of the actor's port, as the API gives it
   */
  async sync(url) {
    const sync = new URL(url);
    sync.pathname = sync.pathname.replace(/\/?$/, "/sync");
    for (let more = true; more;) {
      const sent = [...this.#pending].slice(0, AT_ONCE).map((id) => this.#edits.get(id));
      const reply = await fetch(sync, {
        method: "POST",
        body: JSON.stringify({ since: this.#at, edits: sent }),
      });
      if (!reply.ok) {
        throw new Error(`sync: status ${reply.status}: ${await reply.text()}`);
      }
      const synced = await reply.json();
      synced.edits.forEach((edit) => this.#hear(edit));
      sent.forEach((edit) => this.#confirm(edit));
      this.#at = synced.at;
      more = synced.more || this.#pending.size > 0;
    }
  }

  #hear(edit) {
    this.#clock.saw(edit.clock);
    const own = this.#edits.get(edit.id);
    if (own === undefined || own.clock < edit.clock) {
      this.#edits.set(edit.id, edit);
      this.#pending.delete(edit.id);
    }
  }

  /** Unless it was edited again meanwhile. */
  #confirm(edit) {
    if (this.#edits.get(edit.id)?.clock === edit.clock) {
      this.#pending.delete(edit.id);
    }
  }
}
