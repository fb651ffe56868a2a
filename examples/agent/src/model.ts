// A language model behind an endpoint as OpenAI has it: `POST {MODEL_URL}/chat/completions`, streamed.

export interface ToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export interface Message {
  role: "system" | "user" | "assistant" | "tool";
  content: string | null;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
}

export interface Tool {
  type: "function";
  function: { name: string; description: string; parameters: unknown };
}

interface Chunk {
  choices: {
    delta: { content?: string | null; tool_calls?: (Partial<ToolCall> & { index?: number })[] };
    finish_reason?: string | null;
  }[];
}

const LONGEST_MS = 120_000;

export class Model {
  #url = Deno.env.get("MODEL_URL");
  #name = Deno.env.get("MODEL") ?? "gpt-5-mini";
  #key = Deno.env.get("MODEL_KEY") ?? "";

  /** What comes next. @param heard is told each piece of text as it comes */
  async complete(messages: Message[], tools: Tool[], heard: (text: string) => void): Promise<Message> {
    if (this.#url === undefined) {
      return { role: "assistant", content: "Set MODEL_URL, MODEL and MODEL_KEY, and I can think." };
    }
    const reply = await fetch(`${this.#url}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${this.#key}` },
      body: JSON.stringify({ model: this.#name, messages, tools, stream: true }),
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    if (!reply.ok || reply.body === null) {
      throw new Error(`the model: status ${reply.status}: ${(await reply.text()).slice(0, 500)}`);
    }
    const message: Message = { role: "assistant", content: "" };
    for await (const data of events(reply.body)) {
      if (data === "[DONE]") {
        return message;
      }
      for (const { delta } of (JSON.parse(data) as Chunk).choices) {
        add(message, delta);
        if (delta.content) {
          heard(delta.content);
        }
      }
    }
    throw new Error("the model: it broke off in the middle of its answer");
  }
}

/** Where a part does not say which call it is of, it is a whole one. */
function add(message: Message, delta: Chunk["choices"][number]["delta"]): void {
  message.content += delta.content ?? "";
  for (const part of delta.tool_calls ?? []) {
    message.tool_calls ??= [];
    const at = part.index ?? message.tool_calls.length;
    const call = message.tool_calls[at] ??= { id: "", type: "function", function: { name: "", arguments: "" } };
    call.id += part.id ?? "";
    call.function.name += part.function?.name ?? "";
    call.function.arguments += part.function?.arguments ?? "";
  }
}

/** The data of server-sent events. */
async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith("data:")) {
        yield line.slice("data:".length).trim();
      }
    }
  }
}
