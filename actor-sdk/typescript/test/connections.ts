import { type Connection, RivetConnections, RivetError } from "@rivet-gg/connections";

const rivet = new RivetConnections({ endpoint: "http://127.0.0.1:6420" });

export async function letIn(room: string, person: string): Promise<string> {
  try {
    const connection: Connection = await rivet.getConnection(room, { port: "http", ttlMs: 60_000, subject: person });
    return connection.wsUrl;
  } catch (error) {
    throw error instanceof RivetError && error.code === "CONNECTION_LIMIT" ? new Error("the room is full") : error;
  }
}

export async function throwOut(room: string, person: string): Promise<boolean> {
  return (await rivet.revokeAll(room, { subject: person })) > 0;
}

export async function mistakes(room: string): Promise<void> {
  // @ts-expect-error: for how long is not said
  await rivet.getConnection(room, { port: "http" });
  // @ts-expect-error: the names are those of JavaScript
  await rivet.getConnection(room, { port: "http", ttlMs: 1000, single_use: true });
}
