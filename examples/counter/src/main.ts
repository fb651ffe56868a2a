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

    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, app.fetch);
    ctx.signal.addEventListener("abort", () => server.shutdown()); // answers what it has, unlike Deno.serve's own signal
  },
} satisfies Actor;
