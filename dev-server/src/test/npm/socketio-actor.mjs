// A room with socket.io's own server: what one says all others hear.
import { createServer } from "node:http";
import { Server } from "socket.io";

export default {
  async start(ctx) {
    const http = createServer();
    const io = new Server(http);
    io.on("connection", (socket) => {
      socket.on("say", (text, told) => {
        socket.broadcast.emit("said", text);
        told(ctx.metadata.actor.generation);
      });
      socket.on("crash", () => Deno.exit(1));
    });
    http.listen(Number(Deno.env.get("PORT_HTTP")));
    await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
    io.close();
  },
};
