import type { Tool } from "./model.ts";

/** What the model may do. A tool is told a key that stays the same when a call is repeated after a crash. */
export const TOOLS: Tool[] = [{
  type: "function",
  function: {
    name: "book_table",
    description: "Books a table in the restaurant.",
    parameters: {
      type: "object",
      properties: { guests: { type: "integer" }, time: { type: "string", description: "such as 19:30" } },
      required: ["guests", "time"],
    },
  },
}];

/** What the model is told came of it; throws if nobody knows. */
export async function use(name: string, given: string, key: string): Promise<string> {
  if (name !== "book_table") {
    return `there is no tool ${name}`;
  }
  const url = Deno.env.get("BOOKING_URL");
  if (url === undefined) {
    return `booked (pretended, because BOOKING_URL is not set): ${given}`;
  }
  const reply = await fetch(url, { method: "POST", headers: { "idempotency-key": key }, body: given });
  if (reply.status >= 500) {
    throw new Error(`booking: status ${reply.status}`);
  }
  return await reply.text();
}
