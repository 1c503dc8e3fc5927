package weir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * golden DIR: batches of Apache Kafka's. read DIR: says what is in every NAME.bin as NAME.kafka.
 * validate DIR: puts the cases of DIR through Apache Kafka's validation.
 */
public final class Records {
    private Records() {}

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[1]);
        switch (args[0]) {
            case "golden" -> Golden.main(dir);
            case "read" -> read(dir);
            case "validate" -> Validate.main(dir);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void read(Path dir) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(dir)) {
            files = all.filter(path -> path.toString().endsWith(".bin")).sorted().collect(Collectors.toList());
        }
        for (Path file : files) {
            Files.writeString(Path.of(file.toString().replace(".bin", ".kafka")), Dump.of(Files.readAllBytes(file)));
        }
        System.out.println(files.size() + " files of ours read by Apache Kafka's classes");
    }
}
