// What the directory exchange does through a broker, whichever program serves it.
//
//   Exchange BOOTSTRAP VISIT [transactions]
//
// prints everything a client can see (a snapshot: one sorted line a fact), creates and changes topics, records, groups
// and configs, and prints a second snapshot; before each of the two latter it says "--" and waits for a line. The second
// snapshot of a visit and the first one of the next, after the other program has opened the directory, must be equal.

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class Exchange {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final String SMALL = "16384";

    private final String bootstrap;
    private final Admin admin;

    private Exchange(String bootstrap) {
        this.bootstrap = bootstrap;
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        admin = Admin.create(properties);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, String> more) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.putAll(more);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer(Map<String, String> more) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        properties.put("check.crcs", "true");
        properties.putAll(more);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private NewTopic topic(String name, int partitions, String... configs) {
        Map<String, String> map = new HashMap<>();
        for (int at = 0; at < configs.length; at += 2) {
            map.put(configs[at], configs[at + 1]);
        }
        return new NewTopic(name, partitions, (short) 1).configs(map);
    }

    // ---- work ----

    private void create(int visit) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        if (visit == 1) {
            CODECS.forEach(codec -> topics.add(topic("codec-" + codec, 2)));
            topics.add(topic("compacted", 1, "cleanup.policy", "compact", "internal.segment.bytes", SMALL,
                "min.cleanable.dirty.ratio", "0.01", "delete.retention.ms", "86400000"));
            topics.add(topic("rolled", 1, "internal.segment.bytes", SMALL, "index.interval.bytes", "256"));
            topics.add(topic("trimmed", 1, "internal.segment.bytes", SMALL));
            topics.add(topic("stamped", 1, "message.timestamp.type", "LogAppendTime"));
            topics.add(topic("packed", 1, "compression.type", "zstd"));
            topics.add(topic("configured", 1, "retention.ms", "1000000000", "max.message.bytes", "500000"));
            topics.add(topic("transactional", 1));
            topics.add(topic("raw", 1));
        }
        topics.add(topic("visit-" + visit, visit));
        admin.createTopics(topics).all().get();
        if (visit > 1) {
            admin.deleteTopics(List.of("visit-" + (visit - 1))).all().get();
            admin.createPartitions(Map.of("configured", NewPartitions.increaseTo(visit))).all().get();
        }
    }

    private void produce(int visit) throws Exception {
        long base = System.currentTimeMillis() - 100_000;
        for (String codec : CODECS) {
            try (var producer = producer(Map.of("compression.type", codec, "linger.ms", "20"))) {
                for (int index = 0; index < 40; index++) {
                    var record = new ProducerRecord<>("codec-" + codec, index % 2, base + 10L * index,
                        index % 7 == 0 ? null : bytes("key " + index % 5), index % 11 == 0 ? null : bytes("value " + visit + " " + index));
                    record.headers().add("visit", bytes("" + visit)).add("nil", null).add("visit", bytes("again"));
                    producer.send(record);
                }
            }
        }
        try (var producer = producer(Map.of("batch.size", "2000", "linger.ms", "5"))) {
            for (int index = 0; index < 600; index++) {
                byte[] value = bytes(visit + " " + index + " " + "r".repeat(100));
                producer.send(new ProducerRecord<>("rolled", 0, base + index, bytes("r" + index), value));
                producer.send(new ProducerRecord<>("trimmed", 0, base + index, null, value));
                producer.send(new ProducerRecord<>("compacted", 0, base + index, bytes("c" + index % 10),
                    index % 100 == 55 ? null : value));
                if (index % 50 == 0) {
                    producer.flush();
                }
            }
            for (int index = 0; index < 10; index++) {
                producer.send(new ProducerRecord<>("stamped", 0, base + index, bytes("s"), bytes("" + index)));
                producer.send(new ProducerRecord<>("packed", 0, base + index, bytes("p"), bytes("" + index)));
                producer.send(new ProducerRecord<>("visit-" + visit, 0, base + index, null, bytes("" + index)));
            }
        }
        admin.deleteRecords(Map.of(new TopicPartition("trimmed", 0), RecordsToDelete.beforeOffset(400L * visit))).all().get();
    }

    private void configure(int visit) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "configured");
        ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, "1");
        ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        changes.put(topic, List.of(set("retention.ms", "" + (1_000_000_000L + visit)),
            new AlterConfigOp(new ConfigEntry("max.message.bytes", ""), AlterConfigOp.OpType.DELETE)));
        changes.put(node, List.of(set("log.cleaner.io.buffer.load.factor", "0.8" + visit)));
        changes.put(all, List.of(set("message.max.bytes", "" + (1_100_000 + visit))));
        admin.incrementalAlterConfigs(changes).all().get();
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    private void commit(int visit) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        offsets.put(new TopicPartition("codec-none", 0), new OffsetAndMetadata(visit, "visit " + visit));
        offsets.put(new TopicPartition("codec-gzip", 1), new OffsetAndMetadata(2L * visit));
        admin.alterConsumerGroupOffsets("simple", offsets).all().get();
        for (String group : List.of("lasting", "of-visit-" + visit)) {
            try (var member = consumer(Map.of("group.id", group, "max.poll.records", "10"))) {
                member.subscribe(List.of("rolled", "codec-lz4"));
                int seen = 0;
                long end = System.nanoTime() + 30_000_000_000L;
                while (seen < 25 && System.nanoTime() < end) {
                    seen += member.poll(Duration.ofMillis(200)).count();
                }
                member.commitSync();
            }
        }
        if (visit > 1) {
            admin.deleteConsumerGroups(List.of("of-visit-" + (visit - 1))).all().get();
        }
    }

    // Committed, aborted and, last, one that stays open: this process ends without ending it.
    private void transact(int visit) throws Exception {
        TopicPartition where = new TopicPartition("transactional", 0);
        var producer = producer(Map.of("transactional.id", "closes-" + visit, "compression.type", "lz4"));
        producer.initTransactions();
        for (int round = 0; round < 6; round++) {
            producer.beginTransaction();
            for (int index = 0; index < 5; index++) {
                producer.send(new ProducerRecord<>("transactional", 0, bytes("round " + round), bytes(visit + " " + index)));
            }
            if (round % 3 == 1) {
                producer.flush();
                producer.abortTransaction();
            } else {
                producer.sendOffsetsToTransaction(Map.of(where, new OffsetAndMetadata(round)),
                    new org.apache.kafka.clients.consumer.ConsumerGroupMetadata("by-transaction"));
                producer.commitTransaction();
            }
        }
        producer.close();
        var open = producer(Map.of("transactional.id", "stays-open-" + visit, "transaction.timeout.ms", "900000"));
        open.initTransactions();
        open.beginTransaction();
        open.send(new ProducerRecord<>("transactional", 0, bytes("open"), bytes("" + visit))).get();
        try (var plain = producer(Map.of())) {
            plain.send(new ProducerRecord<>("transactional", 0, bytes("plain"), bytes("" + visit))).get();
        }
    }

    // Waits until the cleaner has taken out values that newer ones replaced; says so when it has not.
    private void awaitCompaction() throws Exception {
        TopicPartition where = new TopicPartition("compacted", 0);
        long end = System.nanoTime() + 20_000_000_000L;
        while (true) {
            try (var reader = consumer(Map.of())) {
                int count = readAll(reader, List.of(where)).size();
                if (count < 300) {
                    return;
                }
                if (System.nanoTime() > end) {
                    System.out.println("not compacted: " + count + " records are still there, 10 keys and one segment would be right");
                    return;
                }
            }
            Thread.sleep(200);
        }
    }

    // ---- snapshot ----

    private static List<ConsumerRecord<byte[], byte[]>> readAll(KafkaConsumer<byte[], byte[]> reader, List<TopicPartition> where) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        reader.assign(where);
        reader.seekToBeginning(where);
        Map<TopicPartition, Long> ends = reader.endOffsets(where);
        long end = System.nanoTime() + 60_000_000_000L;
        while (where.stream().anyMatch(partition -> reader.position(partition) < ends.get(partition))) {
            reader.poll(Duration.ofMillis(100)).forEach(found::add);
            if (System.nanoTime() > end) {
                throw new AssertionError("cannot read to the end: " + ends);
            }
        }
        return found;
    }

    private static String text(byte[] data) {
        return data == null ? "null" : "'" + new String(data, StandardCharsets.ISO_8859_1) + "'";
    }

    private static String line(ConsumerRecord<byte[], byte[]> record) {
        StringBuilder line = new StringBuilder();
        line.append(record.topic()).append('-').append(record.partition()).append(' ');
        line.append(String.format("%06d", record.offset())).append(" epoch ").append(record.leaderEpoch().orElse(-1));
        line.append(' ').append(record.timestampType()).append(' ').append(record.timestamp());
        line.append(" key ").append(text(record.key())).append(" value ").append(text(record.value()));
        for (Header header : record.headers()) {
            line.append(' ').append(header.key()).append('=').append(text(header.value()));
        }
        return line.toString();
    }

    private TreeSet<String> snapshot() throws Exception {
        TreeSet<String> facts = new TreeSet<>();
        List<TopicPartition> partitions = new ArrayList<>();
        List<ConfigResource> resources = new ArrayList<>();
        resources.add(new ConfigResource(ConfigResource.Type.BROKER, ""));
        TreeSet<String> names = new TreeSet<>(admin.listTopics().names().get());
        admin.describeTopics(names).allTopicNames().get().forEach((name, description) -> {
            facts.add("topic " + name + " " + description.topicId() + " partitions " + description.partitions().size());
            description.partitions().forEach(p -> partitions.add(new TopicPartition(name, p.partition())));
            resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name));
        });
        admin.describeConfigs(resources).all().get().forEach((resource, config) -> config.entries().forEach(entry -> {
            boolean set = entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG
                || entry.source() == ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG && resource.name().isEmpty();
            if (set) {
                facts.add("config " + resource + " " + entry.name() + "=" + entry.value());
            }
        }));
        offsets(facts, "earliest", partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
        offsets(facts, "latest", partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
        offsets(facts, "newest", partitions, OffsetSpec.maxTimestamp(), IsolationLevel.READ_UNCOMMITTED);
        offsets(facts, "stable", partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
        for (var listing : admin.listGroups().all().get()) {
            facts.add("group " + listing.groupId() + " " + listing.type().orElse(null) + " '" + listing.protocol() + "' " + listing.groupState().orElse(null));
            admin.listConsumerGroupOffsets(listing.groupId()).partitionsToOffsetAndMetadata().get().forEach((partition, offset) ->
                facts.add("committed " + listing.groupId() + " " + partition + " " + offset));
        }
        List<TopicPartition> own = new ArrayList<>(partitions);
        own.removeIf(partition -> partition.topic().startsWith("__"));
        // A producer whose records were all deleted is forgotten in a crash, by Apache Kafka too.
        List<TopicPartition> lasting = new ArrayList<>(own);
        lasting.removeIf(partition -> partition.topic().equals("trimmed"));
        admin.describeProducers(lasting).all().get().forEach((partition, state) -> state.activeProducers().forEach(producer ->
            facts.add("producer " + partition + " " + producer.producerId() + " epoch " + producer.producerEpoch()
                + " sequence " + producer.lastSequence() + " transaction " + producer.currentTransactionStartOffset())));
        for (String isolation : List.of("read_uncommitted", "read_committed")) {
            try (var reader = consumer(Map.of("isolation.level", isolation))) {
                Map<String, String> newest = new HashMap<>();
                for (ConsumerRecord<byte[], byte[]> record : readAll(reader, own)) {
                    if (record.topic().equals("compacted")) {
                        // The cleaner may go on meanwhile; what counts is the newest value of each key.
                        newest.put(text(record.key()), isolation + " " + line(record));
                    } else {
                        facts.add(isolation + " " + line(record));
                    }
                }
                facts.addAll(newest.values());
            }
        }
        return facts;
    }

    private void offsets(TreeSet<String> facts, String name, List<TopicPartition> partitions, OffsetSpec spec, IsolationLevel level) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.stream().filter(partition -> !partition.topic().startsWith("__")).forEach(partition -> asked.put(partition, spec));
        admin.listOffsets(asked, new ListOffsetsOptions(level)).all().get().forEach((partition, found) ->
            facts.add("offset " + name + " " + partition + " " + found.offset() + " @" + found.timestamp()));
    }

    private static void await() throws Exception {
        System.out.println("--");
        System.out.flush();
        System.in.read();
    }

    public static void main(String[] arguments) throws Exception {
        int visit = Integer.parseInt(arguments[1]);
        int status = 0;
        try {
            Exchange exchange = new Exchange(arguments[0]);
            exchange.snapshot().forEach(System.out::println);
            await();
            exchange.create(visit);
            exchange.produce(visit);
            exchange.configure(visit);
            exchange.commit(visit);
            exchange.awaitCompaction();
            if (Arrays.asList(arguments).contains("transactions")) {
                exchange.transact(visit);
            }
            await();
            exchange.snapshot().forEach(System.out::println);
            await();
        } catch (Throwable failure) {
            failure.printStackTrace();
            status = 1;
        }
        // An open transaction must stay open: nothing is closed.
        Runtime.getRuntime().halt(status);
    }
}
