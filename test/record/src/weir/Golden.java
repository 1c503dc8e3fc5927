package weir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/** Writes batches with Apache Kafka's own classes: NAME.bin, and NAME.txt, which says what is in it. */
final class Golden {
    private final Path dir;
    private final Random random = new Random(20261120);

    private Golden(Path dir) {
        this.dir = dir;
    }

    static void main(Path dir) throws IOException {
        Files.createDirectories(dir);
        Golden golden = new Golden(dir);
        Compression[] codecs = {Compression.NONE, Compression.gzip().build(), Compression.snappy().build(),
            Compression.lz4().build(), Compression.zstd().build()};
        for (Compression codec : codecs) golden.ofCodec(codec, codec.type().name);
        golden.ofCodec(Compression.gzip().level(9).build(), "gzip-9");
        golden.ofCodec(Compression.lz4().level(17).build(), "lz4-17");
        golden.ofCodec(Compression.zstd().level(19).build(), "zstd-19");
        golden.controls();
        golden.oddities();
        golden.filtered(codecs);
    }

    private void write(String name, ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        Files.write(dir.resolve(name + ".bin"), copy);
        Files.writeString(dir.resolve(name + ".txt"), Dump.of(copy));
    }

    private void write(String name, MemoryRecords records) throws IOException {
        write(name, records.buffer());
    }

    private byte[] bytes(int size) {
        byte[] out = new byte[size];
        for (int i = 0; i < size; i++) out[i] = (byte) ("abcdefgh".charAt(random.nextInt(8)));
        return out;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private MemoryRecordsBuilder builder(Compression codec, TimestampType type, long baseOffset, long pid, short epoch,
                                         int sequence, boolean transactional, boolean control, long horizon) {
        return new MemoryRecordsBuilder(new ByteBufferOutputStream(1 << 20), RecordBatch.CURRENT_MAGIC_VALUE, codec,
            type, baseOffset, 1_700_000_000_777L, pid, epoch, sequence, transactional, control, 12, 1 << 20, horizon);
    }

    /** Three batches: small ones of every shape, one that spans several compression blocks, one idempotent. */
    private void ofCodec(Compression codec, String name) throws IOException {
        long time = 1_700_000_000_000L;
        MemoryRecordsBuilder shapes = builder(codec, TimestampType.CREATE_TIME, 1000, -1, (short) -1, -1, false, false, -1);
        shapes.append(time, (byte[]) null, (byte[]) null);
        shapes.append(time - 5, new byte[0], new byte[0]);
        shapes.append(time + 90_000, text("key"), null);
        shapes.append(time, null, text("value"), new Header[] {new RecordHeader("h", text("x")),
            new RecordHeader("", (byte[]) null), new RecordHeader("h", new byte[0]), new RecordHeader("ünï", text("€"))});
        shapes.append(-1, bytes(63), bytes(64));
        shapes.append(0, bytes(64), bytes(8192));
        write("shapes-" + name, shapes.build());

        MemoryRecordsBuilder large = builder(codec, TimestampType.LOG_APPEND_TIME, 0, -1, (short) -1, -1, false, false, -1);
        byte[] words = text("all work and no play ");
        for (int i = 0; i < 40; i++) {
            byte[] value = new byte[5000];
            for (int at = 0; at < value.length; at++) value[at] = words[(at + i) % words.length];
            large.append(time + i, text("k" + i), value);
        }
        if (codec != Compression.NONE) write("large-" + name, large.build());

        MemoryRecordsBuilder idempotent = builder(codec, TimestampType.CREATE_TIME, 1L << 40, 4711, (short) 7,
            Integer.MAX_VALUE - 1, true, false, -1);
        for (int i = 0; i < 5; i++) idempotent.append(time + i, text("k"), text("v" + i));
        write("transactional-" + name, idempotent.build());
    }

    private void controls() throws IOException {
        for (ControlRecordType type : new ControlRecordType[] {ControlRecordType.ABORT, ControlRecordType.COMMIT}) {
            write("end-" + type.name().toLowerCase(),
                MemoryRecords.withEndTransactionMarker(55, 1234, 3, 4711, (short) 7, new EndTransactionMarker(type, 29)));
        }
        List<LeaderChangeMessage.Voter> voters = List.of(new LeaderChangeMessage.Voter().setVoterId(1), new LeaderChangeMessage.Voter().setVoterId(2));
        write("leader-change", MemoryRecords.withLeaderChangeMessage(9, 1234, 3, ByteBuffer.allocate(512),
            new LeaderChangeMessage().setLeaderId(1).setVoters(voters).setGrantingVoters(voters)));
        write("snapshot-header", MemoryRecords.withSnapshotHeaderRecord(0, 1234, 3, ByteBuffer.allocate(512),
            new SnapshotHeaderRecord().setLastContainedLogTimestamp(99)));
        write("snapshot-footer", MemoryRecords.withSnapshotFooterRecord(7, 1234, 3, ByteBuffer.allocate(512), new SnapshotFooterRecord()));
        write("kraft-version", MemoryRecords.withKRaftVersionRecord(0, 1234, 3, ByteBuffer.allocate(512),
            new KRaftVersionRecord().setKRaftVersion((short) 1)));
        write("kraft-voters", MemoryRecords.withVotersRecord(0, 1234, 3, ByteBuffer.allocate(512),
            new VotersRecord().setVoters(List.of(new VotersRecord.Voter().setVoterId(1).setVoterDirectoryId(new Uuid(1, 2))))));
    }

    private void oddities() throws IOException {
        MemoryRecordsBuilder horizon = builder(Compression.NONE, TimestampType.CREATE_TIME, 5, -1, (short) -1, -1, false, false, 5_000_000);
        horizon.append(1000, text("tombstone"), null);
        horizon.overrideLastOffset(11);
        write("delete-horizon", horizon.build());
        ByteBuffer empty = ByteBuffer.allocate(61);
        DefaultRecordBatch.writeEmptyHeader(empty, (byte) 2, 4711, (short) 7, 40, 100, 104, 3,
            TimestampType.CREATE_TIME, 888, true, false);
        empty.flip();
        write("empty", empty);
    }

    /** What log compaction leaves of a batch when the keys that end in an odd byte go. */
    private void filtered(Compression[] codecs) throws IOException {
        for (Compression codec : codecs) {
            MemoryRecordsBuilder in = builder(codec, TimestampType.CREATE_TIME, 200, 4711, (short) 7, 10, false, false, -1);
            for (int i = 0; i < 6; i++) in.append(5000 + i, text("k" + i), i == 4 ? null : bytes(30));
            String name = codec.type().name;
            MemoryRecords batch = in.build();
            write("filter-in-" + name, batch);
            for (String rule : new String[] {"even", "odd", "nothing", "all"}) {
                MemoryRecords.RecordFilter filter = new MemoryRecords.RecordFilter(100_000, 60_000) {
                    @Override
                    protected BatchRetentionResult checkBatchRetention(RecordBatch b) {
                        return new BatchRetentionResult(BatchRetention.RETAIN_EMPTY, false);
                    }

                    @Override
                    protected boolean shouldRetainRecord(RecordBatch b, Record record) {
                        int last = record.key().get(record.key().limit() - 1);
                        return switch (rule) {
                            case "even" -> last % 2 == 0;
                            case "odd" -> last % 2 != 0;
                            case "nothing" -> false;
                            default -> true;
                        };
                    }
                };
                ByteBuffer out = ByteBuffer.allocate(1 << 16);
                MemoryRecords.FilterResult result = batch.filterTo(filter, out, BufferSupplier.NO_CACHING, Integer.MAX_VALUE);
                ByteBuffer written = result.outputBuffer();
                written.flip();
                write("filter-" + rule + "-" + name, written);
            }
        }
    }
}
