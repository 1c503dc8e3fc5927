// Broker configs: transactions.

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition broker_transaction_configs[] = {
    int32("add.partitions.to.txn.retry.backoff.max.ms", "100").at_least(0).none_yet()
        .says("The longest wait before a verification of a transaction is tried again."),
    int32("add.partitions.to.txn.retry.backoff.ms", "20").at_least(1).none_yet()
        .says("The wait before a verification of a transaction is tried again."),
    int32("transaction.abort.timed.out.transaction.cleanup.interval.ms", "10000").at_least(1)
        .none_yet()
        .says("How often transactions are looked at for their timeout."),
    int32("transaction.max.timeout.ms", "900000").at_least(1).none_yet()
        .says("The longest timeout that a transaction may ask for."),
    boolean("transaction.partition.verification.enable", "true").cluster_wide().none_yet()
        .says("Whether a partition checks that a transactional batch belongs to an open "
              "transaction."),
    int32("transaction.remove.expired.transaction.cleanup.interval.ms", "3600000").at_least(1)
        .none_yet()
        .says("How often idle transactional ids are looked for."),
    int32("transaction.state.log.load.buffer.size", "5242880").at_least(1).none_yet()
        .says("How many bytes are read at a time when transactions are loaded."),
    int32("transaction.state.log.min.isr", "2").at_least(1).none_yet()
        .says("min.insync.replicas of the transaction topic."),
    int32("transaction.state.log.num.partitions", "50").at_least(1).none_yet()
        .says("Partitions of the transaction topic."),
    int16("transaction.state.log.replication.factor", "3").at_least(1).none_yet()
        .says("Replicas of the transaction topic; if unset, no more than there are brokers."),
    int32("transaction.state.log.segment.bytes", "104857600").at_least(1).none_yet()
        .says("Segment size of the transaction topic."),
    boolean("transaction.two.phase.commit.enable", "false").none_yet()
        .says("Whether transactions may take part in a two-phase commit."),
    int32("transactional.id.expiration.ms", "604800000").at_least(1).none_yet()
        .says("After how long without use a transactional id is forgotten."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> broker_transaction_table() { return broker_transaction_configs; }

}  // namespace weir::metadata
