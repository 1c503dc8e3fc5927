// franz-go through the scenarios of ../README.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	count      = 60
	partitions = 3
	patience   = 30 * time.Second
)

var (
	bootstrap = flag.String("bootstrap", "", "the broker")
	cut       = flag.String("cut", "", "the broker behind the proxy that cuts")
	prefix    = flag.String("prefix", "", "prefix of every name")
	base      = flag.Int64("base-ms", 0, "time of record 0")
)

func topic(name string) string { return *prefix + "-" + name }

func check(what string, got, want any) error {
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s: got %v, expected %v", what, got, want)
	}
	return nil
}

func connect(server string, options ...kgo.Opt) (*kgo.Client, error) {
	options = append(options, kgo.SeedBrokers(server), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	return kgo.NewClient(options...)
}

func create(ctx context.Context, name string, parts int32, configs map[string]*string) error {
	client, err := connect(*bootstrap)
	if err != nil {
		return err
	}
	defer client.Close()
	answer, err := kadm.NewClient(client).CreateTopic(ctx, parts, 1, configs, topic(name))
	if err != nil {
		return err
	}
	return answer.Err
}

func record(name string, index int) *kgo.Record {
	r := &kgo.Record{
		Topic:     topic(name),
		Partition: int32(index % partitions),
		Timestamp: time.UnixMilli(*base + 1000*int64(index)),
		Headers: []kgo.RecordHeader{
			{Key: "i", Value: []byte(fmt.Sprint(index))},
			{Key: "bin", Value: []byte{0, 255}},
			{Key: "empty", Value: []byte{}},
			{Key: "nil", Value: nil},
			{Key: "i", Value: []byte("again")},
		},
	}
	if index%10 != 9 {
		r.Key = []byte(fmt.Sprintf("k%d", index%7))
	}
	switch {
	case index%20 == 18:
	case index%10 == 5:
		r.Value = []byte{}
	default:
		r.Value = []byte(fmt.Sprintf("v%d%s", index, strings.Repeat("x", index)))
	}
	return r
}

// describe says every field; %#v tells null from empty.
func describe(r *kgo.Record, offset int64) string {
	text := fmt.Sprintf("%d/%d @%d type %d key %#v value %#v", r.Partition, offset, r.Timestamp.UnixMilli(),
		r.Attrs.TimestampType(), r.Key, r.Value)
	for _, h := range r.Headers {
		text += fmt.Sprintf(" %s=%#v", h.Key, h.Value)
	}
	return text
}

func read(ctx context.Context, client *kgo.Client, want int) ([]*kgo.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var found []*kgo.Record
	for len(found) < want && ctx.Err() == nil {
		fetches := client.PollFetches(ctx)
		fetches.EachRecord(func(r *kgo.Record) { found = append(found, r) })
		for _, e := range fetches.Errors() {
			if ctx.Err() == nil {
				return found, e.Err
			}
		}
	}
	return found, check("number of records", len(found), want)
}

func compare(records []*kgo.Record) error {
	got, want := map[int32][]string{}, map[int32][]string{}
	for _, r := range records {
		got[r.Partition] = append(got[r.Partition], describe(r, r.Offset))
	}
	for index := 0; index < count; index++ {
		r := record("any", index)
		want[r.Partition] = append(want[r.Partition], describe(r, int64(len(want[r.Partition]))))
	}
	for p := int32(0); p < partitions; p++ {
		for row := range want[p] {
			if row >= len(got[p]) {
				return fmt.Errorf("partition %d has %d records, expected %d", p, len(got[p]), len(want[p]))
			}
			if err := check("record", got[p][row], want[p][row]); err != nil {
				return err
			}
		}
	}
	return nil
}

func assigned(name string, parts int32) kgo.Opt {
	offsets := map[int32]kgo.Offset{}
	for p := int32(0); p < parts; p++ {
		offsets[p] = kgo.NewOffset().AtStart()
	}
	return kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic(name): offsets})
}

func member(group, of string, more ...kgo.Opt) (*kgo.Client, error) {
	return connect(*bootstrap, append(more, kgo.ConsumerGroup(topic(group)), kgo.ConsumeTopics(topic(of)),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(),
		kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(300*time.Millisecond))...)
}

func made(ctx context.Context) error {
	retention := "86400000"
	if err := create(ctx, "made", 3, map[string]*string{"retention.ms": &retention}); err != nil {
		return err
	}
	client, err := connect(*bootstrap)
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	listed, err := admin.ListTopics(ctx, topic("made"))
	if err != nil {
		return err
	}
	if err := check("partitions", len(listed[topic("made")].Partitions), 3); err != nil {
		return err
	}
	configs, err := admin.DescribeTopicConfigs(ctx, topic("made"))
	if err != nil {
		return err
	}
	for _, config := range configs[0].Configs {
		if config.Key == "retention.ms" {
			return check("retention.ms", *config.Value, retention)
		}
	}
	return fmt.Errorf("retention.ms is not described")
}

func codec(ctx context.Context, name string, compression kgo.CompressionCodec) error {
	if err := create(ctx, name, partitions, nil); err != nil {
		return err
	}
	producer, err := connect(*bootstrap, kgo.ProducerBatchCompression(compression), kgo.ProducerLinger(50*time.Millisecond))
	if err != nil {
		return err
	}
	defer producer.Close()
	var batch []*kgo.Record
	for index := 0; index < count; index++ {
		batch = append(batch, record(name, index))
	}
	if err := producer.ProduceSync(ctx, batch...).FirstErr(); err != nil {
		return err
	}
	reader, err := connect(*bootstrap, assigned(name, partitions))
	if err != nil {
		return err
	}
	defer reader.Close()
	records, err := read(ctx, reader, count)
	if err != nil {
		return err
	}
	return compare(records)
}

func group(ctx context.Context) error {
	reader, err := member("reader", "none")
	if err != nil {
		return err
	}
	defer reader.Close()
	records, err := read(ctx, reader, count)
	if err != nil {
		return err
	}
	return compare(records)
}

func timestamp(ctx context.Context) error {
	client, err := connect(*bootstrap)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, row := range []struct {
		after int64
		want  []int64
	}{{30_000, []int64{10, 10, 10}}, {30_500, []int64{11, 10, 10}}, {3_600_000, []int64{20, 20, 20}}} {
		// kadm gives the end offset where nothing is that late.
		listed, err := kadm.NewClient(client).ListOffsetsAfterMilli(ctx, *base+row.after, topic("none"))
		if err != nil {
			return err
		}
		var got []int64
		for p := int32(0); p < partitions; p++ {
			got = append(got, listed[topic("none")][p].Offset)
		}
		if err := check(fmt.Sprintf("offsets at %d", row.after), got, row.want); err != nil {
			return err
		}
	}
	return nil
}

func resume(ctx context.Context) error {
	if err := create(ctx, "resume", 1, nil); err != nil {
		return err
	}
	first, err := member("resume", "resume")
	if err != nil {
		return err
	}
	for index := 0; index < 40; index++ {
		if err := first.ProduceSync(ctx, &kgo.Record{Topic: topic("resume"), Value: []byte(fmt.Sprint(index))}).FirstErr(); err != nil {
			return err
		}
	}
	records, err := read(ctx, first, 40)
	if err != nil {
		return err
	}
	if err := first.CommitRecords(ctx, records[14]); err != nil {
		return err
	}
	first.Close()
	second, err := member("resume", "resume")
	if err != nil {
		return err
	}
	defer second.Close()
	records, err = read(ctx, second, 25)
	if err != nil {
		return err
	}
	for at, r := range records {
		if err := check("offset after coming back", r.Offset, int64(15+at)); err != nil {
			return err
		}
	}
	committed, err := kadm.NewClient(second).FetchOffsets(ctx, topic("resume"))
	if err != nil {
		return err
	}
	where, _ := committed.Lookup(topic("resume"), 0)
	return check("committed", where.At, int64(15))
}

// parts follows what one member has been given.
type parts struct {
	mutex sync.Mutex
	owned map[int32]bool
}

func (p *parts) change(change map[string][]int32, owned bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, numbers := range change {
		for _, number := range numbers {
			if owned {
				p.owned[number] = true
			} else {
				delete(p.owned, number)
			}
		}
	}
}

func (p *parts) have() map[int32]bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	copied := map[int32]bool{}
	for number := range p.owned {
		copied[number] = true
	}
	return copied
}

func (p *parts) join() (*kgo.Client, error) {
	p.owned = map[int32]bool{}
	lost := func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { p.change(gone, false) }
	return member("members", "members", kgo.OnPartitionsRevoked(lost), kgo.OnPartitionsLost(lost),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, come map[string][]int32) { p.change(come, true) }))
}

func poll(ctx context.Context, clients ...*kgo.Client) {
	for _, client := range clients {
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		client.PollFetches(short)
		cancel()
	}
}

func members(ctx context.Context) error {
	if err := create(ctx, "members", 4, nil); err != nil {
		return err
	}
	var a, b parts
	one, err := a.join()
	if err != nil {
		return err
	}
	two, err := b.join()
	if err != nil {
		return err
	}
	defer two.Close()
	shared := func() bool {
		all := a.have()
		for number := range b.have() {
			all[number] = true
		}
		return len(a.have()) == 2 && len(b.have()) == 2 && len(all) == 4
	}
	for end := time.Now().Add(patience); time.Now().Before(end) && !shared(); {
		poll(ctx, one, two)
	}
	if !shared() {
		return fmt.Errorf("two members share: %v %v", a.have(), b.have())
	}
	one.Close()
	for end := time.Now().Add(patience); time.Now().Before(end) && len(b.have()) != 4; {
		poll(ctx, two)
	}
	return check("the one that stays has", len(b.have()), 4)
}

func idempotent(ctx context.Context) error {
	if err := create(ctx, "idempotent", 2, nil); err != nil {
		return err
	}
	producer, err := connect(*cut, kgo.ProducerBatchMaxBytes(4000), kgo.ProducerLinger(time.Millisecond),
		kgo.RetryBackoffFn(func(int) time.Duration { return 10 * time.Millisecond }), kgo.ProducerBatchCompression(kgo.NoCompression()))
	if err != nil {
		return err
	}
	defer producer.Close()
	var wait sync.WaitGroup
	failures := make(chan error, 3000)
	for index := 0; index < 3000; index++ {
		wait.Add(1)
		value := []byte(fmt.Sprintf("%06d%s", index, strings.Repeat(".", 200)))
		producer.Produce(ctx, &kgo.Record{Topic: topic("idempotent"), Partition: int32(index % 2), Value: value},
			func(_ *kgo.Record, err error) {
				if err != nil {
					failures <- err
				}
				wait.Done()
			})
	}
	wait.Wait()
	if len(failures) != 0 {
		return fmt.Errorf("%d records failed: %w", len(failures), <-failures)
	}
	reader, err := connect(*bootstrap, assigned("idempotent", 2))
	if err != nil {
		return err
	}
	defer reader.Close()
	records, err := read(ctx, reader, 3000)
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := check("value", string(r.Value[:6]), fmt.Sprintf("%06d", 2*r.Offset+int64(r.Partition))); err != nil {
			return err
		}
	}
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return check("no more than that", reader.PollFetches(short).NumRecords(), 0)
}

func report(name string, scenario func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	line := map[string]any{"client": "franz-go", "scenario": name, "ok": true, "detail": ""}
	if err := scenario(ctx); err != nil {
		line["ok"], line["detail"] = false, err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		os.Exit(1)
	}
}

func main() {
	flag.Parse()
	report("create", made)
	for _, row := range []struct {
		name  string
		codec kgo.CompressionCodec
	}{{"none", kgo.NoCompression()}, {"gzip", kgo.GzipCompression()}, {"snappy", kgo.SnappyCompression()},
		{"lz4", kgo.Lz4Compression()}, {"zstd", kgo.ZstdCompression()}} {
		report("codec-"+row.name, func(ctx context.Context) error { return codec(ctx, row.name, row.codec) })
	}
	report("group", group)
	report("timestamp", timestamp)
	report("resume", resume)
	report("members", members)
	report("idempotent", idempotent)
}
