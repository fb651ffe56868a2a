// A durable actor with a port that everyone may reach, and waits that end.
const api = process.argv[2];

async function call(method, path, body) {
  const response = await fetch(new URL(path, api), {
    method,
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(JSON.stringify(answer));
  }
  return answer;
}

export async function createPublic(name) {
  const { actor } = await call("POST", "/actors", {
    tags: { name },
    build_tags: { name, current: "true" },
    lifecycle: { durable: true },
    network: { ports: { http: { protocol: "http" } } },
  });
  return actor;
}

export const destroy = (actor) => call("DELETE", `/actors/${actor.id}?override_kill_timeout=0`);

export function inTime(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not in time: ${what}`)), 60_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
