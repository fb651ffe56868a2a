// Keys sort as the tuples that they encode, and are read back; the examples are those of docs/reference. Java has the same test.
import { decodeKey, encodeKey } from "./rivet-keys.js";

const STRINGS = ["", "a", "b", "ab", "\0", "a\0", "a\0b", "ÿ", "\uffff", "😀", "z"];
const NUMBERS = [
  0, 1, -1, 0.5, -0.5, 1.5, 1e-300, -1e-300, 5e-324, 255, 256, 2 ** 53, -(2 ** 53), 2 ** 53 - 1, 1e300, -1e300, 0.1,
  Infinity, -Infinity, 10n ** 30n, -(10n ** 30n), 2n ** 64n, 2n ** 64n - 1n, 2n ** 2040n, 2n ** 2100n, -(2n ** 2048n),
];

// The same on each run.
let seed = 6;
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const below = (end) => Math.floor(random() * end);
const one = (list) => list[below(list.length)];

function element(depth) {
  switch (below(depth > 2 ? 6 : 7)) {
    case 0: return null;
    case 1: return random() < 0.5;
    case 2: return one(NUMBERS);
    case 3: return (random() - 0.5) * 10 ** below(20);
    case 4: return one(STRINGS) + one(STRINGS);
    case 5: return Uint8Array.from({ length: below(4) }, () => one([0, 1, 255]));
    default: return tuple(depth + 1);
  }
}

const tuple = (depth) => Array.from({ length: 1 + below(3) }, () => element(depth));

// As people expect it.
function kind(value) {
  if (value === null) return 0;
  if (typeof value === "boolean") return value ? 2 : 1;
  if (typeof value === "number" || typeof value === "bigint") return 3;
  if (typeof value === "string") return 4;
  return value instanceof Uint8Array ? 5 : 6;
}

const sign = (a, b) => a < b ? -1 : a > b ? 1 : 0;

function sequence(a, b, each) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = each(a[i], b[i]);
    if (order !== 0) return order;
  }
  return sign(a.length, b.length);
}

function compare(a, b) {
  const kinds = sign(kind(a), kind(b));
  if (kinds !== 0) return kinds;
  switch (kind(a)) {
    case 3: return sign(a, b);
    case 4: return sequence([...a], [...b], (x, y) => sign(x.codePointAt(0), y.codePointAt(0)));
    case 5: return sequence(a, b, sign);
    case 6: return sequence(a, b, compare);
    default: return 0;
  }
}

function wrong(...about) {
  console.log("WRONG", ...about);
  Deno.exit(1);
}

for (let i = 0; i < 100_000; i++) {
  const a = tuple(0), b = tuple(0);
  const first = encodeKey(a), second = encodeKey(b);
  if (sequence(first, second, sign) !== compare(a, b)) wrong("order", a, b, first, second);
  if (compare(decodeKey(first), a) !== 0) wrong("read back", a, decodeKey(first));
}

function example(json) {
  if (Array.isArray(json)) return json.map(example);
  if (typeof json !== "object" || json === null) return json;
  if ("whole" in json) return BigInt(json.whole);
  if ("float" in json) return Number(json.float);
  return Uint8Array.from(json.bytes.match(/../g) ?? [], (hex) => parseInt(hex, 16));
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const examples = Deno.readTextFileSync(new URL("key-order.txt", import.meta.url)).trim().split("\n")
  .filter((line) => !line.startsWith("#"));
let before = "";
for (const line of examples) {
  const [bytes] = line.split(" ", 1);
  const key = example(JSON.parse(line.slice(bytes.length)));
  if (hex(encodeKey(key)) !== bytes) wrong("bytes", line, hex(encodeKey(key)));
  if (hex(encodeKey(decodeKey(encodeKey(key)))) !== bytes) wrong("read back", line);
  if (before >= bytes) wrong("order of the examples", before, bytes);
  before = bytes;
}
console.log("ok", examples.length);
