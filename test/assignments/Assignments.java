import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Writes random groups and what Java's assignors make of them, in the notation of README.md. */
public class Assignments {
  static final String OWNERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  static final String RACKS = "abc";

  static final class Member {
    String id;
    String instance;
    String rack;
    int generation = -1;
    char userData = '-';
    List<Integer> topics = new ArrayList<>();
    List<TopicPartition> owned = new ArrayList<>();
  }

  static final class Group {
    List<String> topics = new ArrayList<>();
    List<List<String>> racks = new ArrayList<>(); // of each topic's partitions, letters
    List<Member> members = new ArrayList<>();
  }

  static final Random random = new Random(4711);

  static boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  static Member newMember(int style, boolean racks) {
    Member m = new Member();
    int n = random.nextInt(1000);
    m.id = switch (style) {
      case 0 -> "c" + n + "-" + random.nextInt(100);
      case 1 -> "consumer-app-" + n + "-" + new UUID(random.nextLong(), random.nextLong());
      default -> "größe-\ud83d\ude00" + n + (chance(50) ? "\uff21" : "\ud83d\ude01") + random.nextInt(100);
    };
    if (chance(style == 1 ? 30 : 10)) m.instance = "i" + random.nextInt(100000);
    if (racks && chance(85)) m.rack = "" + RACKS.charAt(random.nextInt(RACKS.length()));
    return m;
  }

  static List<String> newPartitions(int count, boolean racks) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < count; ++i) {
      StringBuilder at = new StringBuilder();
      int replicas = 1 + random.nextInt(3);
      for (int r = 0; racks && r < replicas; ++r) at.append(RACKS.charAt(random.nextInt(RACKS.length())));
      out.add(at.length() == 0 || chance(3) ? "-" : at.toString());
    }
    return out;
  }

  static void subscribe(Group g, Member m, boolean equal) {
    m.topics.clear();
    for (int t = 0; t < g.topics.size(); ++t) if (equal || chance(60)) m.topics.add(t);
    if (m.topics.isEmpty()) m.topics.add(random.nextInt(g.topics.size()));
  }

  static Group newGroup() {
    Group g = new Group();
    boolean racks = chance(50);
    boolean equal = chance(50);
    boolean alike = chance(40); // topics with as many partitions as each other
    int topics = 1 + random.nextInt(chance(70) ? 3 : 8);
    int partitions = 1 + random.nextInt(12);
    int names = random.nextInt(10000);
    for (int t = 0; t < topics; ++t) {
      g.topics.add((chance(50) ? "orders-" : "t") + names++);
      g.racks.add(newPartitions(alike ? partitions : 1 + random.nextInt(12), racks));
    }
    int style = chance(15) ? 2 : random.nextInt(2);
    int members = 1 + random.nextInt(chance(80) ? 8 : 40);
    for (int i = 0; i < members; ++i) {
      Member m = newMember(style, racks);
      subscribe(g, m, equal);
      g.members.add(m);
    }
    if (chance(50)) ownAtRandom(g);
    return g;
  }

  static void ownAtRandom(Group g) {
    int generation = random.nextInt(20);
    for (Member m : g.members) {
      m.generation = chance(70) ? generation : generation - 1 - random.nextInt(3);
      if (m.generation < 0 || chance(5)) m.generation = -1;
      m.userData = chance(85) ? '1' : "0-x".charAt(random.nextInt(3));
    }
    for (int t = 0; t < g.topics.size(); ++t) {
      for (int p = 0; p < g.racks.get(t).size(); ++p) {
        int owners = chance(70) ? 1 : random.nextInt(3);
        Set<Member> chosen = new HashSet<>();
        for (int i = 0; i < owners; ++i) {
          Member m = g.members.get(random.nextInt(g.members.size()));
          if (chosen.add(m)) m.owned.add(new TopicPartition(g.topics.get(t), p));
        }
      }
    }
    if (chance(10)) g.members.get(0).owned.add(new TopicPartition("gone", 0));
  }

  /** The same group later: some members went, came, changed what they want, or missed a generation. */
  static Group later(Group g, Map<String, List<TopicPartition>> assignment, int generation) {
    boolean racks = g.members.stream().anyMatch(m -> m.rack != null);
    boolean equal = chance(50);
    boolean stale = chance(30);
    List<Member> stay = new ArrayList<>();
    for (Member m : g.members) {
      if (chance(15) && g.members.size() > 1) continue;
      if (!(stale && chance(30))) {
        m.owned = new ArrayList<>(assignment.get(m.id));
        m.generation = generation;
      }
      m.userData = '1';
      stay.add(m);
    }
    if (stay.isEmpty() || chance(60)) {
      for (int i = 1 + random.nextInt(4); i > 0; --i) {
        Member m = newMember(1, racks);
        subscribe(g, m, equal);
        stay.add(random.nextInt(stay.size() + 1), m);
      }
    }
    g.members = stay;
    if (chance(30)) g.racks.get(0).addAll(newPartitions(1 + random.nextInt(6), racks));
    if (chance(30)) for (Member m : g.members) subscribe(g, m, equal);
    return g;
  }

  static Cluster cluster(Group g) {
    List<Node> nodes = new ArrayList<>();
    Map<Character, Node> of = new HashMap<>();
    for (char rack : (RACKS + "-").toCharArray()) {
      Node node = new Node(nodes.size(), "h" + rack, 1, rack == '-' ? null : "" + rack);
      nodes.add(node);
      of.put(rack, node);
    }
    List<PartitionInfo> partitions = new ArrayList<>();
    for (int t = 0; t < g.topics.size(); ++t) {
      int p = 0;
      for (String racks : g.racks.get(t)) {
        Node[] replicas = racks.chars().mapToObj(r -> of.get((char) r)).toArray(Node[]::new);
        partitions.add(new PartitionInfo(g.topics.get(t), p++, replicas[0], replicas, replicas));
      }
    }
    return new Cluster("c", nodes, partitions, Set.of(), Set.of());
  }

  static ByteBuffer stickyData(Member m) {
    if (m.userData == '-') return null;
    if (m.userData == 'x') return ByteBuffer.wrap(new byte[] {1, 2, 3});
    StickyAssignor writer = new StickyAssignor();
    writer.onAssignment(new Assignment(m.owned), new ConsumerGroupMetadata("g", m.generation, "", Optional.empty()));
    ByteBuffer data = writer.subscriptionUserData(Set.of());
    if (m.userData == '0') data.limit(data.limit() - 4); // before generations were written
    return data.slice();
  }

  static ByteBuffer cooperativeData(Member m) {
    if (m.userData == '-') return null;
    if (m.userData == 'x') return ByteBuffer.wrap(new byte[] {1, 2, 3});
    CooperativeStickyAssignor writer = new CooperativeStickyAssignor();
    writer.onAssignment(new Assignment(m.owned), new ConsumerGroupMetadata("g", m.generation, "", Optional.empty()));
    return writer.subscriptionUserData(Set.of());
  }

  static Subscription subscription(Group g, Member m, String assignor) {
    List<String> topics = new ArrayList<>();
    for (int t : m.topics) topics.add(g.topics.get(t));
    ByteBuffer data = assignor.equals("sticky") ? stickyData(m)
        : assignor.equals("cooperative-sticky") ? cooperativeData(m) : null;
    boolean cooperative = assignor.equals("cooperative-sticky");
    int generation = m.userData == '1' || m.userData == '-' ? m.generation : -1;
    Subscription s = new Subscription(topics, data, cooperative ? m.owned : List.of(), generation, Optional.ofNullable(m.rack));
    s.setGroupInstanceId(Optional.ofNullable(m.instance));
    return s;
  }

  static boolean valid(Group g, Map<String, List<TopicPartition>> assignment) {
    Set<TopicPartition> seen = new HashSet<>();
    for (Member m : g.members) {
      for (TopicPartition tp : assignment.get(m.id)) {
        if (!m.topics.contains(g.topics.indexOf(tp.topic())) || !seen.add(tp)) return false;
      }
    }
    return true;
  }

  static Map<String, List<TopicPartition>> assign(Group g, ConsumerPartitionAssignor assignor) {
    Map<String, Subscription> subscriptions = new HashMap<>();
    for (Member m : g.members) subscriptions.put(m.id, subscription(g, m, assignor.name()));
    Map<String, List<TopicPartition>> out = new HashMap<>();
    try {
      assignor.assign(cluster(g), new GroupSubscription(subscriptions)).groupAssignment()
          .forEach((id, a) -> out.put(id, a.partitions()));
    } catch (RuntimeException e) {
      return null;
    }
    return valid(g, out) ? out : null;
  }

  static void print(PrintStream out, Group g) {
    for (int t = 0; t < g.topics.size(); ++t) {
      out.println("t " + g.topics.get(t) + " " + String.join(",", g.racks.get(t)));
    }
    for (Member m : g.members) {
      StringBuilder topics = new StringBuilder();
      for (int t : m.topics) topics.append(topics.length() == 0 ? "" : ",").append(t);
      StringBuilder owned = new StringBuilder();
      for (TopicPartition tp : m.owned) {
        owned.append(owned.length() == 0 ? "" : ",").append(g.topics.indexOf(tp.topic())).append(":").append(tp.partition());
      }
      out.println("m " + m.id + " " + (m.instance == null ? "-" : m.instance) + " " + (m.rack == null ? "-" : m.rack)
          + " " + m.generation + " " + m.userData + " " + topics + " " + (owned.length() == 0 ? "-" : owned));
    }
  }

  static void print(PrintStream out, Group g, String assignor, Map<String, List<TopicPartition>> assignment) {
    StringBuilder line = new StringBuilder("a " + assignor);
    if (assignment == null) {
      out.println(line + " invalid");
      return;
    }
    Map<TopicPartition, Integer> owner = new HashMap<>();
    for (int i = 0; i < g.members.size(); ++i) {
      for (TopicPartition tp : assignment.get(g.members.get(i).id)) owner.put(tp, i);
    }
    for (int t = 0; t < g.topics.size(); ++t) {
      line.append(" ");
      for (int p = 0; p < g.racks.get(t).size(); ++p) {
        Integer i = owner.get(new TopicPartition(g.topics.get(t), p));
        line.append(i == null ? '-' : OWNERS.charAt(i));
      }
    }
    out.println(line);
  }

  static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** What the first member sends, and what it is sent, in every version. */
  static void printBytes(PrintStream out, Group g, Map<String, List<TopicPartition>> assignment) {
    Member m = g.members.get(0);
    for (String assignor : List.of("range", "sticky", "cooperative-sticky")) {
      for (short v = 0; v < 4; ++v) {
        out.println("s " + assignor + " " + v + " " + hex(ConsumerProtocol.serializeSubscription(subscription(g, m, assignor), v)));
      }
    }
    for (short v = 0; v < 4; ++v) {
      List<TopicPartition> sorted = new ArrayList<>(assignment.get(m.id));
      sorted.sort((a, b) -> a.topic().equals(b.topic()) ? a.partition() - b.partition() : a.topic().compareTo(b.topic()));
      out.println("e " + v + " " + hex(ConsumerProtocol.serializeAssignment(new Assignment(sorted), v)));
    }
  }

  public static void main(String[] args) throws Exception {
    int groups = Integer.parseInt(args[1]);
    int number = 0;
    int[] done = new int[4];
    try (PrintStream out = new PrintStream(args[0], "UTF-8")) {
      while (Arrays.stream(done).min().getAsInt() < groups) {
        Group g = newGroup();
        Map<String, List<TopicPartition>> last = null;
        for (int step = 0; step < 3; ++step, ++number) {
          if (step > 0) {
            if (last == null) break;
            g = later(g, last, 20 + step);
          }
          if (new HashSet<>(g.members.stream().map(m -> m.id).toList()).size() < g.members.size() || g.members.size() > 50) break;
          out.println("g " + number);
          print(out, g);
          List<ConsumerPartitionAssignor> assignors = List.of(
              new RangeAssignor(), new RoundRobinAssignor(), new StickyAssignor(), new CooperativeStickyAssignor());
          for (int i = 0; i < 4; ++i) {
            Map<String, List<TopicPartition>> assignment = assign(g, assignors.get(i));
            print(out, g, assignors.get(i).name(), assignment);
            if (assignment != null) ++done[i];
            if (i == 2) last = assignment;
          }
          if (number % 20 == 0 && last != null) printBytes(out, g, last);
        }
      }
    }
  }
}
