package weir;

import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/** Says in text what record batches hold; the C++ tests say the same in the same form. */
final class Dump {
    private Dump() {}

    static String of(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches()) {
            batch.ensureValid();
            out.append(header(batch, batch.baseOffset(), batch.partitionLeaderEpoch()));
            records(batch, 0, out);
        }
        return out.toString();
    }

    static String header(MutableRecordBatch batch, long baseOffset, int epoch) {
        long horizon = batch.deleteHorizonMs().orElse(-1);
        return "batch offset=" + baseOffset + " last=+" + (batch.lastOffset() - batch.baseOffset())
            + " epoch=" + epoch + " codec=" + batch.compressionType().id
            + " append_time=" + (batch.timestampType() == TimestampType.LOG_APPEND_TIME ? 1 : 0)
            + " transactional=" + (batch.isTransactional() ? 1 : 0)
            + " control=" + (batch.isControlBatch() ? 1 : 0)
            + " horizon=" + horizon + " max=" + batch.maxTimestamp()
            + " producer=" + batch.producerId() + "/" + batch.producerEpoch() + "/" + batch.baseSequence()
            + "-" + batch.lastSequence() + " count=" + batch.countOrNull() + "\n";
    }

    static void records(MutableRecordBatch batch, long offsetShift, StringBuilder out) {
        for (Record record : batch) {
            out.append("  record offset=").append(record.offset() - offsetShift)
                .append(" time=").append(record.timestamp())
                .append(" sequence=").append(record.sequence())
                .append(" key=").append(hex(record.key())).append(" value=").append(hex(record.value()));
            for (Header header : record.headers()) {
                byte[] value = header.value();
                out.append(" ").append(hex(ByteBuffer.wrap(header.key().getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                    .append(":").append(hex(value == null ? null : ByteBuffer.wrap(value)));
            }
            out.append("\n");
        }
    }

    static String hex(ByteBuffer bytes) {
        if (bytes == null) return "null";
        if (bytes.remaining() > 40) {
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            crc.update(bytes.duplicate());
            return "#" + bytes.remaining() + "/" + crc.getValue();
        }
        StringBuilder out = new StringBuilder("'");
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            out.append(Character.forDigit((bytes.get(i) >> 4) & 15, 16)).append(Character.forDigit(bytes.get(i) & 15, 16));
        }
        return out.append("'").toString();
    }
}
