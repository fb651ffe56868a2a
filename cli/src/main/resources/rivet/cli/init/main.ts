import type { Actor } from "@rivet-gg/actor";

export default {
  async start(ctx) {
    const { actor, region } = ctx.metadata;
    let visits = 0;

    Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, () => {
      visits += 1;
      return Response.json({ visits, actor: actor.id, region: region.id });
    });
  },
} satisfies Actor;
