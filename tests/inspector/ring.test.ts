import { assert, assertEquals } from "@std/assert";
import { type Held, Ring } from "../../lib/inspector/ring.ts";

class Item implements Held {
  isBare = false;
  constructor(readonly name: number, readonly ownBytes: number, readonly content: number) {}

  get contentBytes(): number {
    return this.isBare ? 0 : this.content;
  }

  dropContents(): void {
    this.isBare = true;
  }
}

/** Adds one, if there is room for its content. */
function add(ring: Ring<Item>, item: Item): void {
  if (!ring.take(item.content)) item.isBare = true;
  ring.push(item);
}

const names = (ring: Ring<Item>) => [...ring].map(({ name, isBare }) => isBare ? -name : name);

Deno.test("a ring has the last ones, and no more than it may", () => {
  const ring = new Ring<Item>(3, 1000);
  for (let name = 1; name <= 10; name++) {
    add(ring, new Item(name, 1, 1));
    assertEquals(names(ring), [name - 2, name - 1, name].filter((one) => one > 0));
    assertEquals(ring.bytes, 2 * ring.size);
  }
});

Deno.test("what is too much of a ring are the contents of the oldest", () => {
  const ring = new Ring<Item>(5, 100);
  for (let name = 1; name <= 4; name++) add(ring, new Item(name, 5, 30));
  // Four heads and two contents are 80 bytes.
  assertEquals([names(ring), ring.bytes], [[-1, -2, 3, 4], 80]);
  assertEquals(ring.take(60), true);
  assertEquals([names(ring), ring.bytes], [[-1, -2, -3, -4], 80]);
  assertEquals(ring.take(60), false, "there is nothing left that could be dropped");
  ring.give(60);
  assertEquals(ring.bytes, 20);
});

Deno.test("where the heads alone are too much, the oldest go as a whole; the last one stays", () => {
  const ring = new Ring<Item>(50, 100);
  for (let name = 1; name <= 20; name++) add(ring, new Item(name, 40, 10));
  assertEquals([names(ring), ring.bytes], [[-19, 20], 90]);
  add(ring, new Item(21, 400, 0));
  assertEquals([names(ring), ring.bytes], [[21], 400]);
});

Deno.test("a ring counts right whatever comes and goes", () => {
  const ring = new Ring<Item>(7, 500);
  let seed = 1;
  const random = (most: number) => (seed = (seed * 48271) % 2147483647) % most;
  for (let name = 1; name < 3000; name++) {
    add(ring, new Item(name, random(60), random(4) === 0 ? 0 : random(200)));
    const held = [...ring].reduce((sum, item) => sum + item.ownBytes + item.contentBytes, 0);
    assertEquals(ring.bytes, held);
    assert(ring.size <= 7 && ring.bytes <= 500);
    assertEquals([...ring].at(-1)!.name, name);
  }
});
