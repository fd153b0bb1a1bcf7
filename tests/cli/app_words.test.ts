import { assertEquals } from "@std/assert";
import { appWords } from "../../lib/cli/app_words.ts";

const SCRIPTS = {
  dev: "vite",
  start: "NODE_ENV=x cross-env A=b vite dev --open",
  site: "tsc -b && astro dev",
  built: "vite build",
  chosen: "vite --port 3000",
  next: "next dev",
  odd: 7,
};

const VITE = "--port 5 --strictPort --host 127.0.0.1";

/** A command, and what is started. */
const CASES: readonly (readonly [words: string, started: string])[] = [
  ["node server.js", "node server.js"],
  ["serve -l {PORT} a{PORT}b", "serve -l 5 a5b"],
  ["npx vite --port {PORT}", "npx vite --port 5"],
  ["npx vite", `npx vite ${VITE}`],
  ["npx -y vite@7.1.0 dev --open", `npx -y vite@7.1.0 dev --open ${VITE}`],
  ["node_modules/.bin/vite", `node_modules/.bin/vite ${VITE}`],
  ["node ./node_modules/vite/bin/vite.js", "node ./node_modules/vite/bin/vite.js"],
  ["deno run -A npm:vite", `deno run -A npm:vite ${VITE}`],
  ["pnpm exec vite preview", `pnpm exec vite preview ${VITE}`],
  ["npx vite build", "npx vite build"],
  ["npx vite --port 3000", "npx vite --port 3000"],
  ["npx vite --port=3000", "npx vite --port=3000"],
  ["npx astro dev", "npx astro dev --port 5 --host 127.0.0.1"],
  ["npx astro build", "npx astro build"],
  ["npx next dev", "npx next dev"],
  ["ng serve", "ng serve --port 5 --host 127.0.0.1"],
  ["python3 manage.py runserver", "python3 manage.py runserver 127.0.0.1:5"],
  ["python3 manage.py runserver --noreload", "python3 manage.py runserver --noreload 127.0.0.1:5"],
  ["python3 manage.py runserver 8000", "python3 manage.py runserver 8000"],
  ["./venv/bin/python3.11 manage.py runserver", "./venv/bin/python3.11 manage.py runserver 127.0.0.1:5"],
  ["python3 manage.py migrate", "python3 manage.py migrate"],
  ["flask --app hello run", "flask --app hello run"],
  ["flask run", "flask run --port 5"],
  ["npm run dev", `npm run dev -- ${VITE}`],
  ["npm start", `npm start -- ${VITE}`],
  ["pnpm run dev", `pnpm run dev ${VITE}`],
  ["pnpm dev", `pnpm dev ${VITE}`],
  ["yarn dev", `yarn dev ${VITE}`],
  ["bun run dev", `bun run dev ${VITE}`],
  ["npm run site", "npm run site -- --port 5 --host 127.0.0.1"],
  ["npm dev", "npm dev"],
  ["npm run built", "npm run built"],
  ["npm run chosen", "npm run chosen"],
  ["npm run next", "npm run next"],
  ["npm run odd", "npm run odd"],
  ["npm run constructor", "npm run constructor"],
  ["npm run missing", "npm run missing"],
  ["npm run dev -- --open", "npm run dev -- --open"],
  ["npm", "npm"],
  ["constructor", "constructor"],
];

Deno.test("an app's words get its port where they ask for it, and where nothing else tells the command", () => {
  for (const [words, started] of CASES) {
    assertEquals(appWords(words.split(" "), 5, () => SCRIPTS).join(" "), started, words);
  }
});
