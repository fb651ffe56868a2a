import type { Actor, ActorContext } from "@rivet-gg/actor";
import { Game } from "./game.ts";

const TICK_MS = 50;

/** What a player says: who it is, first; then which way it walks. */
type Said = { join: string } | { walk: [number, number] };

export default {
  async start(ctx: ActorContext) {
    const game = await Game.open(ctx.kv);
    const sockets = new Map<WebSocket, string>();
    const tellAll = (message: unknown) => {
      const text = JSON.stringify(message);
      sockets.forEach((_, socket) => socket.readyState === WebSocket.OPEN && socket.send(text));
    };

    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, (request) => {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return Response.json(game.view());
      }
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => {
        const said = read(data);
        const player = sockets.get(socket);
        if (said !== null && "join" in said && player === undefined) {
          sockets.set(socket, said.join);
          game.join(said.join);
        } else if (said !== null && "walk" in said && player !== undefined) {
          game.walk(player, said.walk);
        } else {
          socket.close(4000, "say {join: name} first, then {walk: [-1 to 1, -1 to 1]}");
        }
      };
      socket.onclose = () => {
        const player = sockets.get(socket);
        sockets.delete(socket);
        if (player !== undefined && ![...sockets.values()].includes(player)) {
          game.leave(player);
        }
      };
      return response;
    });

    // The next tick begins when this one is over: what a tick has to keep, it keeps before anybody is told.
    let ending = false;
    ctx.signal.addEventListener("abort", () => ending = true);
    while (!ending) {
      const began = performance.now();
      for (const { player, score } of await game.tick()) {
        tellAll({ scored: player, score });
      }
      tellAll(game.view());
      await new Promise((done) => setTimeout(done, Math.max(0, TICK_MS - (performance.now() - began))));
    }
    await game.save();
    sockets.forEach((_, socket) => socket.close(1012, "the room moves"));
    await server.shutdown();
  },
} satisfies Actor;

function read(data: unknown): Said | null {
  try {
    const said = JSON.parse(String(data));
    const joins = typeof said.join === "string" && said.join.length > 0 && said.join.length <= 32;
    const walks = Array.isArray(said.walk) && said.walk.length === 2 &&
      said.walk.every((step: unknown) => step === -1 || step === 0 || step === 1);
    return joins || walks ? said : null;
  } catch {
    return null;
  }
}
