import type { Actor, ActorContext } from "@rivet-gg/actor";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import * as awareness from "y-protocols/awareness";
import * as Y from "yjs";
import { NoUpdate, StoredDocument } from "./store.ts";

// The protocol of y-websocket: a message begins with its kind, and one about the document with what it is about.
const SYNC = 0, AWARENESS = 1;
const HAVE = 0, LACKED = 1, UPDATE = 2;
const MOST_BYTES = 4 << 20; // of a message: all that a client typed at once, or while it was offline

export default {
  async start(ctx: ActorContext) {
    const stored = await StoredDocument.open(ctx.kv);
    const room = new Room(stored);
    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, (request) => {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return new Response("this actor speaks the protocol of y-websocket\n", { status: 426 });
      }
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => room.enter(socket);
      return response;
    });
    ctx.signal.addEventListener("abort", () => {
      room.close();
      server.shutdown();
    });
    await server.finished;
  },
} satisfies Actor;

/** Who edits together. What people point at and where they are is passed on, and not kept. */
class Room {
  #sockets = new Set<WebSocket>();
  #people: awareness.Awareness;

  constructor(readonly stored: StoredDocument) {
    this.#people = new awareness.Awareness(stored.doc);
    this.#people.setLocalState(null);
    stored.doc.on("update", (update: Uint8Array) => this.#tellAll(about(UPDATE, update)));
  }

  enter(socket: WebSocket): void {
    const clients = new Set<number>();
    this.#sockets.add(socket);
    socket.onmessage = ({ data }) => {
      if (typeof data === "string" || data.byteLength > MOST_BYTES) {
        socket.close(1009, `a message has at most ${MOST_BYTES} bytes`);
        return;
      }
      this.#hear(socket, clients, new Uint8Array(data)).catch((error) => {
        console.error(error);
        if (error instanceof NoUpdate) {
          socket.close(1007, error.message);
        } else {
          socket.close(1011, "it could not be kept"); // the client comes again, and brings what is missing
        }
      });
    };
    socket.onclose = () => {
      this.#sockets.delete(socket);
      awareness.removeAwarenessStates(this.#people, [...clients], socket);
      this.#tellAll(this.#presence([...clients]));
    };
    socket.send(about(HAVE, Y.encodeStateVector(this.stored.doc)));
    socket.send(this.#presence([...this.#people.getStates().keys()]));
  }

  async #hear(socket: WebSocket, clients: Set<number>, message: Uint8Array): Promise<void> {
    const decoder = decoding.createDecoder(message);
    switch (decoding.readVarUint(decoder)) {
      case SYNC: {
        const kind = decoding.readVarUint(decoder);
        const bytes = decoding.readVarUint8Array(decoder);
        if (kind === HAVE) {
          socket.send(about(LACKED, Y.encodeStateAsUpdate(this.stored.doc, bytes)));
        } else if (bytes.length > 2) { // two bytes say that nothing is new
          await this.stored.keep(bytes);
        }
        break;
      }
      case AWARENESS: {
        const update = decoding.readVarUint8Array(decoder);
        awareness.applyAwarenessUpdate(this.#people, update, socket);
        namedIn(update).forEach((client) => clients.add(client));
        this.#tellAll(message);
        break;
      }
    }
  }

  #presence(clients: number[]): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, AWARENESS);
    encoding.writeVarUint8Array(encoder, awareness.encodeAwarenessUpdate(this.#people, clients));
    return encoding.toUint8Array(encoder);
  }

  #tellAll(message: Uint8Array): void {
    for (const socket of this.#sockets) {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(message as Uint8Array<ArrayBuffer>);
      }
    }
  }

  close(): void {
    this.#people.destroy();
    this.#sockets.forEach((socket) => socket.close(1012, "the actor ends"));
  }
}

function about(kind: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

function namedIn(update: Uint8Array): number[] {
  const decoder = decoding.createDecoder(update);
  return Array.from({ length: decoding.readVarUint(decoder) }, () => {
    const client = decoding.readVarUint(decoder);
    decoding.readVarUint(decoder);
    decoding.readVarString(decoder);
    return client;
  });
}
