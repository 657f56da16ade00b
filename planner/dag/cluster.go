package dag

import (
	"errors"
	"fmt"

	"example.org/weft/planner/schedule"
)

type cluster struct {
	Schema         string  `json:"schema"`
	Nodes          []node  `json:"nodes"`
	Latency        float64 `json:"latency_s"`
	StorageOut     float64 `json:"storage_out_Bps"`
	StorageLatency float64 `json:"storage_latency_s"`
	FetchSlots     int     `json:"fetch_slots"`
	ColdStart      float64 `json:"cold_start_s"`
}

type node struct {
	ID     string         `json:"id"`
	Cores  int            `json:"cores"`
	Speed  float64        `json:"speed"`
	Memory int64          `json:"memory_bytes"`
	In     float64        `json:"nic_in_Bps"`
	Out    float64        `json:"nic_out_Bps"`
	Warm   map[string]int `json:"warm"`
}

// fetchSlots is how many transfers a node receives at once where the cluster
// does not say.
const fetchSlots = 4

func (p *Problem) readCluster(c *cluster, kinds *names) error {
	switch {
	case c.Schema != clusterSchema:
		return fmt.Errorf("the cluster has schema %q, want %s", c.Schema, clusterSchema)
	case len(c.Nodes) == 0:
		return errors.New("the cluster has no nodes")
	case !(c.StorageOut > 0):
		return errors.New("the cluster's storage_out_Bps must be above 0")
	case c.Latency < 0 || c.StorageLatency < 0 || c.ColdStart < 0:
		return errors.New("latency_s, storage_latency_s and cold_start_s must not be below 0")
	}
	p.Cluster = schedule.Cluster{
		Latency: c.Latency, StorageLatency: c.StorageLatency, StorageBandwidth: c.StorageOut,
		FetchSlots: c.FetchSlots, ColdStart: c.ColdStart,
	}
	if p.Cluster.FetchSlots <= 0 {
		p.Cluster.FetchSlots = fetchSlots
	}
	seen := newNames("node", len(c.Nodes))
	for i := range c.Nodes {
		n := &c.Nodes[i]
		if err := seen.addNew(n.ID); err != nil {
			return err
		}
		if n.Speed == 0 {
			n.Speed = 1
		}
		if n.Cores <= 0 || !(n.Speed > 0) || !(n.In > 0) || !(n.Out > 0) || n.Memory < 0 {
			return fmt.Errorf("node %q: cores, speed, nic_in_Bps and nic_out_Bps must be above 0", n.ID)
		}
		p.Cluster.Nodes = append(p.Cluster.Nodes, schedule.Node{
			Cores: n.Cores, Speed: n.Speed, Memory: n.Memory, In: n.In, Out: n.Out, Warm: warm(n.Warm, kinds),
		})
	}
	p.Nodes = seen.list
	return nil
}

// warm puts counts by name in the order of the kinds.
func warm(counts map[string]int, kinds *names) []int {
	if len(counts) == 0 {
		return nil
	}
	list := make([]int, len(kinds.list))
	for i, kind := range kinds.list {
		list[i] = counts[kind]
	}
	return list
}
