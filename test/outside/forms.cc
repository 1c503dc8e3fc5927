// Each part of the library in each of its forms: blocking, with a callback, in a coroutine. Says
// nothing when all is well.
//   forms BROKERS PREFIX     (PREFIX: of the names of topics and groups)

#include <weir/admin.h>
#include <weir/consumer.h>
#include <weir/producer.h>
#include <weir/worker.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

template <class T>
void expect(const std::expected<T, weir::Failure>& outcome, const char* what) {
  if (outcome) return;
  std::cerr << what << ": " << outcome.error().message() << '\n';
  std::exit(1);
}
void expect(bool holds, const char* what) {
  if (holds) return;
  std::cerr << what << '\n';
  std::exit(1);
}

struct Topics {
  std::string orders, rejected, group;
};

// A failure of any step is that of the whole.
weir::Future<std::string> in_a_coroutine(weir::Admin& admin, weir::Producer& producer,
                                         weir::Consumer& consumer, std::string topic) {
  const auto listed = co_await admin.list_topics();
  if (!listed) co_return std::unexpected(listed.error());
  const weir::Record record{.topic = topic, .partition = 0, .value = "coroutine"};
  const auto sent = co_await producer.send(record);
  if (!sent) co_return std::unexpected(sent.error());
  weir::Partitions partitions;
  partitions.push_back({topic, 0});
  const auto assigned = co_await consumer.assign(partitions);
  if (!assigned) co_return std::unexpected(assigned.error());
  const auto sought = co_await consumer.seek(partitions[0], weir::Position{sent->offset});
  if (!sought) co_return std::unexpected(sought.error());
  const auto records = co_await consumer.poll(10s);
  if (!records) co_return std::unexpected(records.error());
  if (records->empty()) co_return std::string("nothing");
  co_return (*records)[0].value.str();
}

void produce(const weir::Client& client, const Topics& topics) {
  auto producer = client.producer({.compression = weir::Codec::zstd});
  expect(producer, "a producer");
  expect(producer->send({.topic = topics.orders, .key = "a", .value = "blocking"}).get(), "send");
  std::promise<std::expected<weir::Delivered, weir::Failure>> told;
  producer->send({.topic = topics.orders, .key = "a", .value = "callback"},
                 [&](const auto& outcome) { told.set_value(outcome); });
  expect(told.get_future().get(), "send with a callback");
  expect(producer->post({.topic = topics.orders, .key = "a", .value = "posted"}), "post");
  expect(producer->flush().get(), "flush");
  expect(producer->close(10s).get(), "close of a producer");
}

void consume(const weir::Client& client, const Topics& topics) {
  auto consumer = client.consumer({.group = topics.group, .reset = weir::OffsetReset::earliest});
  expect(consumer, "a consumer");
  expect(consumer->subscribe({topics.orders}).get(), "subscribe");
  std::vector<std::string> values;
  while (values.size() < 3) {
    const auto records = consumer->poll(10s).get();
    expect(records, "poll");
    expect(!records->empty(), "three records within ten seconds");
    for (const weir::ReceivedRecord& each : *records) values.push_back(each.value.str());
  }
  expect(values == std::vector<std::string>{"blocking", "callback", "posted"}, "in their order");
  std::promise<bool> told;
  consumer->commit().then([&](const auto& outcome) { told.set_value(outcome.has_value()); });
  expect(told.get_future().get(), "commit with a callback");
  expect(consumer->close(10s).get(), "close of a consumer");
}

void work(const weir::Client& client, const Topics& topics) {
  std::stop_source stop;
  std::atomic<int> handled = 0;
  auto worker = client.worker({.group = topics.group + ".worker",
                               .topics = {topics.orders},
                               .reject_topic = topics.rejected,
                               .consumer = {.reset = weir::OffsetReset::earliest}},
                              [&](const weir::Job& job) {
                                if (job.attempt == 1) return weir::Handled::retry(1ms);
                                if (++handled == 3) stop.request_stop();
                                return job.record->value.text() == "posted"
                                           ? weir::Handled::reject("on purpose")
                                           : weir::Handled::ack();
                              });
  expect(worker, "a worker");
  expect(worker->run(stop.get_token()).get(), "the run of a worker");
  expect(worker->statistics().rejected == 1, "one rejection");
}

}  // namespace

int main(int, char** argv) {
  const Topics topics{.orders = std::string(argv[2]) + ".orders",
                      .rejected = std::string(argv[2]) + ".rejected",
                      .group = std::string(argv[2]) + ".readers"};
  struct sigaction before{};
  ::sigaction(SIGPIPE, nullptr, &before);

  const auto misspelt =
      weir::Client::create({.bootstrap_servers = argv[1], .properties = {{"client.ids", "a"}}});
  expect(!misspelt && misspelt.error().message().find("client.id") != std::string::npos,
         "a misspelt property is refused with the right one");
  const auto client = weir::Client::create({.bootstrap_servers = argv[1]});
  expect(client, "a client");
  auto admin = client->admin();
  expect(admin->create_topic({.name = topics.orders, .partitions = 1}).get(), "create a topic");
  std::promise<std::size_t> told;
  admin->list_topics().then([&](const auto& listed) { told.set_value(listed->size()); });
  expect(told.get_future().get() > 0, "list topics with a callback");

  produce(*client, topics);
  consume(*client, topics);
  work(*client, topics);
  auto producer = client->producer();
  auto consumer = client->consumer();
  const auto read = in_a_coroutine(*admin, *producer, *consumer, topics.orders).get();
  expect(read, "a coroutine");
  expect(*read == "coroutine", "what the coroutine wrote");

  struct sigaction after{};
  ::sigaction(SIGPIPE, nullptr, &after);
  expect(before.sa_handler == after.sa_handler, "no signal is handled");
}
