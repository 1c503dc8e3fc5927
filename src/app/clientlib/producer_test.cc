#include "weir/producer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include "weir/admin.h"
#include "weir/testing/broker.h"

namespace weir {
namespace {

using namespace std::chrono_literals;

class PublicProducer : public testing::Test {
 protected:
  PublicProducer()
      : broker(test::Broker::start()),
        client(Client::create({.bootstrap_servers = broker->address()})),
        admin(client->admin()) {}

  std::int64_t records_in(const std::string& topic, std::int32_t partition = 0) {
    const TopicPartition which{topic, partition};
    const auto ends = admin->list_offsets({{which, OffsetSpec::latest()}}).get();
    return ends && ends->at(which) ? ends->at(which)->offset : -1;
  }

  std::expected<test::Broker, Failure> broker;
  std::expected<Client, Failure> client;
  std::expected<Admin, Failure> admin;
};

TEST_F(PublicProducer, tells_where_a_record_was_written) {
  auto producer = client->producer();
  ASSERT_TRUE(producer) << producer.error().message();
  const Timestamp then{1'700'000'000'000ms};
  const auto first = producer
                         ->send({.topic = "orders",
                                 .key = "o-17",
                                 .value = "eggs",
                                 .headers = {{"by", "ada"}, {"none", nullptr}},
                                 .timestamp = then})
                         .get();
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(first->partition, 0);
  EXPECT_EQ(first->offset, 0);
  EXPECT_EQ(first->timestamp, then);
  const auto tombstone = producer->send({.topic = "orders", .key = "o-17"}).get();
  ASSERT_TRUE(tombstone);
  EXPECT_EQ(tombstone->offset, 1);
  const ProducerStatistics done = producer->statistics();
  EXPECT_EQ(done.records_taken, 2u);
  EXPECT_EQ(done.records_delivered, 2u);
  EXPECT_EQ(done.bytes_taken, 4u + 4 + 5 + 4 + 4);
}

TEST_F(PublicProducer, gives_up_an_idempotence_that_nobody_asked_for_when_acks_say_so) {
  for (const Acks acks : {Acks::leader, Acks::none}) {
    auto producer = client->producer({.acks = acks});
    ASSERT_TRUE(producer) << producer.error().message();
    EXPECT_TRUE(producer->send({.topic = "orders", .value = "v"}).get());
    const auto refused = client->producer({.acks = acks, .idempotence = true});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), Failure::Kind::invalid);
  }
}

TEST_F(PublicProducer, keeps_the_order_of_each_thread_and_ends_every_record_once) {
  ASSERT_TRUE(admin->create_topic({.name = "orders", .partitions = 4}).get());
  // A small room, so that the threads wait for each other and for the broker.
  auto producer = client->producer({.buffer_memory = 256 << 10, .hand_over_bytes = 16 << 10});
  ASSERT_TRUE(producer);
  constexpr int per_thread = 5'000;
  std::vector<std::int64_t> offsets[4];
  std::atomic<int> told = 0;
  {
    std::vector<std::jthread> threads;
    for (std::int32_t partition = 0; partition < 4; ++partition) {
      threads.emplace_back([&, partition] {
        for (int i = 0; i < per_thread; ++i) {
          const std::string value = std::to_string(i);
          producer->send({.topic = "orders", .partition = partition, .value = value},
                         [&, partition](const auto& outcome) {
                           ++told;
                           if (outcome) offsets[partition].push_back(outcome->offset);
                         });
        }
      });
    }
  }
  ASSERT_TRUE(producer->flush().get());
  EXPECT_EQ(told, 4 * per_thread);
  for (const auto& each : offsets) {
    ASSERT_EQ(each.size(), std::size_t{per_thread});
    for (int i = 0; i < per_thread; ++i) ASSERT_EQ(each[i], i);
  }
}

// The last records wait for memory, and are taken while a flush is under way.
TEST_F(PublicProducer, has_told_of_every_record_when_a_flush_is_over) {
  auto producer = client->producer({.batch_size = 2'000, .buffer_memory = 40'000});
  ASSERT_TRUE(producer);
  const std::string value(1'000, 'v');
  int sent = 0;
  std::atomic<int> delivered = 0;
  for (int records = 20; records < 60; ++records) {
    for (int i = 0; i < records; ++i, ++sent) {
      producer->send({.topic = "orders", .value = value},
                     [&](const auto& outcome) { delivered += outcome ? 1 : 0; });
    }
    ASSERT_TRUE(producer->flush().get());
    ASSERT_EQ(delivered, sent) << records;
  }
}

TEST_F(PublicProducer, copies_what_it_is_given_unless_it_shares_it) {
  auto producer = client->producer({.linger = 60s});
  std::atomic<bool> is_kept = true;
  std::string reused = "first";
  ASSERT_TRUE(producer->post({.topic = "orders", .value = reused}));
  reused = "other";
  const auto deleter = [&](const std::string* text) {
    is_kept = false;
    delete text;
  };
  std::shared_ptr<const std::string> shared(new std::string("shared"), deleter);
  const std::string& text = *shared;
  auto sent = producer->send({.topic = "orders", .value = text, .owner = std::move(shared)});
  ASSERT_TRUE(producer->flush().get());
  ASSERT_TRUE(sent.get());
  EXPECT_FALSE(is_kept);  // nobody needs it once it is in a batch
  EXPECT_EQ(records_in("orders"), 2);
}

TEST_F(PublicProducer, lets_no_unknown_topic_hold_up_another) {
  auto strict = test::Broker::start({.settings = {{"auto.create.topics.enable", "false"}}});
  auto strict_client = Client::create({.bootstrap_servers = strict->address()});
  ASSERT_TRUE(strict_client->admin()->create_topic({.name = "known"}).get());
  auto producer = strict_client->producer({.block_max = 60s});
  auto lost = producer->send({.topic = "unknown", .value = "a"});
  EXPECT_TRUE(producer->send({.topic = "known", .value = "b"}).get());
  EXPECT_FALSE(lost.is_ready());
  ASSERT_TRUE(producer->purge().get());
  const auto outcome = lost.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind(), Failure::Kind::closed);
  EXPECT_FALSE(outcome.error().may_be_written());
}

TEST_F(PublicProducer, says_that_there_is_no_room) {
  auto silent = Client::create({.bootstrap_servers = "192.0.2.1:9092"});  // nobody answers there
  auto producer = silent->producer({.block_max = 1ms, .hand_over_bytes = 1'000});
  OnDelivery done = [](const auto&) {};
  const std::string large(2'000, 'x');
  // The first is taken however large it is; it waits for its topic in the hand-over's room.
  std::promise<Failure> told;
  producer->send({.topic = "orders", .value = large},
                 [&](const auto& outcome) { told.set_value(outcome.error()); });
  const auto refused = producer->try_send({.topic = "orders", .value = large}, done);
  if (!refused) {  // else the first had given up by then
    EXPECT_EQ(refused.error().kind(), Failure::Kind::timed_out);
    EXPECT_TRUE(done);
  }
  EXPECT_EQ(told.get_future().get().kind(), Failure::Kind::timed_out);
}

// Nobody takes records any more, and there is room for few.
class FullProducer : public PublicProducer {
 protected:
  std::expected<Producer, Failure> small(std::chrono::milliseconds block_max) {
    auto producer = client->producer({.batch_size = 1'000,
                                      .buffer_memory = 4'000,
                                      .block_max = block_max,
                                      .hand_over_bytes = 1'000});
    // Getting to know the topic may take longer than max.block.ms, on a slow machine.
    while (!producer->send({.topic = "orders", .value = "known"}).get()) std::this_thread::yield();
    EXPECT_TRUE(broker->stop());
    return producer;
  }
  const std::string large = std::string(1'000, 'x');
};

TEST_F(FullProducer, lets_a_caller_go_who_has_waited_for_max_block_ms) {
  auto producer = small(50ms);
  const auto began = std::chrono::steady_clock::now();
  std::vector<Future<Delivered>> sent;
  const auto refused = [&] { return std::ranges::find_if(sent, &Future<Delivered>::is_ready); };
  while (refused() == sent.end()) {
    sent.push_back(producer->send({.topic = "orders", .value = large}));
  }
  const Failure failure = refused()->get().error();
  EXPECT_EQ(failure.kind(), Failure::Kind::timed_out);
  EXPECT_NE(failure.message().find("max.block.ms"), std::string::npos) << failure.message();
  EXPECT_FALSE(failure.may_be_written());
  EXPECT_GE(std::chrono::steady_clock::now() - began, 45ms);
}

TEST_F(FullProducer, lets_a_caller_go_who_waits_when_it_is_closed) {
  auto producer = small(10min);
  auto sending = std::async(std::launch::async, [&] {
    auto sent = producer->send({.topic = "orders", .value = large});
    while (!sent.is_ready()) sent = producer->send({.topic = "orders", .value = large});
    return sent.get();  // of the first that was not taken
  });
  while (producer->statistics().waiting_threads == 0) std::this_thread::yield();
  auto closing = producer->close(10min);  // for those who were taken
  ASSERT_EQ(sending.wait_for(60s), std::future_status::ready);
  const auto outcome = sending.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind(), Failure::Kind::closed);
  EXPECT_FALSE(outcome.error().may_be_written());
  EXPECT_FALSE(closing.is_ready());
  {
    const auto gone = std::move(*producer);
  }
  EXPECT_FALSE(closing.get());
}

TEST_F(PublicProducer, refuses_a_record_that_can_never_be_written) {
  auto producer = client->producer({.request_size_max = 1'000});
  const auto large = producer->send({.topic = "orders", .value = std::string(2'000, 'x')}).get();
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kafka_name(), "MESSAGE_TOO_LARGE");
  EXPECT_FALSE(large.error().may_be_written());
  const auto nameless = producer->post({.value = "x"});
  ASSERT_FALSE(nameless);
  EXPECT_EQ(nameless.error().kind(), Failure::Kind::invalid);
  EXPECT_FALSE(producer->post({.topic = "orders", .partition = -1, .value = "x"}));
}

TEST_F(PublicProducer, tells_on_error_of_records_that_nobody_asks_about) {
  std::promise<Failure> told;
  auto own = Client::create({.bootstrap_servers = broker->address(),
                             .on_error = [&](const Failure& failure) { told.set_value(failure); }});
  auto producer = own->producer({.request_size_max = 1'000});
  ASSERT_TRUE(producer->post({.topic = "orders", .value = std::string(2'000, 'x')}));
  EXPECT_EQ(told.get_future().get().kafka_name(), "MESSAGE_TOO_LARGE");
}

TEST_F(PublicProducer, asks_a_rule_of_the_callers_own) {
  ASSERT_TRUE(admin->create_topic({.name = "orders", .partitions = 3}).get());
  auto producer = client->producer(
      {.own_partitioner = [](std::string_view topic, BytesView key, std::int32_t count) {
        return topic == "orders" && key.text() == "last" ? std::optional(count - 1) : std::nullopt;
      }});
  EXPECT_EQ(producer->send({.topic = "orders", .key = "last"}).get()->partition, 2);
}

TEST_F(PublicProducer, takes_nothing_after_close_and_has_ended_everything) {
  auto producer = client->producer({.linger = 60s});
  auto sent = producer->send({.topic = "orders", .value = "a"});
  ASSERT_TRUE(producer->close(10s).get());
  EXPECT_TRUE(sent.is_ready());
  EXPECT_TRUE(sent.get());
  const auto late = producer->send({.topic = "orders", .value = "b"}).get();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind(), Failure::Kind::closed);
  EXPECT_TRUE(producer->close(10s).get());
}

TEST_F(PublicProducer, ends_what_is_left_when_it_goes) {
  auto strict = test::Broker::start({.settings = {{"auto.create.topics.enable", "false"}}});
  auto strict_client = Client::create({.bootstrap_servers = strict->address()});
  Future<Delivered> sent;
  std::promise<Failure> told;
  {
    auto producer = strict_client->producer();
    sent = producer->send({.topic = "unknown", .value = "b"});
    producer->send({.topic = "unknown", .value = "c"},
                   [&](const auto& outcome) { told.set_value(outcome.error()); });
  }
  const auto outcome = sent.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind(), Failure::Kind::closed);
  EXPECT_EQ(told.get_future().get().kind(), Failure::Kind::closed);
}

TEST_F(PublicProducer, gives_close_up_in_time) {
  auto silent = Client::create({.bootstrap_servers = "192.0.2.1:9092"});
  auto producer = silent->producer();
  auto sent = producer->send({.topic = "orders", .value = "a"});
  const auto closed = producer->close(20ms).get();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().kind(), Failure::Kind::timed_out);
  EXPECT_EQ(sent.get().error().kind(), Failure::Kind::closed);
}

TEST_F(PublicProducer, never_waits_on_the_clients_thread) {
  auto producer = client->producer({.hand_over_bytes = 100});
  std::promise<int> told;
  std::atomic<int> left = 50;
  producer->send({.topic = "orders", .value = "a"}, [&](const auto&) {
    for (int i = 0; i < 50; ++i) {
      producer->send({.topic = "orders", .value = std::string(100, 'b')}, [&](const auto& outcome) {
        if (outcome && --left == 0) told.set_value(0);
      });
    }
  });
  EXPECT_EQ(told.get_future().get(), 0);
}

Future<std::int64_t> send_twice(Producer& producer) {
  const Record record{.topic = "orders", .value = "a"};
  const auto first = co_await producer.send(record);
  if (!first) co_return std::unexpected(first.error());
  const auto second = co_await producer.send(record);
  if (!second) co_return std::unexpected(second.error());
  co_return second->offset;
}

TEST_F(PublicProducer, is_awaited_in_coroutines) {
  auto producer = client->producer();
  EXPECT_EQ(send_twice(*producer).get(), 1);
}

TEST_F(PublicProducer, calls_back_by_the_executor) {
  std::atomic<int> runs = 0;
  auto own = Client::create({.bootstrap_servers = broker->address(),
                             .executor = [&](std::move_only_function<void()> work) {
                               ++runs;
                               std::thread(std::move(work)).detach();
                             }});
  auto producer = own->producer();
  std::promise<bool> may_block;
  producer->send({.topic = "orders", .value = "a"}, [&](const auto&) {
    may_block.set_value(producer->send({.topic = "orders", .value = "b"}).get().has_value());
  });
  EXPECT_TRUE(may_block.get_future().get());
  EXPECT_GE(runs, 1);
}

TEST_F(PublicProducer, judges_fields_and_properties_alike) {
  const auto misspelt = client->producer({.properties = {{"linger.msec", "5"}}});
  ASSERT_FALSE(misspelt);
  EXPECT_EQ(misspelt.error().kind(), Failure::Kind::not_found);
  EXPECT_NE(misspelt.error().message().find("linger.ms"), std::string::npos);
  const auto transactional = client->producer({.properties = {{"transactional.id", "t"}}});
  ASSERT_FALSE(transactional);
  EXPECT_EQ(transactional.error().kind(), Failure::Kind::unsupported);
  EXPECT_FALSE(client->producer({.in_flight_max = 0}));
  EXPECT_FALSE(client->producer({.compression = Codec::gzip, .compression_level = 99}));
  EXPECT_FALSE(client->producer({.compression = Codec::snappy, .compression_level = 1}));
  EXPECT_TRUE(client->producer({.compression = Codec::zstd, .compression_level = 9}));
}

}  // namespace
}  // namespace weir
