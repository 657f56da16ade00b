package api

// A Graph is the drawing of a run's steps: places in pixels at scale 1, from
// the upper left. The live counts are in the run, the bytes in its ledger.
type Graph struct {
	Width  float64      `json:"width"`
	Height float64      `json:"height"`
	Boxes  []GraphBox   `json:"boxes"`
	Edges  []GraphEdge  `json:"edges"`
	Groups []GraphGroup `json:"groups,omitempty"`
}

// A GraphBox is one step, or "inputs".
type GraphBox struct {
	Step string  `json:"step"`
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
	W    float64 `json:"w"`
	H    float64 `json:"h"`
}

// A GraphEdge is "To reads what From makes".
type GraphEdge struct {
	From   string       `json:"from"`
	To     string       `json:"to"`
	Bytes  int64        `json:"bytes" doc:"Predicted."`
	Points [][2]float64 `json:"points" doc:"A start and then, for each cubic Bezier piece, two control points and an end."`
}

// A GraphGroup is the area of steps that the plan keeps on one node.
type GraphGroup struct {
	Name   string   `json:"name"`
	Steps  []string `json:"steps"`
	Reason string   `json:"reason,omitempty"`
	X      float64  `json:"x"`
	Y      float64  `json:"y"`
	W      float64  `json:"w"`
	H      float64  `json:"h"`
}
