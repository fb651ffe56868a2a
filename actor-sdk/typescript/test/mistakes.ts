import type { Actor, ActorContext } from "@rivet-gg/actor";

// @ts-expect-error: no start
export const empty: Actor = {};

export const notAsync: Actor = {
  // @ts-expect-error: start must be asynchronous
  start(_ctx: ActorContext) {
    return 1;
  },
};

class NotStatic {
  async start(_ctx: ActorContext): Promise<void> {}
}
// @ts-expect-error: start of a class must be static
export const notStatic: Actor = NotStatic;

export async function frozen(ctx: ActorContext): Promise<void> {
  // @ts-expect-error: nobody changes what is true
  ctx.metadata.actor.id = "other";
  // @ts-expect-error: also not deep inside
  ctx.metadata.actor.tags["name"] = "other";
  // @ts-expect-error: a key is a tuple, and no object
  await ctx.kv.get({ key: 1 });
  // @ts-expect-error: there may be no entry
  const count: number = await ctx.kv.get<number>("count");
  console.log(count);
  // @ts-expect-error: either once or again and again
  await ctx.alarm.set({ at: new Date(), every: 1_000 });
  // @ts-expect-error: a calendar is of a place, a period is not
  await ctx.alarm.set({ every: 1_000, timeZone: "UTC" });
}
