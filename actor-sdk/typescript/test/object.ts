import type { Actor } from "@rivet-gg/actor";

export default {
  async start(ctx) {
    const { actor, network, project, environment, region, cluster, build } = ctx.metadata;
    const texts: string[] = [actor.id, project.slug, environment.slug, region.name, cluster.id, build.id];
    const since: number = actor.createdAt.getTime();
    const url: string | undefined = network.ports["http"]?.url;
    ctx.signal.addEventListener("abort", () => console.log(texts, since, url, actor.generation));

    Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, () => new Response("hello"));
  },
} satisfies Actor;
