// The Java client through the scenarios of ../README.md.

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class JavaClient {
    private static final int COUNT = 60;
    private static final int PARTITIONS = 3;
    private static final long NANOS = 30_000_000_000L;

    private interface Scenario {
        void run() throws Exception;
    }

    private final String bootstrap;
    private final String cut;
    private final String prefix;
    private final long base;
    private final Admin admin;

    private JavaClient(Map<String, String> options) {
        bootstrap = options.get("--bootstrap");
        cut = options.get("--cut");
        prefix = options.get("--prefix");
        base = Long.parseLong(options.get("--base-ms"));
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        admin = Admin.create(properties);
    }

    private static void check(String what, Object got, Object want) {
        if (!got.equals(want)) {
            throw new AssertionError(what + ": got " + got + ", expected " + want);
        }
    }

    private String topic(String name) {
        return prefix + "-" + name;
    }

    private void create(String name, int partitions, Map<String, String> configs) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic(name), partitions, (short) 1).configs(configs))).all().get();
    }

    private KafkaProducer<byte[], byte[]> producer(String server, Map<String, String> more) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", server);
        properties.putAll(more);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer(String group) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("group.id", group);
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        properties.put("session.timeout.ms", "6000");
        properties.put("heartbeat.interval.ms", "300");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private ProducerRecord<byte[], byte[]> record(String topic, int index) {
        byte[] key = index % 10 == 9 ? null : bytes("k" + index % 7);
        byte[] value = bytes("v" + index + "x".repeat(index));
        if (index % 20 == 18) {
            value = null;
        } else if (index % 10 == 5) {
            value = new byte[0];
        }
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(topic, index % PARTITIONS, base + 1000L * index, key, value);
        record.headers().add("i", bytes("" + index)).add("bin", new byte[] {0, (byte) 255}).add("empty", new byte[0]);
        record.headers().add("nil", null).add("i", bytes("again"));
        return record;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String describe(int partition, long offset, long time, byte[] key, byte[] value, Headers headers) {
        StringBuilder text = new StringBuilder(partition + "/" + offset + " @" + time);
        text.append(" key ").append(Arrays.toString(key)).append(" value ").append(Arrays.toString(value));
        for (Header header : headers) {
            text.append(' ').append(header.key()).append('=').append(Arrays.toString(header.value()));
        }
        return text.toString();
    }

    private List<ConsumerRecord<byte[], byte[]>> read(KafkaConsumer<byte[], byte[]> consumer, int count) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        long end = System.nanoTime() + NANOS;
        while (found.size() < count && System.nanoTime() < end) {
            consumer.poll(Duration.ofMillis(200)).forEach(found::add);
        }
        check("number of records", found.size(), count);
        return found;
    }

    private void compare(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<Integer, List<String>> got = new TreeMap<>();
        Map<Integer, List<String>> want = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> r : records) {
            check("timestamp type", r.timestampType(), TimestampType.CREATE_TIME);
            got.computeIfAbsent(r.partition(), p -> new ArrayList<>())
                .add(describe(r.partition(), r.offset(), r.timestamp(), r.key(), r.value(), r.headers()));
        }
        for (int index = 0; index < COUNT; index++) {
            ProducerRecord<byte[], byte[]> r = record("any", index);
            List<String> rows = want.computeIfAbsent(r.partition(), p -> new ArrayList<>());
            rows.add(describe(r.partition(), rows.size(), r.timestamp(), r.key(), r.value(), r.headers()));
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (int row = 0; row < want.get(partition).size(); row++) {
                check("record", got.get(partition).get(row), want.get(partition).get(row));
            }
        }
    }

    private List<TopicPartition> partitions(String name, int count) {
        List<TopicPartition> found = new ArrayList<>();
        for (int partition = 0; partition < count; partition++) {
            found.add(new TopicPartition(topic(name), partition));
        }
        return found;
    }

    private void made() throws Exception {
        create("made", 3, Map.of("retention.ms", "86400000"));
        check("listed", admin.listTopics().names().get().contains(topic("made")), true);
        int size = admin.describeTopics(List.of(topic("made"))).allTopicNames().get().get(topic("made")).partitions().size();
        check("partitions", size, 3);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic("made"));
        String value = admin.describeConfigs(List.of(resource)).all().get().get(resource).get("retention.ms").value();
        check("retention.ms", value, "86400000");
    }

    private void codec(String name) throws Exception {
        create(name, PARTITIONS, Map.of());
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer = producer(bootstrap, Map.of("compression.type", name, "linger.ms", "50"))) {
            for (int index = 0; index < COUNT; index++) {
                sent.add(producer.send(record(topic(name), index)));
            }
            producer.flush();
        }
        for (int index = 0; index < COUNT; index++) {
            check("offset of " + index, sent.get(index).get().offset(), (long) (index / PARTITIONS));
        }
        compareTopic(name);
    }

    private void compareTopic(String name) {
        try (var consumer = consumer(topic("unused"))) {
            consumer.assign(partitions(name, PARTITIONS));
            consumer.seekToBeginning(consumer.assignment());
            compare(read(consumer, COUNT));
        }
    }

    private void group() {
        try (var consumer = consumer(topic("reader"))) {
            consumer.subscribe(List.of(topic("none")));
            compare(read(consumer, COUNT));
        }
    }

    private void timestamp() {
        Map<Long, List<Long>> wanted = new TreeMap<>();
        wanted.put(base + 30_000, List.of(10L, 10L, 10L));
        wanted.put(base + 30_500, List.of(11L, 10L, 10L));
        wanted.put(base + 3_600_000, List.of(-1L, -1L, -1L));
        try (var consumer = consumer(topic("unused"))) {
            for (var want : wanted.entrySet()) {
                Map<TopicPartition, Long> asked = new HashMap<>();
                partitions("none", PARTITIONS).forEach(partition -> asked.put(partition, want.getKey()));
                Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(asked);
                List<Long> got = new ArrayList<>();
                for (TopicPartition partition : partitions("none", PARTITIONS)) {
                    OffsetAndTimestamp answer = found.get(partition);
                    got.add(answer == null ? -1L : answer.offset());
                    if (answer != null) {
                        check("time", answer.timestamp(), base + 1000 * (answer.offset() * 3 + partition.partition()));
                    }
                }
                check("offsets at " + (want.getKey() - base), got, want.getValue());
            }
        }
    }

    private void resume() throws Exception {
        create("resume", 1, Map.of());
        try (var producer = producer(bootstrap, Map.of())) {
            for (int index = 0; index < 40; index++) {
                producer.send(new ProducerRecord<>(topic("resume"), bytes("" + index)));
            }
        }
        TopicPartition partition = new TopicPartition(topic("resume"), 0);
        try (var first = consumer(topic("resume"))) {
            first.subscribe(List.of(topic("resume")));
            read(first, 40);
            first.commitSync(Map.of(partition, new OffsetAndMetadata(15, "half way")));
        }
        try (var second = consumer(topic("resume"))) {
            second.subscribe(List.of(topic("resume")));
            List<Long> got = new ArrayList<>();
            List<Long> want = new ArrayList<>();
            read(second, 25).forEach(record -> got.add(record.offset()));
            for (long offset = 15; offset < 40; offset++) {
                want.add(offset);
            }
            check("offsets after coming back", got, want);
            OffsetAndMetadata committed = second.committed(Collections.singleton(partition)).get(partition);
            check("committed", committed.offset() + " " + committed.metadata(), "15 half way");
        }
    }

    private static TreeSet<Integer> numbers(Collection<TopicPartition> partitions) {
        TreeSet<Integer> numbers = new TreeSet<>();
        partitions.forEach(partition -> numbers.add(partition.partition()));
        return numbers;
    }

    private void members() throws Exception {
        create("members", 4, Map.of());
        try (var two = consumer(topic("members"))) {
            try (var one = consumer(topic("members"))) {
                one.subscribe(List.of(topic("members")));
                two.subscribe(List.of(topic("members")));
                long end = System.nanoTime() + NANOS;
                TreeSet<Integer> all = new TreeSet<>();
                while (System.nanoTime() < end && !(all.size() == 4 && one.assignment().size() == 2)) {
                    one.poll(Duration.ofMillis(50));
                    two.poll(Duration.ofMillis(50));
                    all = numbers(one.assignment());
                    all.addAll(numbers(two.assignment()));
                }
                check("two members share", all.size() + " " + one.assignment().size() + two.assignment().size(), "4 22");
            }
            long end = System.nanoTime() + NANOS;
            while (System.nanoTime() < end && two.assignment().size() != 4) {
                two.poll(Duration.ofMillis(50));
            }
            check("the one that stays has all", numbers(two.assignment()), new TreeSet<>(List.of(0, 1, 2, 3)));
        }
    }

    private void idempotent() throws Exception {
        create("idempotent", 2, Map.of());
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        Map<String, String> settings = new HashMap<>();
        settings.put("enable.idempotence", "true");
        settings.put("linger.ms", "1");
        settings.put("batch.size", "4000");
        settings.put("reconnect.backoff.ms", "10");
        settings.put("reconnect.backoff.max.ms", "50");
        settings.put("retry.backoff.ms", "10");
        try (var producer = producer(cut, settings)) {
            for (int index = 0; index < 3000; index++) {
                byte[] value = bytes(String.format("%06d", index) + ".".repeat(200));
                sent.add(producer.send(new ProducerRecord<>(topic("idempotent"), index % 2, null, value)));
            }
        }
        for (int index = 0; index < 3000; index++) {
            check("offset of " + index, sent.get(index).get().offset(), (long) (index / 2));
        }
        try (var consumer = consumer(topic("unused"))) {
            consumer.assign(partitions("idempotent", 2));
            consumer.seekToBeginning(consumer.assignment());
            for (ConsumerRecord<byte[], byte[]> record : read(consumer, 3000)) {
                String number = new String(record.value(), 0, 6, StandardCharsets.UTF_8);
                check("value", number, String.format("%06d", 2 * record.offset() + record.partition()));
            }
            check("no more than that", consumer.poll(Duration.ofSeconds(1)).count(), 0);
        }
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.substring(0, Math.min(text.length(), 2000)).toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else {
                json.append(c < ' ' ? ' ' : c);
            }
        }
        return json.append('"').toString();
    }

    private static void report(String name, Scenario scenario) {
        String detail = "";
        boolean ok = true;
        try {
            scenario.run();
        } catch (Throwable failure) {
            ok = false;
            detail = failure.toString();
        }
        System.out.printf("{\"client\": \"java\", \"scenario\": \"%s\", \"ok\": %s, \"detail\": %s}%n", name, ok, quoted(detail));
        System.out.flush();
    }

    public static void main(String[] arguments) {
        Map<String, String> options = new HashMap<>();
        for (int at = 0; at + 1 < arguments.length; at += 2) {
            options.put(arguments[at], arguments[at + 1]);
        }
        JavaClient client = new JavaClient(options);
        if (options.containsKey("--read")) {  // what another client wrote under the prefix
            for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                report("read-" + codec, () -> client.compareTopic(codec));
            }
            client.admin.close();
            return;
        }
        report("create", client::made);
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            report("codec-" + codec, () -> client.codec(codec));
        }
        report("group", client::group);
        report("timestamp", client::timestamp);
        report("resume", client::resume);
        report("members", client::members);
        report("idempotent", client::idempotent);
        client.admin.close();
    }
}
