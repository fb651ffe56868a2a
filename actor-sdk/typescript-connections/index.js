/** What is documented in index.d.ts. */

const path = (actorId) => `/actors/${encodeURIComponent(actorId)}/connections`;

/** The API's names have underscores. What is undefined is left out of JSON. */
const body = (options) => ({
  port: options.port,
  ttl_ms: options.ttlMs,
  subject: options.subject,
  claims: options.claims,
  methods: options.methods,
  path_prefix: options.pathPrefix,
  single_use: options.singleUse,
});

export class RivetError extends Error {
  constructor(status, problem) {
    super(problem.message ?? `status ${status}`);
    this.name = "RivetError";
    this.status = status;
    this.code = problem.code ?? "UNKNOWN";
    this.rayId = problem.ray_id;
    this.metadata = problem.metadata;
  }
}

export class RivetConnections {
  #endpoint;
  #headers;
  #scope;

  constructor({ endpoint, token, project, environment }) {
    this.#endpoint = endpoint.replace(/\/+$/, "");
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#scope = { project, environment };
  }

  async getConnection(actorId, options) {
    const made = await this.#send("POST", path(actorId), {}, body(options));
    return {
      id: made.connection_id,
      url: made.url,
      wsUrl: made.ws_url,
      token: made.token,
      expiresAt: new Date(made.expires_at),
    };
  }

  async revoke(actorId, connectionId) {
    await this.#send("DELETE", `${path(actorId)}/${encodeURIComponent(connectionId)}`);
  }

  async revokeAll(actorId, { subject } = {}) {
    return (await this.#send("DELETE", path(actorId), { subject })).revoked;
  }

  async revokeSubject(subject) {
    return (await this.#send("DELETE", "/connections", { subject })).revoked;
  }

  async #send(method, path, query = {}, content = undefined) {
    const parameters = Object.entries({ ...this.#scope, ...query }).filter(([, value]) => value !== undefined);
    const search = parameters.length === 0 ? "" : `?${new URLSearchParams(parameters)}`;
    const answer = await fetch(this.#endpoint + path + search, {
      method,
      headers: content === undefined ? this.#headers : { ...this.#headers, "content-type": "application/json" },
      body: content === undefined ? null : JSON.stringify(content),
    });
    const text = await answer.text();
    if (answer.ok) {
      return JSON.parse(text);
    }
    throw new RivetError(answer.status, problem(text));
  }
}

/** Whatever stands before the API may answer with a page. */
const problem = (text) => {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
};
