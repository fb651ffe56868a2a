import { DatabaseSync } from "node:sqlite";
import type { Actor } from "@rivet-gg/actor";

export default {
  async start(ctx) {
    if (ctx.dir === null) {
      throw new Error("this actor needs a directory: create it with storage.dir (--dir MIB)");
    }
    const database = new DatabaseSync(`${ctx.dir}/guests.db`);
    // What was answered is on the disk, also where the process is killed just then.
    database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = full;
      create table if not exists guest (id integer primary key, name text not null);
    `);
    const insert = database.prepare("insert into guest (name) values (?) returning id");
    const all = database.prepare("select id, name from guest order by id");

    // Nothing is written while a checkpoint is taken: who comes meanwhile waits.
    let checkpoint: Promise<number> | null = null;

    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, async (request) => {
      const { pathname } = new URL(request.url);
      switch (`${request.method} ${pathname}`) {
        case "GET /":
          return Response.json(all.all());
        case "POST /": {
          const name = await request.text();
          while (checkpoint !== null) {
            await checkpoint.catch(() => {});
          }
          return Response.json(insert.get(name));
        }
        case "POST /checkpoint":
          checkpoint ??= ctx.checkpoint().finally(() => checkpoint = null);
          return Response.json({ checkpoint: await checkpoint });
        default:
          return new Response("not found\n", { status: 404 });
      }
    });

    ctx.signal.addEventListener("abort", () => server.shutdown());
    await server.finished;
    database.close();
  },
} satisfies Actor;
