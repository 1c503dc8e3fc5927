package golden;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Random instances of generated classes that one version can carry. */
final class RandomMessages {
  private static final String[] TEXTS = {
    "", "a", "topic-1", "with \"quotes\" and \\ and /", "tab\tline\nreturn\r\b\f\u0001\u001f\u007f",
    "Grüße, 漢字, \uD83D\uDE00", "__consumer_offsets", "null", "{\"json\":[1,2]}"
  };
  private static final double[] DOUBLES = {
    0.0, -0.0, 1.0, -1.5, 0.001, 0.0009765625, 1e7, 9999999.0, 123456.75, 1e100, -2.5e-10,
    Double.MAX_VALUE, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
  };

  private final Random random;
  private int budget = 400;  // elements and texts that are left, so that nesting does not explode

  RandomMessages(Random random) {
    this.random = random;
  }

  Object make(Class<?> type, short version) throws Exception {
    Object made = type.getDeclaredConstructor().newInstance();
    Shape shape = Shape.of(type, version);
    for (Shape.Member member : shape.members) {
      if (member.wire() == null) continue;
      boolean mustSet = member.field().get(made) == null && !member.wire().isNullable();
      if (!mustSet && random.nextInt(6) == 0) continue;  // the default
      member.field().set(made, value(member, version));
    }
    if (shape.flexible && random.nextInt(5) == 0) unknownTags(made);
    return made;
  }

  @SuppressWarnings("unchecked")
  private void unknownTags(Object made) throws Exception {
    var tags = (List<RawTaggedField>) made.getClass().getMethod("unknownTaggedFields").invoke(made);
    int tag = 20;
    for (int i = random.nextInt(3); i >= 0; i--) {
      tag += 1 + random.nextInt(i == 0 ? 100_000_000 : 200);
      tags.add(new RawTaggedField(tag, bytes(random.nextInt(10) == 0 ? 200 : 5)));
    }
  }

  private Object value(Shape.Member member, short version) throws Exception {
    Class<?> type = member.field().getType();
    boolean nullable = member.wire().isNullable();
    if (!type.isPrimitive() && nullable && random.nextInt(4) == 0) return null;
    if (!member.isList()) return scalar(type, member.wire(), version);
    return list(member, version);
  }

  @SuppressWarnings("unchecked")
  private Object list(Shape.Member member, short version) throws Exception {
    Class<?> type = member.field().getType();
    var made = type == List.class
        ? new ArrayList<Object>()
        : (Collection<Object>) type.getDeclaredConstructor().newInstance();
    Type element = member.wire().arrayElementType().get();
    int count = switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> random.nextInt(40) == 0 && !Shape.isStruct(member.element()) ? 200 : 2;
      default -> 1 + random.nextInt(3);
    };
    for (int i = 0; i < count && budget > 0; i++) {
      budget--;
      made.add(scalar(member.element(), element, version));
    }
    return made;
  }

  private Object scalar(Class<?> type, Type wire, short version) throws Exception {
    if (type == boolean.class || type == Boolean.class) return random.nextBoolean();
    if (type == byte.class || type == Byte.class) return (byte) integer(8);
    if (type == short.class || type == Short.class) return (short) integer(16);
    if (type == int.class || type == Integer.class) {
      return wire == Type.UINT16 ? (int) (integer(16) & 0xFFFF) : (int) integer(32);
    }
    if (type == long.class || type == Long.class) {
      return wire == Type.UNSIGNED_INT32 ? integer(32) & 0xFFFFFFFFL : integer(64);
    }
    if (type == double.class || type == Double.class) return DOUBLES[random.nextInt(DOUBLES.length)];
    if (type == Uuid.class) return uuid();
    if (type == String.class) return string();
    if (type == byte[].class) return bytes(size());
    if (type == ByteBuffer.class) return ByteBuffer.wrap(bytes(size()));
    if (BaseRecords.class.isAssignableFrom(type)) {
      return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes(size())));
    }
    if (Shape.isStruct(type)) return make(type, version);
    throw new IllegalStateException("no values for " + type);
  }

  private long integer(int bits) {
    long low = -1L << (bits - 1);
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> -1;
      case 2 -> low;
      case 3 -> ~low;
      case 4 -> random.nextInt(100);
      default -> random.nextLong() >> (64 - bits);
    };
  }

  private Uuid uuid() {
    return switch (random.nextInt(4)) {
      case 0 -> Uuid.ZERO_UUID;
      case 1 -> Uuid.ONE_UUID;
      default -> new Uuid(random.nextLong(), random.nextLong());
    };
  }

  private String string() {
    budget--;
    if (random.nextInt(400) == 0) return "x".repeat(32767);
    if (random.nextInt(30) == 0) return "y".repeat(120 + random.nextInt(20));  // around one byte of length
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  private int size() {
    budget--;
    if (random.nextInt(400) == 0) return 20_000;
    return random.nextInt(4) == 0 ? 0 : random.nextInt(random.nextInt(10) == 0 ? 200 : 12);
  }

  private byte[] bytes(int size) {
    byte[] made = new byte[size];
    random.nextBytes(made);
    return made;
  }
}
