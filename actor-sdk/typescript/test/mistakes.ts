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
  // @ts-expect-error: this version has no store yet, and the types do not pretend that it has
  await ctx.kv.get("key");
}
