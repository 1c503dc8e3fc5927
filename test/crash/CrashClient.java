// The Java client while its broker is killed again and again: an idempotent producer, a member of a group, and topics
// that are made, filled, trimmed, read and deleted, all of one name. All of it in a history (docs/formats/history.md).
//
//   CrashClient BOOTSTRAP HISTORY GROUP ASSIGNOR
//
// works until its input ends, and says "acked N" now and then.

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public final class CrashClient {
    private static final int WINDOW = 8;
    private static final String PADDING = ".".repeat(200);

    private final String bootstrap;
    private final String group;
    private final String assignor;
    private final FileOutputStream history;
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong acked = new AtomicLong();
    private volatile boolean ending = false;

    private CrashClient(String[] words) throws IOException {
        bootstrap = words[0];
        history = new FileOutputStream(words[1], true);
        group = words[2];
        assignor = words[3].equals("range") ? "org.apache.kafka.clients.consumer.RangeAssignor"
            : "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
        history.write("weir-history 1\n".getBytes(StandardCharsets.UTF_8));
    }

    private void line(String process, String verb, Object... words) {
        StringBuilder rest = new StringBuilder(" ").append(process).append(' ').append(verb);
        for (Object word : words) {
            rest.append(' ').append(word);
        }
        rest.append('\n');
        synchronized (history) {
            try {
                history.write((System.nanoTime() + rest.toString()).getBytes(StandardCharsets.UTF_8));
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    private static synchronized void say(String text) {
        System.out.println(text);
        System.out.flush();
    }

    private Properties settings(String... more) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        for (String name : List.of("reconnect.backoff.ms", "retry.backoff.ms")) {
            properties.put(name, "20");
        }
        properties.put("reconnect.backoff.max.ms", "100");
        properties.put("retry.backoff.max.ms", "100");
        for (int at = 0; at < more.length; at += 2) {
            properties.put(more[at], more[at + 1]);
        }
        return properties;
    }

    private static String padded(String value) {
        return value + PADDING.substring(Math.min(PADDING.length(), value.length()));
    }

    private static String unpadded(String value) {
        if (value == null) {
            return "~";
        }
        int end = value.indexOf('.');
        if (end < 0) {
            return value;
        }
        return value.substring(0, end) + (value.substring(end).chars().allMatch(c -> c == '.') ? "" : "!damaged");
    }

    // ---- producing ----

    private final class Sender implements AutoCloseable {
        private final String process;
        private final KafkaProducer<String, String> producer = new KafkaProducer<>(
            settings("linger.ms", "5", "delivery.timeout.ms", "120000", "max.block.ms", "120000"),
            new StringSerializer(), new StringSerializer());
        private final Semaphore room = new Semaphore(WINDOW);
        private long number = 0;

        Sender(String process) {
            this.process = process;
            line(process, "producer", "all", "idempotent");
        }

        void send(String topic, String life, int partition) throws InterruptedException {
            room.acquire();
            String key = process + "-" + number % 12;
            String value = process + ":" + number++;
            long operation = operations.incrementAndGet();
            line(process, "send", operation, topic + life, partition, key, value);
            producer.send(new ProducerRecord<>(topic, partition, key, padded(value)), (metadata, failure) -> {
                if (failure == null) {
                    line(process, "acked", operation, metadata.hasOffset() ? metadata.offset() : -1);
                } else {
                    String verb = failure instanceof RecordTooLargeException ? "refused" : "unknown";
                    line(process, verb, operation, failure.getClass().getSimpleName());
                    if (life.isEmpty()) {
                        say("failed " + failure);
                    }
                }
                room.release();
                if (failure == null && life.isEmpty() && acked.incrementAndGet() % 50 == 0) {
                    say("acked " + acked.get());
                }
            });
        }

        void drain() throws InterruptedException {
            room.acquire(WINDOW);
            room.release(WINDOW);
        }

        @Override
        public void close() {
            producer.close(Duration.ofSeconds(60));
            line(process, "ended");
        }
    }

    private void produce() throws InterruptedException {
        try (Sender sender = new Sender("java-producer")) {
            for (int number = 0; !ending; number++) {
                if (number % 8 == 5) {
                    sender.send("short", "", number / 8 % 2);
                } else {
                    sender.send("log", "", number % 6);
                }
            }
        }
    }

    // ---- a member of the group ----

    private void consume() {
        String process = "java-member";
        Properties properties = settings("group.id", group, "auto.offset.reset", "earliest", "enable.auto.commit", "false",
            "session.timeout.ms", "2000", "heartbeat.interval.ms", "200", "partition.assignment.strategy", assignor);
        line(process, "member", group);
        try (var consumer = new KafkaConsumer<String, String>(properties, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("log"), new ConsumerRebalanceListener() {
                private void tell(String event, Collection<TopicPartition> partitions) {
                    for (TopicPartition each : partitions) {
                        line(process, event, group, consumer.groupMetadata().generationId(), each.topic(), each.partition());
                    }
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    tell("assigned", partitions);
                }

                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    tell("revoked", partitions);
                }

                @Override
                public void onPartitionsLost(Collection<TopicPartition> partitions) {
                    tell("lost", partitions);
                }
            });
            while (!ending) {
                Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    line(process, "read", record.topic(), record.partition(), record.offset(), record.key(), unpadded(record.value()));
                    done.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
                }
                if (!done.isEmpty()) {
                    commit(consumer, process, done);
                }
            }
        }
        line(process, "ended");
    }

    private void commit(KafkaConsumer<String, String> consumer, String process, Map<TopicPartition, OffsetAndMetadata> done) {
        Map<Long, TopicPartition> begun = new HashMap<>();
        done.forEach((partition, offset) -> {
            long operation = operations.incrementAndGet();
            begun.put(operation, partition);
            line(process, "commit", operation, group, consumer.groupMetadata().generationId(), partition.topic(), partition.partition(), offset.offset());
        });
        try {
            consumer.commitSync(done);
            begun.keySet().forEach(operation -> line(process, "done", operation));
            say("committed");
        } catch (KafkaException failure) {
            begun.keySet().forEach(operation -> line(process, "unknown", operation, failure.getClass().getSimpleName()));
        }
    }

    // ---- topics that come and go ----

    private static void settle(Future<?> future, Class<?> done) throws InterruptedException, ExecutionException {
        try {
            future.get();
        } catch (ExecutionException failure) {
            if (!done.isInstance(failure.getCause())) {
                throw failure;
            }
            // A repeat, by the client itself, of what was done.
        }
    }

    private interface Attempt {
        void run() throws InterruptedException, ExecutionException;
    }

    /** One operation after the other until one is done. */
    private void insist(String process, String verb, String words, Attempt attempt) throws InterruptedException {
        while (true) {
            long operation = operations.incrementAndGet();
            line(process, verb, operation, words);
            try {
                attempt.run();
                line(process, "done", operation);
                return;
            } catch (ExecutionException failure) {
                line(process, "unknown", operation, failure.getCause().getClass().getSimpleName());
                say(verb + ": " + failure.getCause());
            }
        }
    }

    private void comeAndGo() throws Exception {
        String process = "java-lives";
        String name = "came";
        TopicPartition partition = new TopicPartition(name, 0);
        try (Admin admin = Admin.create(settings()); Sender sender = new Sender("java-lives-producer")) {
            for (int number = 1; !ending; number++) {
                String life = "@" + number;
                insist(process, "create", name + life,
                    () -> settle(admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all(), TopicExistsException.class));
                for (int index = 0; index < 24; index++) {
                    sender.send(name, life, 0);
                }
                sender.drain();
                // Not always the same, so that a start that is an earlier life's is seen.
                long start = 3 + number * 5 % 17;
                insist(process, "trim", name + life + " 0 " + start,
                    () -> admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(start))).all().get());
                readAll(process, partition, life);
                // Some are under way while their topic goes.
                for (int index = 0; number % 2 == 0 && index < WINDOW; index++) {
                    sender.send(name, life, 0);
                }
                insist(process, "delete", name + life,
                    () -> settle(admin.deleteTopics(List.of(name)).all(), UnknownTopicOrPartitionException.class));
                say("lived " + number);
            }
        }
    }

    private void readAll(String process, TopicPartition partition, String life) {
        String log = partition.topic() + life + " " + partition.partition();
        long operation = operations.incrementAndGet();
        line(process, "audit", operation, log);
        try (var consumer = new KafkaConsumer<String, String>(settings("auto.offset.reset", "earliest"), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> only = List.of(partition);
            long end = consumer.endOffsets(only).get(partition);
            consumer.assign(only);
            consumer.seekToBeginning(only);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    line(process, "read", log, record.offset(), record.key(), unpadded(record.value()));
                }
            }
            line(process, "audited", operation, consumer.beginningOffsets(only).get(partition), end);
        } catch (KafkaException failure) {
            line(process, "unknown", operation, failure.getClass().getSimpleName());
            say("reading " + log + ": " + failure);
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static Thread started(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception failure) {
                say("failed " + failure);
            }
        });
        thread.start();
        return thread;
    }

    public static void main(String[] words) throws Exception {
        CrashClient client = new CrashClient(words);
        List<Thread> threads = List.of(started(client::produce), started(client::consume), started(client::comeAndGo));
        while (System.in.read() >= 0) {
            // Nothing is said to it but that it is over.
        }
        client.ending = true;
        for (Thread thread : threads) {
            thread.join();
        }
        say("ended");
    }
}
