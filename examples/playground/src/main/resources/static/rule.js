// Which tokens stay: the rule of the server (io.github.glimpse.prune.Settlement), on the scores that it sent.
// Numbers are doubles as in Java; probabilities are compared in float32, and tokens are ranked by what they were ranked by
// there, since probabilities reach 1 in float32 and would tie.

/** Bytes of a base64 text. */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** Float32, little-endian; null stays null. */
export function floatsOf(text) {
  if (text == null) return null;
  const bytes = bytesOf(text);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** One 0 or 1 per token. */
export function bitsOf(text, tokens) {
  const bytes = bytesOf(text);
  return Uint8Array.from({ length: tokens }, (_, i) => (bytes[i >> 3] >> (i & 7)) & 1);
}

const CORNERS = {
  tl: () => 0,
  tr: (g) => g.columns - 1,
  bl: (g) => (g.rows - 1) * g.columns,
  br: (g) => g.rows * g.columns - 1,
};

/**
 * Settles one step.
 *
 * @param ranks one number per token of all grids joined; not-a-number where none was alive
 * @param chances probabilities for the threshold, or null where a count is wanted
 * @param grids {rows, columns} of each unit, in order
 * @param numbers {threshold, retentionRatio, maxRetentionRatio, minTokens, anchors}
 * @returns {{bits: Uint8Array, count: number, reason: string}}
 */
export function settle(ranks, chances, grids, numbers) {
  const alive = [];
  for (let i = 0; i < ranks.length; i++) if (!Number.isNaN(ranks[i])) alive.push(i);
  const n = alive.length;
  const cap = numbers.maxRetentionRatio;
  const least = Math.min(n, numbers.minTokens ?? 1);
  let count;
  let reason;
  if (chances) {
    const threshold = Math.fround(numbers.threshold ?? 0.5);
    count = alive.reduce((sum, i) => sum + (chances[i] > threshold ? 1 : 0), 0);
    reason = 'threshold';
    if (cap != null && count / n > cap) {
      count = Math.trunc(cap * n);
      reason = 'cap';
    }
  } else {
    const share = (ratio) => Math.min(n, Math.max(1, Math.trunc(ratio * ranks.length)));
    const wanted = share(numbers.retentionRatio);
    count = cap == null ? wanted : Math.min(wanted, share(cap));
    reason = count < wanted ? 'cap' : 'count';
  }
  if (count < least) {
    count = least;
    reason = 'floor';
  }
  const best = alive.sort((a, b) => (ranks[a] > ranks[b] ? -1 : ranks[a] < ranks[b] ? 1 : a - b));
  const bits = new Uint8Array(ranks.length);
  for (let i = 0; i < Math.min(count, n); i++) bits[best[i]] = 1;
  let first = 0;
  for (const grid of grids) {
    for (const anchor of numbers.anchors ?? []) {
      const corner = first + CORNERS[anchor](grid);
      if (!Number.isNaN(ranks[corner])) bits[corner] = 1;
    }
    first += grid.rows * grid.columns;
  }
  return { bits, count: bits.reduce((a, b) => a + b, 0), reason };
}

const join = (parts, Type) => {
  const all = new Type(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

/**
 * A step of an answer, decoded: what stayed, and a way to say what would stay by other numbers. Whether that way is the one by which
 * the server chose is tried on the answer's own numbers: a guard, merges or a strategy that does not go by scores alone fail that.
 */
export function readStep(step, units) {
  const sizes = units.map((unit) => unit.rows * unit.columns);
  const images = step.images.map((image, i) => ({
    kept: bitsOf(image.kept, sizes[i]),
    scores: floatsOf(image.scores),
    logits: floatsOf(image.logits),
    kind: image.kind,
  }));
  const read = { ...step, images, kept: join(images.map((image) => image.kept), Uint8Array), preview: null };
  if (!step.numbers || images.length === 0 || images.some((image) => !image.scores)) return read;
  const chances = images.every((image) => image.logits) ? join(images.map((i) => i.scores), Float32Array) : null;
  const ranks = join(images.map((image) => image.logits ?? image.scores), Float32Array);
  if (!chances && step.numbers.retentionRatio == null) return read;
  const together = (numbers) => settle(ranks, chances, units, { ...step.numbers, ...numbers });
  const apart = (numbers) => {
    let first = 0;
    const bits = units.map((unit, i) => {
      const to = first + sizes[i];
      const part = settle(ranks.slice(first, to), chances && chances.slice(first, to), [unit], { ...step.numbers, ...numbers });
      first = to;
      return part.bits;
    });
    const all = join(bits, Uint8Array);
    return { bits: all, count: all.reduce((a, b) => a + b, 0), reason: 'count' };
  };
  const same = (bits) => bits.every((bit, i) => bit === read.kept[i]);
  read.preview = [together, apart].find((rule) => same(rule({}).bits)) ?? null;
  read.byThreshold = chances !== null;
  return read;
}
