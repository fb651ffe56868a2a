import type { Actor } from "@rivet-gg/actor";

const PROTOCOL = "echo";
const ENDED = 4001; // what the API lets a program choose is 1000, and 3000 to 4999

export default {
  async start(ctx) {
    const sockets = new Set<WebSocket>();
    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, (request) => {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return new Response("this actor speaks WebSocket\n", { status: 426, headers: { upgrade: "websocket" } });
      }
      const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((each) => each.trim());
      const { socket, response } = Deno.upgradeWebSocket(
        request,
        offered.includes(PROTOCOL) ? { protocol: PROTOCOL } : {},
      );
      socket.binaryType = "arraybuffer";
      socket.onopen = () => sockets.add(socket);
      socket.onclose = () => sockets.delete(socket);
      socket.onmessage = (message) => socket.send(message.data);
      return response;
    });

    ctx.signal.addEventListener("abort", () => {
      sockets.forEach((socket) => socket.close(ENDED, "the actor ends"));
      server.shutdown();
    });
  },
} satisfies Actor;
