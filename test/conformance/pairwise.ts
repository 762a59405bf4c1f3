/** Rows in which every two values of any two factors meet at least once: greedy, with a seed. */

/** Factors by name, each with the names of its values. */
export type Factors = Readonly<Record<string, readonly string[]>>;

/** One value for every factor. */
export type Row = Readonly<Record<string, string>>;

/**
 * All pairs in few rows. Each row begins with the first pair that is still missing; every further factor, the one with
 * the most missing pairs first, takes the value that adds most of them. The seed decides ties.
 */
export function allPairs(factors: Factors, seed: number): Row[] {
  const names = Object.keys(factors);
  const missing = new Set(pairsOf(factors));
  const random = generator(seed);
  const rows: Row[] = [];
  for (const first of missing) {
    if (!missing.has(first)) continue;
    const row: Record<string, string> = Object.fromEntries(JSON.parse(first) as [string, string][]);
    const rest = names.filter((name) => !(name in row));
    for (const name of shuffled(rest, random)) {
      const gain = (value: string) =>
        Object.entries(row).filter(([other, taken]) => missing.has(pair(name, value, other, taken)))
          .length;
      const values = shuffled(factors[name]!, random);
      row[name] = values.reduce((best, value) => (gain(value) > gain(best) ? value : best));
    }
    for (const covered of pairsIn(row)) missing.delete(covered);
    rows.push(Object.fromEntries(names.map((name) => [name, row[name]!])));
  }
  return rows;
}

/** Every pair of values of two factors. */
export function pairsOf(factors: Factors): string[] {
  const names = Object.keys(factors);
  return names.flatMap((one, i) =>
    names
      .slice(i + 1)
      .flatMap((other) =>
        factors[one]!.flatMap((value) =>
          factors[other]!.map((second) => pair(one, value, other, second)),
        ),
      ),
  );
}

/** The pairs that one row has. */
export function pairsIn(row: Row): string[] {
  const entries = Object.entries(row);
  return entries.flatMap(([one, value], i) =>
    entries.slice(i + 1).map(([other, second]) => pair(one, value, other, second)),
  );
}

function pair(one: string, value: string, other: string, second: string): string {
  const both = [
    [one, value],
    [other, second],
  ];
  return JSON.stringify(one < other ? both : both.reverse());
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** 0..1: the linear congruential generator of Numerical Recipes. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
