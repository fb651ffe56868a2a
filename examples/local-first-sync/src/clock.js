// A hybrid logical clock: close to the time of day, and never behind what was seen. Texts of it sort as the clocks do, and no two
// clients make the same one, so of two edits of a record everybody calls the same one the later.

const MOST_AHEAD_MS = 60_000;

export class Clock {
  #client;
  #now;
  #millis = 0;
  #count = 0;

  /**
   * @param {string} client a name that no other client has
   * @param {() => number} now
   */
  constructor(client, now = Date.now) {
    this.#client = client;
    this.#now = now;
  }

  /** Later than all that this clock has made and seen. @returns {string} */
  next() {
    const now = this.#now();
    this.#count = now > this.#millis ? 0 : this.#count + 1;
    this.#millis = Math.max(now, this.#millis);
    return `${digits(this.#millis, 9)}-${digits(this.#count, 4)}-${this.#client}`;
  }

  /** What was made elsewhere. @param {string} other */
  saw(other) {
    const { millis, count } = parsed(other);
    if (millis > this.#millis || (millis === this.#millis && count > this.#count)) {
      this.#millis = millis;
      this.#count = count;
    }
  }
}

/**
 * Whether it is one, and not of a time that has not come: such an edit would win over all that follow.
 *
 * @param {string} clock
 */
export function isPlausible(clock, now = Date.now()) {
  return /^[0-9a-z]{9}-[0-9a-z]{4}-.{1,64}$/.test(clock) && parsed(clock).millis <= now + MOST_AHEAD_MS;
}

function parsed(clock) {
  return { millis: parseInt(clock.slice(0, 9), 36), count: parseInt(clock.slice(10, 14), 36) };
}

function digits(value, many) {
  return value.toString(36).padStart(many, "0");
}
