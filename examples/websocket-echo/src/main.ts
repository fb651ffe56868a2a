import type { Actor } from "@rivet-gg/actor";

const PROTOCOL = "echo";

export default {
  async start(ctx) {
    Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, (request) => {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return new Response("this actor speaks WebSocket\n", { status: 426, headers: { upgrade: "websocket" } });
      }
      const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((each) => each.trim());
      const { socket, response } = Deno.upgradeWebSocket(
        request,
        offered.includes(PROTOCOL) ? { protocol: PROTOCOL } : {},
      );
      socket.binaryType = "arraybuffer";
      socket.onmessage = (message) => socket.send(message.data);
      return response;
    });
  },
} satisfies Actor;
