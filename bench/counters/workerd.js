export class Counter {
  constructor(state) { this.storage = state.storage; }
  async fetch() {
    const n = ((await this.storage.get("n")) ?? 0) + 1;
    await this.storage.put("n", n);
    return new Response(String(n));
  }
}
export default {
  fetch(request, env) {
    const id = env.COUNTER.idFromName(new URL(request.url).pathname);
    return env.COUNTER.get(id).fetch(request);
  },
};
