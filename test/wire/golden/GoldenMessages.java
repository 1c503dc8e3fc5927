package golden;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * Asks Apache Kafka's own generated classes what their messages look like, and writes it down for
 * wire_golden (golden_main.cc describes the file).
 *
 * <p>Usage: GoldenMessages OUTPUT INSTANCES_PER_VERSION SEED; a name that ends in .gz is compressed.
 */
public final class GoldenMessages {
  private static final String[] PACKAGES = {
    "org/apache/kafka/common/message/", "/generated/", "org/apache/kafka/common/metadata/",
    "org/apache/kafka/streams/internals/generated/"
  };

  private static final byte[] EDGES = {0, 1, 2, 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff};

  private final DataOutputStream out;
  private final int instances;
  private final long seed;
  private int messages;
  private long written;
  private long probes;
  private long changes;

  private GoldenMessages(DataOutputStream out, int instances, long seed) {
    this.out = out;
    this.instances = instances;
    this.seed = seed;
  }

  public static void main(String[] args) throws Exception {
    OutputStream file = new BufferedOutputStream(new FileOutputStream(args[0]), 1 << 20);
    if (args[0].endsWith(".gz")) file = new GZIPOutputStream(file);
    try (DataOutputStream out = new DataOutputStream(file)) {
      GoldenMessages golden =
          new GoldenMessages(out, Integer.parseInt(args[1]), Long.parseLong(args[2]));
      golden.errors();
      golden.apis();
      for (Class<? extends Message> type : messageClasses().values()) golden.message(type);
      System.out.printf("%d messages, %d instances, %d changes, %d probes%n", golden.messages,
          golden.written, golden.changes, golden.probes);
    }
  }

  /** Every top-level message class of the class path, by Weir's name for it. */
  private static SortedMap<String, Class<? extends Message>> messageClasses() throws Exception {
    SortedMap<String, Class<? extends Message>> found = new TreeMap<>();
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!path.endsWith(".jar") || !new File(path).getName().startsWith("kafka")) continue;
      try (JarFile jar = new JarFile(path)) {
        for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
          String name = all.nextElement().getName();
          if (!isCandidate(name)) continue;
          Class<?> type = Class.forName(name.replace('/', '.').replace(".class", ""));
          if (!Message.class.isAssignableFrom(type) || type.isInterface()) continue;
          found.put(weirName(type), type.asSubclass(Message.class));
        }
      }
    }
    return found;
  }

  private static boolean isCandidate(String name) {
    if (!name.endsWith(".class") || name.contains("$") || name.contains("JsonConverter")) return false;
    for (String part : PACKAGES) {
      if (name.contains(part)) return true;
    }
    return false;
  }

  /** Kafka adds "Data" to the classes of requests, responses and headers. */
  private static String weirName(Class<?> type) {
    String name = type.getSimpleName();
    for (String end : new String[] {"RequestData", "ResponseData", "HeaderData"}) {
      if (name.endsWith(end)) return name.substring(0, name.length() - 4);
    }
    return name;
  }

  private void text(String value) throws IOException {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private void errors() throws IOException {
    for (Errors error : Errors.values()) {
      out.writeByte('E');
      out.writeShort(error.code());
      text(error.name());
      out.writeBoolean(error.exception() instanceof RetriableException);
      out.writeBoolean(error.exception() instanceof InvalidMetadataException);
    }
  }

  private void apis() throws IOException {
    for (ApiKeys api : ApiKeys.values()) {
      if (!api.hasValidVersion()) continue;
      out.writeByte('A');
      out.writeShort(api.id);
      text(api.name);
      out.writeShort(api.oldestVersion());
      out.writeShort(api.latestVersion(true));
      out.writeShort(api.latestVersion(false));
      out.writeBoolean(api.inScope(org.apache.kafka.common.message.ApiMessageType.ListenerType.BROKER));
      out.writeBoolean(api.inScope(org.apache.kafka.common.message.ApiMessageType.ListenerType.CONTROLLER));
      for (short v = api.oldestVersion(); v <= api.latestVersion(true); v++) {
        out.writeByte(api.requestHeaderVersion(v));
        out.writeByte(api.responseHeaderVersion(v));
      }
    }
  }

  private void message(Class<? extends Message> type) throws Exception {
    String name = weirName(type);
    Message sample = type.getDeclaredConstructor().newInstance();
    short low = sample.lowestSupportedVersion();
    short high = sample.highestSupportedVersion();
    out.writeByte('V');
    text(name);
    out.writeShort(low);
    out.writeShort(high);
    messages++;
    Method json = jsonConverter(type);
    for (short version = low; version <= high; version++) {
      Random random = new Random(seed ^ name.hashCode() ^ ((long) version << 40));
      for (int i = 0; i < instances; i++) instance(type, name, version, random, json);
      for (Probes.Probe probe : Probes.of(type, version)) {
        out.writeByte('P');
        text(name);
        out.writeShort(version);
        out.writeByte(probe.operation());
        text(probe.path());
        out.writeInt(probe.bytes() == null ? -1 : probe.bytes().length);
        if (probe.bytes() != null) out.write(probe.bytes());
        probes++;
      }
    }
  }

  private void instance(Class<? extends Message> type, String name, short version, Random random,
      Method json) throws Exception {
    Message made = (Message) new RandomMessages(random).make(type, version);
    byte[] bytes = encode(made, version);
    Message again = type.getDeclaredConstructor().newInstance();
    again.read(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version);
    out.writeByte('M');
    text(name);
    out.writeShort(version);
    out.writeInt(bytes.length);
    out.write(bytes);
    if (json == null) {
      out.writeInt(-1);
    } else {
      text(json.invoke(null, again, version).toString());
    }
    written++;
    for (int i = 0; i < 3 && bytes.length > 0; i++) change(type, bytes, version, random);
  }

  /** Whether Kafka still reads the bytes when a few of them are changed, and how many it uses. */
  private void change(Class<? extends Message> type, byte[] bytes, short version, Random random)
      throws Exception {
    byte[] changed = bytes.clone();
    int count = 1 + random.nextInt(2);
    out.writeByte('X');
    out.writeByte(count);
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(bytes.length);
      byte value = random.nextBoolean() ? EDGES[random.nextInt(EDGES.length)] : (byte) random.nextInt();
      changed[at] = value;
      out.writeInt(at);
      out.writeByte(value);
    }
    ByteBufferAccessor readable = new ByteBufferAccessor(ByteBuffer.wrap(changed));
    int used = -1;
    try {
      type.getDeclaredConstructor().newInstance().read(readable, version);
      used = bytes.length - readable.remaining();
    } catch (RuntimeException refusal) {
      // used stays -1
    }
    out.writeInt(used);
    changes++;
  }

  static byte[] encode(Message message, short version) {
    ByteBuffer buffer = MessageUtil.toByteBufferAccessor(message, version).buffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** Null where Kafka has none (streams). */
  private static Method jsonConverter(Class<? extends Message> type) throws Exception {
    try {
      return Class.forName(type.getName() + "JsonConverter").getMethod("write", type, short.class);
    } catch (ClassNotFoundException none) {
      return null;
    }
  }
}
