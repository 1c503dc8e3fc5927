import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.BufferedOutputStream;
import org.apache.kafka.common.utils.Utils;

/** Writes the partition that Kafka's Java client gives each key of README.md, as big-endian u16. */
public class Partitions {
  private static long state;

  private static long next() {
    long z = state += 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  static byte[] key(int index) {
    state = index;
    byte[] key = new byte[(int) Long.remainderUnsigned(next(), 41)];
    long word = 0;
    for (int i = 0; i < key.length; ++i) {
      if (i % 8 == 0) word = next();
      key[i] = (byte) (word >>> (8 * (i % 8)));
    }
    return key;
  }

  public static void main(String[] args) throws Exception {
    try (var out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(args[0])))) {
      for (int i = 0; i < Integer.parseInt(args[1]); ++i) {
        out.writeShort(Utils.toPositive(Utils.murmur2(key(i))) % (1 + i % 1000));
      }
    }
  }
}
