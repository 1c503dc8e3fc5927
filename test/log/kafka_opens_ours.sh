#!/bin/sh
# Lets Apache Kafka's DumpLogSegments read what this module writes: every batch, record and index entry.
#   test/log/kafka_opens_ours.sh BUILD_DIRECTORY DIRECTORY_OF_KAFKA_TOOLS_JARS
# Ends with 0 when Kafka finds nothing wrong.
set -eu
build=$1
jars=$2
"$build/src/log/log_test" --gtest_brief=1 --gtest_filter='ForKafka.*' >/dev/null
folder=$build/log_for_kafka/orders-0
status=0
for file in "$folder"/*.log "$folder"/*.index "$folder"/*.timeindex "$folder"/*.txnindex "$folder"/*.snapshot; do
  [ -s "$file" ] || continue
  case $file in
    *.log) options=--deep-iteration ;;
    *index) options=--index-sanity-check ;;
    *) options= ;;
  esac
  case $file in *.index|*.timeindex) variants="$options --verify-index-only" ;; *) variants=$options ;; esac
  for option in ${variants:-none}; do
    [ "$option" = none ] && option=
    # shellcheck disable=SC2086
    said=$(java -cp "$jars/*" org.apache.kafka.tools.DumpLogSegments --files "$file" $option 2>&1) || status=1
    if printf '%s\n' "$said" | grep -qiE 'isvalid: false|mismatch|corrupt|invalid|exception|not found|extra bytes|should not'; then
      printf 'Kafka finds fault with %s:\n%s\n' "$file" "$said"
      status=1
    fi
  done
done
[ "$status" = 0 ] && echo "Kafka finds nothing wrong in $folder"
exit "$status"
