// The constants of SHA-2 (FIPS 180-4 sections 4.2 and 5.3): first bits behind the point of roots of the first primes. Computed, since a
// table of 80 numbers is a place for a mistake that nobody sees.

function firstPrimes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let candidate = 2n; found.length < count; candidate++) if (found.every((prime) => candidate % prime !== 0n)) found.push(candidate);
  return found;
}

/** Largest x with x^power ≤ n, by halving. */
function rootOf(n: bigint, power: bigint): bigint {
  let [low, high] = [0n, 1n << 128n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle ** power <= n) low = middle;
    else high = middle;
  }
  return low;
}

/** 64 bits behind the point of the square (2n) or cube (3n) root of each of the first `count` primes. */
export const rootBits = (power: bigint, count: number): bigint[] =>
  firstPrimes(count).map((prime) => BigInt.asUintN(64, rootOf(prime << (64n * power), power)));
