#pragma once
// An image as the records that make it, in Kafka's order (MetadataImage.write), in the versions of
// the finalized metadata.version: what a snapshot holds.

#include "metadata/image/image.h"
#include "metadata/image/record_list.h"
#include "wire/message/partition_record.h"

namespace weir::metadata {

// Errors: unsupported, when the image holds what its metadata.version cannot say (it names what).
Result<RecordList> records_of(const Image& image);

// A partition's record; the arrays point into `partition`.
wire::PartitionRecord partition_record(const Partition& partition, const Uuid& topic_id,
                                       PartitionIndex index, const Features& features);

}  // namespace weir::metadata
