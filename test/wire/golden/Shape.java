package golden;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/** What a generated class holds, and which of it one version carries. */
final class Shape {
  final Class<?> type;
  final boolean flexible;
  final List<Member> members = new ArrayList<>();

  /** A field of the class; `wire` is null when the version lacks it. */
  record Member(Field field, Type wire) {
    String name() {
      return field.getName();
    }

    Class<?> element() {
      if (field.getGenericType() instanceof ParameterizedType list) {
        return (Class<?>) list.getActualTypeArguments()[0];
      }
      if (field.getType().getGenericSuperclass() instanceof ParameterizedType collection) {
        return (Class<?>) collection.getActualTypeArguments()[0];
      }
      return null;
    }

    boolean isList() {
      return java.util.Collection.class.isAssignableFrom(field.getType());
    }
  }

  private Shape(Class<?> type, boolean flexible) {
    this.type = type;
    this.flexible = flexible;
  }

  static Shape of(Class<?> type, short version) throws Exception {
    Schema[] schemas = (Schema[]) type.getField("SCHEMAS").get(null);
    Schema schema = version < schemas.length ? schemas[version] : null;
    if (schema == null) return null;
    Map<String, Type> wire = new HashMap<>();
    boolean flexible = false;
    for (BoundField bound : schema.fields()) {
      if (bound.def.type instanceof TaggedFields tagged) {
        flexible = true;
        for (var field : tagged.fields().values()) wire.put(plain(field.name), field.type);
      } else {
        wire.put(plain(bound.def.name), bound.def.type);
      }
    }
    Shape shape = new Shape(type, flexible);
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) || field.getName().startsWith("_")) continue;
      if (field.getName().equals("next") || field.getName().equals("prev")) continue;
      field.setAccessible(true);
      Type found = wire.remove(plain(field.getName()));
      shape.members.add(new Member(field, found));
    }
    if (!wire.isEmpty()) throw new IllegalStateException(type + " has no " + wire.keySet());
    return shape;
  }

  private static String plain(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }

  static boolean isStruct(Class<?> type) {
    return Message.class.isAssignableFrom(type);
  }
}
