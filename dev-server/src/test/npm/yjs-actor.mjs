// Shared documents with Yjs' own WebSocket server. POST /crash ends it in the middle of its work.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { setupWSConnection } from "@y/websocket-server/utils";

export default {
  async start(ctx) {
    const http = createServer((request, response) => {
      if (request.url === "/crash") {
        Deno.exit(1);
      }
      response.end(String(ctx.metadata.actor.generation));
    });
    const sockets = new WebSocketServer({ server: http });
    sockets.on("connection", setupWSConnection);
    http.listen(Number(Deno.env.get("PORT_HTTP")));
    await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
    sockets.close();
  },
};
