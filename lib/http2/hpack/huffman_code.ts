/**
 * The Huffman code of RFC 7541 Appendix B. It is canonical: the codes follow from their lengths, since among those of
 * one length they count up with their symbols, and a longer one goes on where the shorter ones end.
 *
 * @module
 */

/** The symbol that no text may have (section 5.2). */
export const EOS = 256;

/** Bits of the longest code. */
const LONGEST = 30;

/** Bits of each symbol's code, as digits of base 36. */
const DIGITS = [
  "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad677777777777777777777",
  "77878djde6f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmo",
  "lmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu",
].join("");

/** Bits of each symbol's code, EOS with them. */
export const LENGTHS: Uint8Array = Uint8Array.from(DIGITS, (digit) => parseInt(digit, 36));

/** Each symbol's code, in the lowest bits. */
export const CODES: Uint32Array = (() => {
  const codes = new Uint32Array(LENGTHS.length);
  for (let length = 1, next = 0; length <= LONGEST; length++, next *= 2) {
    for (let symbol = 0; symbol < codes.length; symbol++) {
      if (LENGTHS[symbol] === length) codes[symbol] = next++;
    }
  }
  return codes;
})();
