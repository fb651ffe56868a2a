import type { Actor } from "@rivet-gg/actor";

const INTERVAL_MS = 1_000;

export default {
  async start(ctx) {
    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, (request) => {
      const wanted = Number(new URL(request.url).searchParams.get("interval") ?? INTERVAL_MS);
      return new Response(ticks(wanted >= 1 ? wanted : INTERVAL_MS, ctx.signal), {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
      });
    });
    ctx.signal.addEventListener("abort", () => server.shutdown());
  },
} satisfies Actor;

/** One event at once and one after each interval, until the client goes or the actor ends. */
function ticks(intervalMs: number, end: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let count = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  let close = () => {};
  return new ReadableStream({
    start(controller) {
      const tick = () => {
        count += 1;
        controller.enqueue(encoder.encode(`id: ${count}\nevent: tick\ndata: ${JSON.stringify({ count })}\n\n`));
      };
      tick();
      timer = setInterval(tick, intervalMs);
      close = () => {
        clearInterval(timer);
        controller.close();
      };
      end.addEventListener("abort", close);
    },
    cancel() {
      clearInterval(timer);
      end.removeEventListener("abort", close);
    },
  });
}
