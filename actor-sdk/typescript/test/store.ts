import type { Actor, KvError } from "@rivet-gg/actor";

interface Player {
  score: number;
  joined: Date;
}

export default {
  async start({ kv }) {
    const starts: number | bigint = await kv.add("starts");
    await kv.put(["player", "ada"], { score: 1, joined: new Date() } satisfies Player);
    await kv.putBatch(new Map([["a", 1], ["b", 2]]));
    for (const [key, player] of await kv.list<Player>({ prefix: ["player"], limit: 10, reverse: true })) {
      console.log(starts, key, player.score, player.joined.getTime());
    }
    const entry = await kv.getEntry<string>("a");
    const version: number | null = await kv.compareAndSet("a", entry?.version ?? 0, "new");
    const left: number = await kv.transact(async (tx) => {
      const before = (await tx.get<number>("stock")) ?? 0;
      tx.put("stock", before - 1);
      tx.add("sold", 1n);
      return before - 1;
    });
    try {
      await kv.deleteRange({ startAfter: [1, null, Uint8Array.of(2)], end: [2n] });
    } catch (error) {
      console.log((error as KvError).code === "unavailable", version, left);
    }
  },
} satisfies Actor;
