package temporal

import (
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/node"
	"example.org/weft/placement"
)

// claims is what placed attempts occupy on nodes, by what a server knows before
// the nodes' next reports: what it placed a moment ago, and what has ended.
type claims struct {
	placed map[executor.AttemptID]claim
	ended  map[executor.AttemptID]time.Time
}

type claim struct {
	node    executor.NodeID
	cpu     float64
	memory  int64
	seconds float64 // predicted run time
	at      time.Time
}

// claimLife is how long what a server placed or saw end goes before what a node
// reports: longer than an attempt's way there and a report's way back.
const claimLife = 5 * time.Second

// plain is an attempt's name as its run's journal has it.
func plain(id executor.AttemptID) executor.AttemptID {
	id.Redriven = 0
	return id
}

func newClaims() claims {
	return claims{placed: map[executor.AttemptID]claim{}, ended: map[executor.AttemptID]time.Time{}}
}

// place notes that an attempt was placed.
func (c *cluster) place(id executor.AttemptID, node executor.NodeID, t *placement.Task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.claims.placed[plain(id)] = claim{node, max(t.CPU, 0), t.Memory, t.RunTime, time.Now()}
}

// end notes that an attempt has ended.
func (c *cluster) end(id executor.AttemptID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.claims.placed, plain(id))
	c.claims.ended[plain(id)] = time.Now()
}

// busy is what a node is occupied with.
type busy struct {
	attempts int
	cpu      float64
	memory   int64
	seconds  float64 // predicted CPU seconds of the attempts
}

func (b *busy) add(cpu float64, memory int64, seconds float64) {
	b.attempts++
	b.cpu, b.memory, b.seconds = b.cpu+cpu, b.memory+memory, b.seconds+cpu*seconds
}

// snapshot returns the nodes for placement, and how many attempts each has.
func (c *cluster) snapshot() (nodes []placement.Node, attempts []int) {
	members := c.members()
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.claims.forget(now)
	for _, r := range members {
		if r.Storage {
			continue
		}
		b := c.claims.on(r, now)
		n := placement.Node{
			ID: string(r.ID), CPU: r.CPU, Memory: r.Memory, FreeCPU: r.CPU - b.cpu, FreeMem: r.Memory - b.memory,
			Programs: r.Programs, Draining: r.Draining,
		}
		if n.Programs == nil {
			n.Programs = map[string]bool{}
		}
		if n.FreeCPU <= 0 && n.CPU > 0 {
			n.Wait = b.seconds / n.CPU
		}
		nodes, attempts = append(nodes, n), append(attempts, b.attempts)
	}
	return nodes, attempts
}

// on returns what a node is occupied with: what it reported, but for what has
// ended since, and what it cannot have reported yet.
func (c *claims) on(r node.Report, now time.Time) busy {
	var b busy
	reported := map[executor.AttemptID]bool{}
	for _, a := range r.Running {
		c.count(&b, reported, a.Attempt, a.CPU, a.Memory)
	}
	for _, a := range r.Queued {
		c.count(&b, reported, a.Attempt, a.CPU, a.Memory)
	}
	for id, p := range c.placed {
		if p.node == r.ID && !reported[id] && now.Sub(p.at) < claimLife {
			b.add(p.cpu, p.memory, p.seconds)
		}
	}
	return b
}

func (c *claims) count(b *busy, reported map[executor.AttemptID]bool, id executor.AttemptID, cpu float64, memory int64) {
	id = plain(id)
	reported[id] = true
	if _, over := c.ended[id]; !over {
		b.add(cpu, memory, c.placed[id].seconds)
	}
}

// forget drops what the nodes' reports say by now.
func (c *claims) forget(now time.Time) {
	for id, at := range c.ended {
		if now.Sub(at) > claimLife {
			delete(c.ended, id)
		}
	}
	for id, p := range c.placed {
		if now.Sub(p.at) > time.Hour { // kept for its predicted time
			delete(c.placed, id)
		}
	}
}

// attemptsOn returns the attempts that a node has or is about to have.
func (c *cluster) attemptsOn(r node.Report) []executor.AttemptID {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []executor.AttemptID
	for _, a := range r.Running {
		all = append(all, a.Attempt)
	}
	for _, a := range r.Queued {
		all = append(all, a.Attempt)
	}
	for id, p := range c.claims.placed {
		if p.node == r.ID { // also what was placed when it was gone already
			all = append(all, id)
		}
	}
	return all
}
