import type { Kv } from "@rivet-gg/actor";

const SIZE = 16;
const GEMS = 4;
const TICKS_BETWEEN_SAVES = 20;

export type Place = [number, number];

interface Gem {
  number: number;
  at: Place;
}

/**
 * The rules, and what of them outlives the process. Where players stand is kept every second, because a second of walking may be
 * lost; a score is kept, in one step with the gem that it is for, before anybody hears of it.
 */
export class Game {
  #kv: Kv;
  #gems: Gem[] = [];
  #next = 0;
  #scores = new Map<string, number>();
  #standing = new Map<string, Place>();
  #walking = new Map<string, Place>();
  #ticks = 0;

  private constructor(kv: Kv) {
    this.#kv = kv;
  }

  static async open(kv: Kv): Promise<Game> {
    const game = new Game(kv);
    const kept = await kv.get<{ gems: Gem[]; next: number }>("gems");
    game.#next = kept?.next ?? 0;
    game.#gems = kept?.gems ?? [];
    while (game.#gems.length < GEMS) {
      game.#gems.push(game.#gem());
    }
    game.#standing = new Map((await kv.get<[string, Place][]>("standing")) ?? []);
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof kv.list<number>>> = await kv.list<number>({ prefix: ["score"], cursor });
      for (const [key, score] of page) {
        game.#scores.set((key as [string, string])[1], score);
      }
      cursor = page.cursor;
    } while (cursor !== null);
    return game;
  }

  #gem(): Gem {
    return { number: this.#next++, at: [Math.floor(Math.random() * SIZE), Math.floor(Math.random() * SIZE)] };
  }

  join(player: string): void {
    if (!this.#standing.has(player)) {
      this.#standing.set(player, [SIZE / 2, SIZE / 2]);
    }
    this.#walking.set(player, [0, 0]);
  }

  walk(player: string, way: Place): void {
    this.#walking.set(player, way);
  }

  leave(player: string): void {
    this.#walking.delete(player);
  }

  /** @returns who has just found gems, kept already */
  async tick(): Promise<{ player: string; score: number }[]> {
    const found = new Map<string, Gem[]>();
    for (const [player, [x, y]] of this.#walking) {
      const [fromX, fromY] = this.#standing.get(player)!;
      const at: Place = [within(fromX + x), within(fromY + y)];
      this.#standing.set(player, at);
      const here = this.#gems.filter((gem) => gem.at[0] === at[0] && gem.at[1] === at[1]);
      const free = here.filter((gem) => ![...found.values()].flat().includes(gem));
      if (free.length > 0) {
        found.set(player, free);
      }
    }
    if (found.size > 0) {
      await this.#score(found);
    }
    if (++this.#ticks % TICKS_BETWEEN_SAVES === 0) {
      await this.save();
    }
    return [...found.keys()].map((player) => ({ player, score: this.#scores.get(player)! }));
  }

  async #score(found: Map<string, Gem[]>): Promise<void> {
    const taken = [...found.values()].flat();
    this.#gems = this.#gems.filter((gem) => !taken.includes(gem)).concat(taken.map(() => this.#gem()));
    const entries: [string | string[], unknown][] = [["gems", { gems: this.#gems, next: this.#next }]];
    for (const [player, gems] of found) {
      this.#scores.set(player, (this.#scores.get(player) ?? 0) + gems.length);
      entries.push([["score", player], this.#scores.get(player)]);
    }
    // If nobody knows whether it was kept, the actor crashes, and its next start sees what is so.
    await this.#kv.putBatch(entries);
  }

  async save(): Promise<void> {
    await this.#kv.put("standing", [...this.#standing]);
  }

  view() {
    return {
      size: SIZE,
      gems: this.#gems,
      found: this.#next - GEMS,
      players: [...this.#walking.keys()].map((player) => ({ player, at: this.#standing.get(player) })),
      scores: Object.fromEntries(this.#scores),
    };
  }
}

function within(place: number): number {
  return Math.min(SIZE - 1, Math.max(0, place));
}
