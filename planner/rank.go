package planner

// upwardRanks returns, of every step, the predicted seconds from its start to the end
// of the run: its own work on all cores of the cluster, then the longest way
// through what reads it. Steps stand after what they read, so one pass
// backwards suffices.
func (m *model) upwardRanks() []float64 {
	after := make([]float64, len(m.steps))
	ranks := make([]float64, len(m.steps))
	for i := len(m.steps) - 1; i >= 0; i-- {
		s := &m.steps[i]
		ranks[i] = m.span(i) + after[i]
		for _, r := range s.reads {
			if r.from >= 0 && r.from != i {
				after[r.from] = max(after[r.from], m.cluster.seconds(r.bytes)+ranks[i])
			}
		}
	}
	return ranks
}

// span is how long a step takes when it has the cluster for itself.
func (m *model) span(i int) float64 {
	s := &m.steps[i]
	if s.tasks == 0 {
		return 0
	}
	all := s.run * float64(s.tasks)
	if s.back > 0 {
		return all
	}
	cores := 1.0
	if s.fn.Resources.CPU > 0 {
		cores = max(1, s.fn.Resources.CPU)
	}
	return max(s.run, all*cores/float64(m.cluster.cores()))
}
