import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { check, FRAGMENT_MAX, type Link, LinkRefusal, pack, unpack } from "./permalink";

const link: Link = {
  scenario: "lab/fargate-alb.toml",
  text: "title = 'ü'",
  seed: "42",
  lines: [{ at: "420000000001", line: "aws ecs list-tasks --cluster demo" }],
  at: "18446744073709551615",
};

const fragment = (bytes: Uint8Array) => `v1.${Buffer.from(bytes).toString("base64url")}`;
const packed = (value: unknown) => fragment(deflateRawSync(JSON.stringify(value)));

test("a link holds what was put into it", async () => {
  expect(await unpack(`#${await pack(link)}`)).toEqual(link);
});

test("an address without a link is none", async () => {
  expect(await unpack("")).toBeUndefined();
  expect(await unpack("#somewhere")).toBeUndefined();
});

test("what unpacks to too much is refused before it fills the memory", { timeout: 60_000 }, async () => {
  const bomb = fragment(deflateRawSync(Buffer.alloc(30_000_000, 65)));
  expect(bomb.length).toBeLessThan(FRAGMENT_MAX);
  await expect(unpack(bomb)).rejects.toThrow("too much");
});

test("a link that would be too long is not made", async () => {
  let noise = "";
  for (let state = 1; noise.length < 90_000; state = (state * 48_271) % 2_147_483_647) noise += state.toString(36);
  await expect(pack({ ...link, text: noise })).rejects.toThrow("too much for a link");
});

test("damage and other versions are refused with a message", { timeout: 60_000 }, async () => {
  await expect(unpack("v2.abc")).rejects.toThrow("another version");
  await expect(unpack("v1.!!!")).rejects.toThrow("damaged");
  await expect(unpack("v1.AAAA")).rejects.toThrow("damaged");
  await expect(unpack(`v1.${"A".repeat(FRAGMENT_MAX)}`)).rejects.toThrow("too long");
  const good = await pack(link);
  for (let place = 3; place < good.length; place += 7) {
    const letter = good[place] === "A" ? "B" : "A";
    const damaged = good.slice(0, place) + letter + good.slice(place + 1);
    // Either it is refused, or it is a sound link all the same.
    await unpack(damaged).then((value) => value && check(value), (error: Error) => expect(error.message).toContain("link"));
  }
});

test("what is no link of ours is refused, whatever its shape", async () => {
  const wrong: unknown[] = [
    null, 7, [], {}, { ...link, scenario: "<img src=x>" }, { ...link, seed: "-1" }, { ...link, at: 5 },
    { ...link, at: "99999999999999999999" }, { ...link, lines: "x" }, { ...link, lines: [null] },
    { ...link, lines: Array.from({ length: 1001 }, () => link.lines[0]) }, { ...link, lines: [{ at: "1", line: 3 }] }, { ...link, text: 3 },
  ];
  for (const value of wrong) await expect(unpack(packed(value)), JSON.stringify(value)?.slice(0, 80)).rejects.toThrow("cannot be opened");
});

test("a link of two futures holds both, and which is looked at", async () => {
  const forked: Link = { ...link, fork: { lines: [{ at: "5", line: "world lose us-east-1a 5m" }], focus: 1 } };
  expect(await unpack(await pack(forked))).toEqual(forked);
  for (const fork of [null, 1, {}, { lines: [], focus: 2 }, { lines: [null], focus: 0 }, { lines: "x", focus: 1 }, { focus: 1 }]) {
    await expect(unpack(packed({ ...link, fork })), JSON.stringify(fork)).rejects.toThrow("cannot be opened");
  }
});

// Fuzz: whatever a stranger sends, there is a sound link or a refusal, and nothing else.

/** What may come of a fragment: nothing, a link within all bounds, or a refusal. */
async function sound(text: string): Promise<void> {
  let found: Link | undefined;
  try {
    found = await unpack(text);
  } catch (error) {
    expect(error, text.slice(0, 80)).toBeInstanceOf(LinkRefusal);
    return;
  }
  if (found === undefined) return;
  // What was taken passes the check unchanged, and holds no more than a page is ready for.
  expect(check(found)).toEqual(found);
  for (const lines of [found.lines, found.fork?.lines ?? []]) {
    expect(lines.length).toBeLessThanOrEqual(1000);
    for (const { at, line } of lines) {
      expect(line.length).toBeLessThanOrEqual(16_384);
      expect(BigInt(at)).toBeLessThan(2n ** 64n);
    }
  }
  expect(Object.keys(found).every((key) => ["scenario", "text", "seed", "lines", "at", "fork"].includes(key))).toBe(true);
}

const moment = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const lines = fc.array(fc.record({ at: moment, line: fc.string({ unit: "binary", maxLength: 60 }) }), { maxLength: 12 });
const links: fc.Arbitrary<Link> = fc
  .record(
    {
      scenario: fc.stringMatching(/^[a-z0-9/_.-]{1,40}$/), text: fc.string({ unit: "binary", maxLength: 400 }),
      seed: fc.oneof(fc.constant(""), moment), lines, at: moment,
      fork: fc.record({ lines, focus: fc.constantFrom(0 as const, 1 as const) }),
    },
    { requiredKeys: ["scenario", "seed", "lines", "at"] },
  )
  .map((one) => one as Link);

test("fuzz: every link that is made can be opened, and holds what was put into it", { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(links, async (one) => {
    expect(await unpack(await pack(one))).toEqual(one);
  }), { numRuns: 150 });
});

test("fuzz: any text is a sound link or is refused", { timeout: 120_000 }, async () => {
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }).map((rest) => `#v1.${rest}`), fc.base64String().map((rest) => `v1.${rest.replace(/=+$/, "")}`));
  await fc.assert(fc.asyncProperty(texts, sound), { numRuns: 100 });
});

test("fuzz: any value that is packed is a sound link or is refused", { timeout: 120_000 }, async () => {
  const near = fc.record({ scenario: fc.anything(), text: fc.anything(), seed: fc.anything(), lines: fc.anything(), at: fc.anything(), fork: fc.anything() }, { requiredKeys: [] });
  const bent = fc.tuple(links, fc.constantFrom("scenario", "text", "seed", "lines", "at", "fork"), fc.jsonValue()).map(([one, key, value]) => ({ ...one, [key]: value }));
  const values = fc.oneof(fc.jsonValue(), bent, near.map((one) => { try { return JSON.parse(JSON.stringify(one)) as unknown; } catch { return null; } }));
  await fc.assert(fc.asyncProperty(values, (value) => sound(packed(value ?? null))), { numRuns: 100 });
});

test("fuzz: a link with damaged letters is a sound link or is refused", { timeout: 120_000 }, async () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(63)), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(links, damage, fc.nat(), async (one, hits, cut) => {
      const whole = [...(await pack(one))];
      for (const [place, letter] of hits) whole[3 + (place % (whole.length - 3))] = letters[letter] ?? "A";
      await sound(whole.join(""));
      await sound(whole.join("").slice(0, 3 + (cut % (whole.length - 3))));
    }),
    { numRuns: 100 },
  );
});
