// kafkajs through the scenarios of ../README.md. Gzip is its own; snappy comes from its plug-in, lz4 and zstd from small
// adapters, as its documentation tells users to do.

import kafkajs from "kafkajs";
import snappyCodec from "kafkajs-snappy";
import lz4 from "lz4-napi";
import { ZstdCodec } from "zstd-codec";

const { Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes, logLevel } = kafkajs;
const COUNT = 60;
const PARTITIONS = 3;
const SECONDS = 30;

const zstd = await new Promise((resolve) => ZstdCodec.run((codec) => resolve(new codec.Simple())));
CompressionCodecs[CompressionTypes.Snappy] = snappyCodec;
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: (encoder) => lz4.compressFrame(encoder.buffer),
  decompress: (buffer) => lz4.decompressFrame(buffer),
});
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from(zstd.compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from(zstd.decompress(buffer)),
});

const CODECS = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

const options = {};
for (let at = 2; at + 1 < process.argv.length; at += 2) options[process.argv[at]] = process.argv[at + 1];
const base = Number(options["--base-ms"]);
const topic = (name) => `${options["--prefix"]}-${name}`;

function connect(server, more = {}) {
  return new Kafka({ clientId: "interop", brokers: [server], logLevel: logLevel.NOTHING, ...more });
}

const kafka = connect(options["--bootstrap"]);
const admin = kafka.admin();
const open = new Set();

function check(what, got, want) {
  const [left, right] = [JSON.stringify(got), JSON.stringify(want)];
  if (left !== right) throw new Error(`${what}: got ${left}, expected ${right}`);
}

async function until(what, condition) {
  const end = Date.now() + SECONDS * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what}: not within ${SECONDS} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function record(index) {
  let value = `v${index}${"x".repeat(index)}`;
  if (index % 20 === 18) value = null;
  else if (index % 10 === 5) value = "";
  return {
    partition: index % PARTITIONS,
    timestamp: String(base + 1000 * index),
    key: index % 10 === 9 ? null : `k${index % 7}`,
    value,
    headers: { i: [String(index), "again"], bin: Buffer.from([0, 255]), empty: "" },
  };
}

// Every field as text; bytes as hex, so that null and empty differ.
function describe(partition, offset, message) {
  const hex = (bytes) => (bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString("hex"));
  const headers = {};
  for (const [key, value] of Object.entries(message.headers)) {
    headers[key] = Array.isArray(value) ? value.map(hex) : hex(value);
  }
  return [partition, Number(offset), message.timestamp, hex(message.key), hex(message.value), headers];
}

function compare(got) {
  const want = new Map();
  for (let index = 0; index < COUNT; index++) {
    const made = record(index);
    const rows = want.get(made.partition) ?? [];
    rows.push(describe(made.partition, rows.length, made));
    want.set(made.partition, rows);
  }
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const rows = got.filter((row) => row[0] === partition);
    want.get(partition).forEach((row, at) => check("record", rows[at], row));
  }
}

async function create(name, numPartitions, configs = {}) {
  const configEntries = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
  const made = await admin.createTopics({
    topics: [{ topic: topic(name), numPartitions, replicationFactor: 1, configEntries }],
    waitForLeaders: true,
  });
  check("created", made, true);
}

// A running member; `take` gets each message. Offsets are committed only by commitOffsets.
async function member(group, of, take, more = {}) {
  const consumer = kafka.consumer({
    groupId: topic(group),
    sessionTimeout: 6000,
    heartbeatInterval: 300,
    maxWaitTimeInMs: 100,
    ...more,
  });
  await consumer.connect();
  open.add(consumer);
  consumer.parts = [];
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    consumer.parts = payload.memberAssignment[topic(of)] ?? [];
  });
  await consumer.subscribe({ topics: [topic(of)], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => take(partition, message),
  });
  return consumer;
}

async function leave(consumer) {
  open.delete(consumer);
  await consumer.disconnect();
}

async function made() {
  await create("made", 3, { "retention.ms": "86400000" });
  check("listed", (await admin.listTopics()).includes(topic("made")), true);
  const metadata = await admin.fetchTopicMetadata({ topics: [topic("made")] });
  check("partitions", metadata.topics[0].partitions.length, 3);
  const described = await admin.describeConfigs({
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic("made"), configNames: ["retention.ms"] }],
  });
  check("retention.ms", described.resources[0].configEntries[0].configValue, "86400000");
}

// kafkajs has no assignment by hand: the one member of a group of its own gets every partition.
async function readBack(group, of) {
  const rows = [];
  const consumer = await member(group, of, (partition, message) => rows.push(describe(partition, message.offset, message)));
  await until("all records", () => rows.length >= COUNT);
  await leave(consumer);
  check("number of records", rows.length, COUNT);
  compare(rows);
}

async function codec(name) {
  await create(name, PARTITIONS);
  const producer = kafka.producer();
  await producer.connect();
  const messages = [];
  for (let index = 0; index < COUNT; index++) messages.push(record(index));
  await producer.send({ topic: topic(name), acks: -1, compression: CODECS[name], messages });
  await producer.disconnect();
  await readBack(`codec-${name}`, name);
}

async function timestamp() {
  const wanted = [
    [30000, [10, 10, 10]],
    [30500, [11, 10, 10]],
    [3600000, [20, 20, 20]], // kafkajs gives the end offset where nothing is that late
  ];
  for (const [after, want] of wanted) {
    const found = await admin.fetchTopicOffsetsByTimestamp(topic("none"), base + after);
    const got = found.sort((a, b) => a.partition - b.partition).map((row) => Number(row.offset));
    check(`offsets at ${after}`, got, want);
  }
}

async function resume() {
  await create("resume", 1);
  const producer = kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: 40 }, (_, index) => ({ value: String(index) }));
  await producer.send({ topic: topic("resume"), acks: -1, messages });
  await producer.disconnect();
  let seen = [];
  const take = (_, message) => seen.push(Number(message.offset));
  const first = await member("resume", "resume", take);
  await until("40 records", () => seen.length >= 40);
  await first.commitOffsets([{ topic: topic("resume"), partition: 0, offset: "15", metadata: "half way" }]);
  await leave(first);
  seen = [];
  const second = await member("resume", "resume", take);
  await until("25 records", () => seen.length >= 25);
  await leave(second);
  check("offsets after coming back", seen, Array.from({ length: 25 }, (_, at) => 15 + at));
  const committed = await admin.fetchOffsets({ groupId: topic("resume"), topics: [topic("resume")] });
  const { offset, metadata } = committed[0].partitions[0];
  check("committed", [offset, metadata], ["15", "half way"]);
}

async function members() {
  await create("members", 4);
  const one = await member("members", "members", () => {});
  const two = await member("members", "members", () => {});
  const shared = () =>
    one.parts.length === 2 && two.parts.length === 2 && new Set([...one.parts, ...two.parts]).size === 4;
  await until("two members share", shared);
  await leave(one);
  await until("the one that stays has all", () => two.parts.length === 4);
  await leave(two);
}

async function idempotent() {
  await create("idempotent", 2);
  const producer = connect(options["--cut"], {
    retry: { initialRetryTime: 20, maxRetryTime: 100, retries: 100 },
  }).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (let start = 0; start < 3000; start += 20) {
    const messages = [];
    for (let index = start; index < start + 20; index++) {
      messages.push({ partition: index % 2, value: String(index).padStart(6, "0") + ".".repeat(200) });
    }
    await producer.send({ topic: topic("idempotent"), acks: -1, messages });
  }
  await producer.disconnect();
  const got = [[], []];
  const consumer = await member("idempotent", "idempotent", (partition, message) =>
    got[partition].push(Number(message.value.toString().slice(0, 6))),
  );
  await until("3,000 records", () => got[0].length + got[1].length >= 3000);
  await leave(consumer);
  for (const partition of [0, 1]) {
    const want = Array.from({ length: 1500 }, (_, at) => 2 * at + partition);
    const differs = got[partition].findIndex((value, at) => value !== want[at]);
    check(`partition ${partition} from ${differs}`, got[partition].slice(differs), differs < 0 ? got[partition].slice(-1) : []);
    check(`records of partition ${partition}`, got[partition].length, 1500);
  }
  const ends = await admin.fetchTopicOffsets(topic("idempotent"));
  check("end offsets", ends.map((row) => row.high), ["1500", "1500"]);
}

async function report(scenario, action) {
  const line = { client: "kafkajs", scenario, ok: true, detail: "" };
  try {
    await action();
  } catch (failure) {
    line.ok = false;
    line.detail = String(failure).slice(0, 2000);
    for (const consumer of [...open]) await leave(consumer).catch(() => {});
  }
  console.log(JSON.stringify(line));
}

await admin.connect();
await report("create", made);
for (const name of Object.keys(CODECS)) await report(`codec-${name}`, () => codec(name));
await report("group", () => readBack("reader", "none"));
await report("timestamp", timestamp);
await report("resume", resume);
await report("members", members);
await report("idempotent", idempotent);
await admin.disconnect();
process.exit(0);
