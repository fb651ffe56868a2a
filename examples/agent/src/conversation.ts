import type { Kv } from "@rivet-gg/actor";
import { type Message, Model, type ToolCall } from "./model.ts";
import { TOOLS, use } from "./tools.ts";

const SYSTEM: Message = { role: "system", content: "You help guests of a restaurant. Be brief." };
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** What those who listen are told. @param number of a message, which stays; a piece of one that is being said has none */
export type Told = { message: Message; number: number } | { piece: string };

/**
 * A conversation that goes on where it was. Each message is kept before what follows from it is done: a question before it is
 * answered, a wish to use a tool before the tool is used, what came of that before the model is asked again. So nothing is lost and
 * nothing is done twice but what was under way: an answer is asked for again, and a tool is used again with the same key.
 */
export class Conversation {
  readonly messages: Message[];
  #kv: Kv;
  #actor: string;
  #model = new Model();
  #listeners = new Set<(told: Told) => void>();
  #wake = () => {};

  private constructor(kv: Kv, actor: string, messages: Message[]) {
    this.#kv = kv;
    this.#actor = actor;
    this.messages = messages;
  }

  /** @param actor whose conversation it is: others may use the same tools */
  static async open(kv: Kv, actor: string): Promise<Conversation> {
    const messages: Message[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof kv.list<Message>>> = await kv.list<Message>({ prefix: ["message"], cursor });
      messages.push(...page.values());
      cursor = page.cursor;
    } while (cursor !== null);
    return new Conversation(kv, actor, messages);
  }

  listen(listener: (told: Told) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(told: Told): void {
    this.#listeners.forEach((listener) => listener(told));
  }

  /** Returns when the question will be answered. @param id the same again is the same question */
  async ask(id: string, text: string): Promise<void> {
    await this.#kv.transact(async (entries) => {
      if (await entries.get(["asked", id]) === null) {
        const place = ((await entries.get<number>("asked")) ?? 0) + 1;
        await entries.put("asked", place);
        await entries.put(["asked", id], place);
        await entries.put(["waiting", place], text);
      }
    });
    this.#wake();
  }

  /** Until the signal. */
  async goOn(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake());
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const more = new Promise<void>((resolve) => this.#wake = resolve);
      try {
        if (!await this.#step()) {
          await more;
        }
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        console.error(`again in ${pause} ms:`, error instanceof Error ? error.message : error);
        await new Promise((done) => setTimeout(done, pause));
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      }
    }
  }

  /** @returns false: there is nothing to do */
  async #step(): Promise<boolean> {
    const last = this.messages.at(-1);
    if (last === undefined || (last.role === "assistant" && last.tool_calls === undefined)) {
      return await this.#next();
    }
    const next = this.#unused();
    await this.#keep(
      next === undefined
        ? await this.#model.complete([SYSTEM, ...this.messages], TOOLS, (piece) => this.#tell({ piece }))
        : {
          role: "tool",
          tool_call_id: next.call.id,
          content: await use(next.call.function.name, next.call.function.arguments, next.key),
        },
    );
    return true;
  }

  /** The next question, if there is one. */
  async #next(): Promise<boolean> {
    const [waiting] = (await this.#kv.list<string>({ prefix: ["waiting"], limit: 1 })).entries();
    if (waiting === undefined) {
      return false;
    }
    const [key, text] = waiting;
    const message: Message = { role: "user", content: text };
    await this.#kv.transact(async (entries) => {
      entries.delete(key);
      await entries.put(["message", this.messages.length], message);
    });
    this.#said(message);
    return true;
  }

  /**
   * The first call of a tool that the model wants and that nothing came of yet. Calls are told apart by their places: what came of
   * each follows the message that has them, in their order. Ids are the model's, and some models count them from 0 in each answer.
   */
  #unused(): { call: ToolCall; key: string } | undefined {
    const wish = this.messages.findLastIndex((message) => message.role === "assistant");
    const index = this.messages.length - 1 - wish;
    const call = this.messages[wish]?.tool_calls?.[index];
    return call && { call, key: `${this.#actor}/${wish}/${index}` };
  }

  async #keep(message: Message): Promise<void> {
    await this.#kv.put(["message", this.messages.length], message);
    this.#said(message);
  }

  #said(message: Message): void {
    this.messages.push(message);
    this.#tell({ message, number: this.messages.length - 1 });
  }
}
