import { Hono } from "hono";
import type { Actor } from "@rivet-gg/actor";

export default {
  async start(ctx) {
    const { actor, region, environment } = ctx.metadata;
    let count = 0;

    const app = new Hono();
    app.get("/", (c) => {
      count += 1;
      return c.json({
        count,
        actor: actor.id,
        region: region.id,
        environment: environment.slug,
        tags: actor.tags,
        greeting: Deno.env.get("GREETING"),
      });
    });

    Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, app.fetch);
  },
} satisfies Actor;
