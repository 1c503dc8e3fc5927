package golden;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * What Kafka's encoder makes of single values: the default message, null in each member, and something
 * that is not the default in each member that the version lacks. The answer is bytes, or a refusal.
 */
final class Probes {
  static final int DEFAULT = 0;
  static final int NULL = 1;
  static final int SET = 2;

  /** `bytes` is null for a refusal; `path` names the member from the root, by dots. */
  record Probe(int operation, String path, byte[] bytes) {}

  /** Makes a root message and hands out the struct at the end of a path in it. */
  private interface Builder {
    Object[] rootAndStruct() throws Exception;
  }

  private final short version;
  private final List<Probe> probes = new ArrayList<>();

  private Probes(short version) {
    this.version = version;
  }

  static List<Probe> of(Class<? extends Message> type, short version) throws Exception {
    Probes all = new Probes(version);
    Builder root = () -> {
      Object made = all.fresh(type);
      return new Object[] {made, made};
    };
    all.add(DEFAULT, "", root, null);
    all.members(type, "", root);
    return all.probes;
  }

  /** With empty records where Kafka's default is null: Weir's is empty. */
  private Object fresh(Class<?> type) throws Exception {
    Object made = type.getDeclaredConstructor().newInstance();
    for (Shape.Member member : Shape.of(type, version).members) {
      if (isRecords(member)) member.field().set(made, MemoryRecords.EMPTY);
      Object inner = member.field().get(made);
      if (inner != null && Shape.isStruct(member.field().getType()) && member.wire() != null) {
        member.field().set(made, fresh(member.field().getType()));
      }
    }
    return made;
  }

  private static boolean isRecords(Shape.Member member) {
    return BaseRecords.class.isAssignableFrom(member.field().getType());
  }

  private void members(Class<?> type, String prefix, Builder builder) throws Exception {
    for (Shape.Member member : Shape.of(type, version).members) {
      String path = prefix + member.name();
      if (member.wire() == null) {
        Object other = different(member, type);
        if (other != null) add(SET, path, builder, struct -> member.field().set(struct, other));
        continue;
      }
      if (!member.field().getType().isPrimitive() && member.field().getType() != Uuid.class
          && !(Shape.isStruct(member.field().getType()) && !member.wire().isNullable())) {
        add(NULL, path, builder, struct -> member.field().set(struct, null));
      }
      Class<?> inner = member.isList() ? member.element() : member.field().getType();
      if (Shape.isStruct(inner)) members(inner, path + ".", () -> descend(builder, member, inner));
    }
  }

  @SuppressWarnings("unchecked")
  private Object[] descend(Builder builder, Shape.Member member, Class<?> inner) throws Exception {
    Object[] above = builder.rootAndStruct();
    Object made = fresh(inner);
    if (member.isList()) {
      Class<?> type = member.field().getType();
      var list = type == List.class
          ? new ArrayList<Object>()
          : (Collection<Object>) type.getDeclaredConstructor().newInstance();
      list.add(made);
      member.field().set(above[1], list);
    } else {
      member.field().set(above[1], made);
    }
    return new Object[] {above[0], made};
  }

  private interface Change {
    void apply(Object struct) throws Exception;
  }

  private void add(int operation, String path, Builder builder, Change change) throws Exception {
    Object[] made = builder.rootAndStruct();
    if (change != null) change.apply(made[1]);
    byte[] bytes = null;
    try {
      bytes = GoldenMessages.encode((Message) made[0], version);
    } catch (UnsupportedVersionException | NullPointerException refusal) {
      // bytes stay null
    }
    probes.add(new Probe(operation, path, bytes));
  }

  /** A value that is not the default; null where that takes more than a value. */
  private Object different(Shape.Member member, Class<?> owner) throws Exception {
    Class<?> type = member.field().getType();
    Object usual = member.field().get(owner.getDeclaredConstructor().newInstance());
    if (type == boolean.class) return !(Boolean) usual;
    if (type == byte.class) return (byte) ((Byte) usual ^ 1);
    if (type == short.class) return (short) ((Short) usual ^ 1);
    if (type == int.class) return (Integer) usual ^ 1;
    if (type == long.class) return (Long) usual ^ 1;
    if (type == double.class) return (Double) usual + 1;
    if (type == Uuid.class) return new Uuid(7, 7);
    if (type == String.class) return "x";
    if (type == byte[].class) return new byte[] {1};
    if (type == ByteBuffer.class) return ByteBuffer.wrap(new byte[] {1});
    return null;
  }
}
