import type { Actor } from "@rivet-gg/actor";

export default {
  async start(ctx) {
    const { actor, region } = ctx.metadata;
    let visits = 0;

    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, () => {
      visits += 1;
      return Response.json({ visits, actor: actor.id, region: region.id });
    });
    ctx.signal.addEventListener("abort", () => server.shutdown()); // answers what it has
  },
} satisfies Actor;
