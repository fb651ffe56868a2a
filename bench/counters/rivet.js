export default {
  async start({ kv, signal }) {
    const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal, onListen() {} }, async () => {
      const n = ((await kv.get(["n"])) ?? 0) + 1;
      await kv.put(["n"], n);
      return new Response(String(n));
    });
    await server.finished;
  },
};
