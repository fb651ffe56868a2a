// Tuples ⇄ bytes that sort as the tuples do: null, false, true, numbers, strings, bytes, tuples within the tuple. Numbers sort
// by their value, whole or not and however large; strings by code points; a tuple before those that it begins.
const NULL = 0x01, FALSE = 0x02, TRUE = 0x03, LEAST = 0x10, NEGATIVE = 0x11, POSITIVE = 0x12, GREATEST = 0x13;
const STRING = 0x20, BYTES = 0x30, TUPLE = 0x40, END = 0x00, ESCAPED = 0xff;
const WHOLE = 0x00, FRACTION = 0x01, LONG = 0xff;
const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { fatal: true });

export function encodeKey(tuple) {
  const out = [];
  for (const element of Array.isArray(tuple) ? tuple : [tuple]) encode(element, out);
  return Uint8Array.from(out);
}

/** What all strings begin with that begin with this one. */
export function encodeStringStart(value) {
  const out = [];
  encodeString(value, out);
  return Uint8Array.from(out.slice(0, -1));
}

export function decodeKey(bytes) {
  const at = { place: 0 };
  const tuple = [];
  while (at.place < bytes.length) tuple.push(decode(bytes, at));
  return tuple;
}

function encode(value, out) {
  if (value === null) out.push(NULL);
  else if (value === false) out.push(FALSE);
  else if (value === true) out.push(TRUE);
  else if (typeof value === "string") encodeString(value, out);
  else if (typeof value === "bigint") encodeNumber(value < 0n, value < 0n ? -value : value, 0, out);
  else if (typeof value === "number") encodeDouble(value, out);
  else if (value instanceof Uint8Array) { out.push(BYTES); escape(value, out); }
  else if (Array.isArray(value)) { out.push(TUPLE); for (const each of value) encode(each, out); out.push(END); }
  else throw new TypeError(`key: ${typeof value} (expected: null, boolean, number, bigint, string, Uint8Array or an array)`);
}

function encodeString(value, out) {
  if (!value.isWellFormed()) throw new TypeError("key: a string with half a surrogate pair");
  out.push(STRING);
  escape(utf8.encode(value), out);
}

function escape(bytes, out) {
  for (const byte of bytes) { out.push(byte); if (byte === END) out.push(ESCAPED); }
  out.push(END);
}

function encodeDouble(value, out) {
  if (Number.isNaN(value)) throw new TypeError("key: NaN has no place in an order");
  if (value === Infinity) return out.push(GREATEST);
  if (value === -Infinity) return out.push(LEAST);
  const size = Math.abs(value), whole = Math.trunc(size);
  encodeNumber(value < 0, BigInt(whole), size - whole, out);
}

// Sign, how many bytes the whole part has, these bytes, and what is after the point; all turned round below zero.
function encodeNumber(negative, whole, fraction, out) {
  const from = out.push(negative ? NEGATIVE : POSITIVE);
  let hex = whole === 0n ? "" : whole.toString(16);
  if (hex.length % 2) hex = "0" + hex;
  const length = hex.length / 2;
  if (length > 2048) throw new RangeError("key: a number of more than 2048 bytes");
  if (length < LONG) out.push(length); else out.push(LONG, length >> 8, length & 0xff);
  for (let i = 0; i < hex.length; i += 2) out.push(parseInt(hex.slice(i, i + 2), 16));
  if (fraction === 0) out.push(WHOLE);
  else { const view = new DataView(new ArrayBuffer(8)); view.setFloat64(0, fraction); out.push(FRACTION, ...new Uint8Array(view.buffer)); }
  if (negative) for (let i = from; i < out.length; i++) out[i] ^= 0xff;
}

function decode(bytes, at) {
  const tag = bytes[at.place++];
  switch (tag) {
    case NULL: return null;
    case FALSE: return false;
    case TRUE: return true;
    case LEAST: return -Infinity;
    case GREATEST: return Infinity;
    case NEGATIVE: return decodeNumber(bytes, at, 0xff);
    case POSITIVE: return decodeNumber(bytes, at, 0);
    case STRING: return text.decode(unescape(bytes, at));
    case BYTES: return unescape(bytes, at);
    case TUPLE: { const tuple = []; while (bytes[at.place] !== END) tuple.push(decode(bytes, at)); at.place++; return tuple; }
    default: throw new TypeError(`key: unknown element ${tag}`);
  }
}

function unescape(bytes, at) {
  const out = [];
  for (;;) {
    if (at.place >= bytes.length) throw new TypeError("key: it ends too early");
    const byte = bytes[at.place++];
    if (byte === END) { if (bytes[at.place] !== ESCAPED) return Uint8Array.from(out); at.place++; }
    out.push(byte);
  }
}

// A whole number is a number where that is exact, and else a bigint.
function decodeNumber(bytes, at, turn) {
  const next = () => { if (at.place >= bytes.length) throw new TypeError("key: it ends too early"); return bytes[at.place++] ^ turn; };
  let length = next();
  if (length === LONG) length = (next() << 8) | next();
  let whole = 0n;
  for (let i = 0; i < length; i++) whole = (whole << 8n) | BigInt(next());
  let fraction = 0;
  if (next() === FRACTION) { const view = new DataView(new ArrayBuffer(8)); for (let i = 0; i < 8; i++) view.setUint8(i, next()); fraction = view.getFloat64(0); }
  const sized = whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) + fraction : whole;
  return turn === 0 || sized === 0 ? sized : -sized;
}
