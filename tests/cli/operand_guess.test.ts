import { assertEquals } from "@std/assert";
import { operandGuess } from "../../lib/cli/operand_guess.ts";

Deno.test("operandGuess() says what an operand was meant to be, if it can be known", () => {
  const table: readonly (readonly [operand: string, guess: string])[] = [
    ["3000", "--port 3000"],
    ["0", "--port 0"],
    [":8000", "--port 8000"],
    ["0.0.0.0:3000", "--host 0.0.0.0 --port 3000"],
    ["localhost:3000", "--host localhost --port 3000"],
    ["http://localhost:3000/", "--host localhost --port 3000"],
    ["[::1]:80", "--host [::1] --port 80"],
    ["version", "--version"],
    ["upload", "--upload"],
    ["chekc", "webserv check"],
    ["hlep", "webserv help"],
  ];
  for (const [operand, guess] of table) assertEquals(operandGuess(operand), `: did you mean ${guess}?`);
  for (const operand of ["dist", "public", "65536", "a/3000", "300000", "my site", "C:80x"]) {
    assertEquals(operandGuess(operand), "", operand);
  }
});
