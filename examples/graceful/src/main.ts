import type { Actor } from "@rivet-gg/actor";

const WORK_MS = Number(Deno.env.get("WORK_MS") ?? 1_000);

export default {
  async start(ctx) {
    const server = Deno.serve(
      { port: Number(Deno.env.get("PORT_HTTP")) },
      () => new Response("working\n"),
    );

    await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve(), { once: true }));

    console.log(`told to end; finishing what is left, ${WORK_MS} ms of it`);
    await new Promise((resolve) => setTimeout(resolve, WORK_MS));
    await server.shutdown();
    console.log("finished");
  },
} satisfies Actor;
