import type { Actor, ActorContext, Kv } from "@rivet-gg/actor";
import { isPlausible } from "./clock.js";
import type { Edit } from "./replica.js";

const MOST_EDITS = 50; // each takes up to three keys of a step, which may have 128
const PAGE = 200;
/** Pages of any origin may ask: who knows the actor's URL may, and nothing here goes by cookies. */
const ANY_PAGE = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "POST",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-max-age": "86400",
};

/** What a client hears. */
interface Synced {
  edits: Edit[];
  /** Up to where it knows everything now. */
  at: number;
  /** Whether there is more behind that. */
  more: boolean;
}

interface Asked {
  since: number;
  edits: Edit[];
}

/** A record and its place in the order in which edits came. */
interface Kept extends Edit {
  place: number;
}

export default {
  async start(ctx: ActorContext) {
    const { kv } = ctx;
    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, async (request) => {
      const response = request.method === "OPTIONS" ? new Response(null, { status: 204 }) : await answer(kv, request);
      Object.entries(ANY_PAGE).forEach(([name, value]) => response.headers.set(name, value));
      return response;
    });
    ctx.signal.addEventListener("abort", () => server.shutdown());
    await server.finished;
  },
} satisfies Actor;

async function answer(kv: Kv, request: Request): Promise<Response> {
  if (request.method !== "POST" || new URL(request.url).pathname !== "/sync") {
    return new Response("POST /sync {since, edits}\n", { status: 404 });
  }
  const asked = checked(await request.json().catch(() => null));
  if (asked === null) {
    return new Response(`since, and at most ${MOST_EDITS} edits with an id and a clock\n`, { status: 400 });
  }
  await take(kv, asked.edits);
  return Response.json(await since(kv, asked.since));
}

/**
 * The later edit of a record stays, whoever comes first: taking the same edits again, or in another order, comes to the same. So a
 * client that heard no answer simply sends them again.
 */
async function take(kv: Kv, edits: Edit[]): Promise<void> {
  if (edits.length === 0) {
    return;
  }
  await kv.transact(async (entries) => {
    let place = (await entries.get<number>("place")) ?? 0;
    const latest = new Map<string, Edit>();
    for (const edit of edits) {
      const other = latest.get(edit.id);
      latest.set(edit.id, other === undefined || other.clock < edit.clock ? edit : other);
    }
    for (const edit of latest.values()) {
      const kept = await entries.get<Kept>(["record", edit.id]);
      if (kept !== null && kept.clock >= edit.clock) {
        continue;
      }
      if (kept !== null) {
        entries.delete(["order", kept.place]);
      }
      place++;
      await entries.put(["record", edit.id], { ...edit, place });
      await entries.put(["order", place], edit.id);
    }
    await entries.put("place", place);
  });
}

/** Each record that changed behind a place, as it is now. */
async function since(kv: Kv, at: number): Promise<Synced> {
  const order = await kv.list<string>({ startAfter: ["order", at], end: ["order", Infinity], limit: PAGE });
  const changed = order.array();
  const edits: Edit[] = [];
  for (let first = 0; first < changed.length; first += 128) {
    const keys = changed.slice(first, first + 128).map(([, id]) => ["record", id]);
    for (const record of (await kv.getBatch<Kept>(keys)).values()) {
      edits.push({ id: record.id, clock: record.clock, value: record.value, deleted: record.deleted });
    }
  }
  const last = changed.at(-1)?.[0] as [string, number] | undefined;
  return { edits, at: last?.[1] ?? at, more: order.cursor !== null };
}

function checked(asked: Asked | null): Asked | null {
  const good = asked !== null && Number.isSafeInteger(asked.since) && Array.isArray(asked.edits) &&
    asked.edits.length <= MOST_EDITS &&
    asked.edits.every((edit) =>
      typeof edit?.id === "string" && edit.id.length <= 256 && typeof edit.clock === "string" && isPlausible(edit.clock)
    );
  return good
    ? {
      since: asked.since,
      edits: asked.edits.map(({ id, clock, value, deleted }) => ({
        id,
        clock,
        value: value ?? null,
        deleted: deleted === true,
      })),
    }
    : null;
}
