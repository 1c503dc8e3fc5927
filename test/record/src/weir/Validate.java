package weir;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * cases.bin holds for each case: i16 produce version, i16 number of settings (name and value, UTF as DataInput reads
 * it), i32 size and the bytes of a partition's records. Each goes through the check of the produce request and an
 * append by the leader to a real log. cases.kafka says what came of it: the error code and the record errors, or
 * what the log then holds.
 */
final class Validate {
    static final long NOW = 1_000_000_000L;
    private static final Time FIXED = new Time() {
        @Override
        public long milliseconds() {
            return NOW;
        }

        @Override
        public long nanoseconds() {
            return NOW * 1_000_000;
        }

        @Override
        public void sleep(long ms) {}
    };

    private Validate() {}

    static void main(Path dir) throws Exception {
        Map<Map<String, String>, UnifiedLog> logs = new HashMap<>();
        KafkaScheduler scheduler = new KafkaScheduler(1);
        scheduler.startup();
        Path root = Files.createTempDirectory("validate");
        int cases = 0;
        try (DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(dir.resolve("cases.bin"))));
             PrintWriter out = new PrintWriter(dir.resolve("cases.kafka").toFile())) {
            while (true) {
                short version;
                try {
                    version = in.readShort();
                } catch (EOFException end) {
                    break;
                }
                Map<String, String> settings = new HashMap<>();
                for (int left = in.readShort(); left > 0; left--) settings.put(in.readUTF(), in.readUTF());
                byte[] bytes = new byte[in.readInt()];
                in.readFully(bytes);
                UnifiedLog log = logs.get(settings);
                if (log == null) {
                    java.io.File logDir = root.resolve("t-" + logs.size()).toFile();
                    Files.createDirectory(logDir.toPath());
                    log = UnifiedLog.create(logDir, new LogConfig(settings), 0, 0, scheduler, new BrokerTopicStats(), FIXED,
                        900_000, new ProducerStateManagerConfig(86_400_000, false), 600_000, new LogDirFailureChannel(1), true,
                        Optional.empty());
                    logs.put(settings, log);
                }
                out.print("case " + cases++ + ": " + outcome(log, version, bytes) + "\n");
            }
        }
        scheduler.shutdown();
        System.out.println(cases + " cases, " + logs.size() + " logs");
    }

    private static String outcome(UnifiedLog log, short version, byte[] bytes) {
        MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
        long before = log.logEndOffset();
        try {
            ProduceRequest.validateRecords(version, records);
            log.appendAsLeader(records, 0);
            FileRecords stored = (FileRecords) log.read(before, Integer.MAX_VALUE, FetchIsolation.LOG_END, true).records;
            StringBuilder out = new StringBuilder("stored\n");
            for (RecordBatch batch : stored.batches()) {
                ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
                batch.writeTo(copy);
                copy.flip();
                MutableRecordBatch loaded = MemoryRecords.readableRecords(copy).batches().iterator().next();
                loaded.ensureValid();
                out.append(Dump.header(loaded, loaded.baseOffset() - before, -1));
                try {
                    Dump.records(loaded, before, out);
                } catch (Exception unreadable) {
                    out.append("  unreadable\n");
                }
            }
            return out.toString().stripTrailing();
        } catch (RecordValidationException invalid) {
            return "error " + Errors.forException(invalid.invalidException()).code() + " at "
                + invalid.recordErrors().stream().map(e -> String.valueOf(e.batchIndex)).collect(Collectors.joining(","));
        } catch (Throwable other) {
            return "error " + Errors.forException(other).code() + (Errors.forException(other).code() == -1 ? " " + other.getClass().getSimpleName() : "");
        }
    }
}
