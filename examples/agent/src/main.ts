import type { Actor, ActorContext } from "@rivet-gg/actor";
import { Conversation, type Told } from "./conversation.ts";

export default {
  async start(ctx: ActorContext) {
    const conversation = await Conversation.open(ctx.kv, ctx.metadata.actor.id);
    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "POST" && pathname === "/messages") {
        return await ask(conversation, await request.json().catch(() => null));
      }
      if (pathname === "/messages") {
        return Response.json(conversation.messages);
      }
      return pathname === "/events" ? events(conversation, request) : new Response("no such page\n", { status: 404 });
    });
    ctx.signal.addEventListener("abort", () => server.shutdown());
    await conversation.goOn(ctx.signal);
  },
} satisfies Actor;

async function ask(conversation: Conversation, asked: { id?: unknown; text?: unknown } | null): Promise<Response> {
  if (typeof asked?.id !== "string" || typeof asked.text !== "string" || asked.id.length > 64 || asked.text.length > 10_000) {
    return new Response("an id of at most 64 characters, and a text of at most 10000\n", { status: 400 });
  }
  await conversation.ask(asked.id, asked.text);
  return new Response(null, { status: 202 });
}

/** Messages from the one after Last-Event-ID on, and pieces of the answer that is being given. */
function events(conversation: Conversation, request: Request): Response {
  const encoder = new TextEncoder();
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const tell = (told: Told) =>
        controller.enqueue(encoder.encode(
          "piece" in told
            ? `event: piece\ndata: ${JSON.stringify(told.piece)}\n\n`
            : `event: message\nid: ${told.number}\ndata: ${JSON.stringify(told.message)}\n\n`,
        ));
      controller.enqueue(encoder.encode("retry: 300\n\n"));
      const from = Number(request.headers.get("last-event-id") ?? -1) + 1;
      conversation.messages.slice(from).forEach((message, index) => tell({ message, number: from + index }));
      stop = conversation.listen(tell);
    },
    cancel: () => stop(),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
