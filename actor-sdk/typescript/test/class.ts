import type { Actor, ActorContext } from "@rivet-gg/actor";

class Room {
  static async start(ctx: ActorContext): Promise<void> {
    const room = new Room(ctx.metadata.actor.tags["room"] ?? "lobby");
    Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, () => room.greet());
  }

  constructor(private readonly name: string) {}

  private greet(): Response {
    return new Response(`welcome to ${this.name}`);
  }
}

export default Room satisfies Actor;
