import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { check, FRAGMENT_MAX, type Link, pack, unpack } from "./permalink";

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

test("what unpacks to too much is refused before it fills the memory", async () => {
  const bomb = fragment(deflateRawSync(Buffer.alloc(30_000_000, 65)));
  expect(bomb.length).toBeLessThan(FRAGMENT_MAX);
  await expect(unpack(bomb)).rejects.toThrow("too much");
});

test("a link that would be too long is not made", async () => {
  let noise = "";
  for (let state = 1; noise.length < 90_000; state = (state * 48_271) % 2_147_483_647) noise += state.toString(36);
  await expect(pack({ ...link, text: noise })).rejects.toThrow("too much for a link");
});

test("damage and other versions are refused with a message", async () => {
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
