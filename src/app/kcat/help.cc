#include <fmt/format.h>

#include "app/kcat/command_line.h"
#include "app/version.h"

namespace weir::app::kcat {

std::string version_text() {
  return fmt::format(
      "kcat - Weir's own, with the options and the lines of kcat\n"
      "Version 1.7.1 (JSON, IncrementalAssign, Weir {} "
      "builtin.features=gzip,snappy,lz4,zstd,regex)\n\n",
      version);
}

std::string help_text() {
  return "Usage: kcat <options> [file1 file2 .. | topic1 topic2 ..]]\n" + version_text() +
         R"(One of these; without one -C when standard input is a terminal, else -P:
  -C               print the messages of a topic
  -P               write messages: lines of standard input, or files
  -G GROUP TOPIC.. read as a member of a group; ^... is a regular expression
  -L               list brokers, topics and partitions
  -Q               print offsets by time: -t TOPIC:PARTITION:MILLISECONDS, again and again

Everywhere
  -b BROKERS       host[:port],...
  -t TOPIC         the topic
  -p PARTITION     the partition (-1: all, or whichever the key says)
  -X NAME=VALUE    a property by librdkafka's name (topic.NAME: of topics); -X list lists them
  -F FILE          properties of a file, name=value a line (else KCAT_CONFIG, ~/.config/kcat.conf)
  -m SECONDS       how long to wait for the first answer of a broker (5)
  -v, -q           say more, say nothing
  -E               go on after errors that can be passed over
  -h, -V           this text, the version

-P
  -D DELIMITER     ends a message (\n)       -K DELIMITER  ends its key
  -k KEY           of messages without one   -H NAME=VALUE, -H NAME  a header, again and again
  -z CODEC         gzip, snappy, lz4, zstd   -Z            an empty key or value is null
  -l               lines of a file, not the whole of it as one message
  -T               copy what is sent to standard output
  -c COUNT         end after so many

-C, -G
  -o WHERE         beginning, end, stored, an offset, -N (before the end), s@MS (from), e@MS (until)
  -e               end at the end            -c COUNT      end after so many
  -f FORMAT        %s payload %k key %S %K their lengths (-1: null) %R length of the payload as 4 bytes
                   %t topic %p partition %o offset %T milliseconds %h headers %% \n \t \r \xHH \NNN
  -J               a JSON object a message
  -D, -K DELIMITER what ends a message, and its key
  -s PACK, -s key=PACK, -s value=PACK
                   bytes as numbers: b h i q signed, B H I Q unsigned, c a byte, s text, $ the end
  -Z               NULL for what is null or empty
  -u               write at once, as it is done anyway

docs/kafka_tools.md tells what is different from kcat.
)";
}

}  // namespace weir::app::kcat
