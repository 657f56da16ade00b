package executor

import (
	"encoding/json"
	"fmt"
)

// EncodeFact returns the fact's kind and its JSON, the form in which journals
// keep it and in which the API shows it.
func EncodeFact(f Fact) (kind string, data []byte, err error) {
	data, err = json.Marshal(f)
	if err != nil {
		return "", nil, fmt.Errorf("cannot encode fact %T: %w", f, err)
	}
	return KindOf(f), data, nil
}

// KindOf returns the name of a fact's kind: "succeeded" of a Succeeded.
func KindOf(f Fact) string {
	switch f.(type) {
	case Started:
		return "started"
	case Planned:
		return "planned"
	case Evaluated:
		return "evaluated"
	case Placed:
		return "placed"
	case Begun:
		return "begun"
	case SignalReceived:
		return "signal_received"
	case ChildEnded:
		return "child_ended"
	case HandedOver:
		return "handed_over"
	case CalledBack:
		return "called_back"
	case Heartbeat:
		return "heartbeat"
	case AttemptStarted:
		return "attempt_started"
	case Succeeded:
		return "succeeded"
	case NotReused:
		return "not_reused"
	case Failed:
		return "failed"
	case AttemptLost:
		return "attempt_lost"
	case NodeLost:
		return "node_lost"
	case ObjectLost:
		return "object_lost"
	case TimerFired:
		return "timer_fired"
	case Paused:
		return "paused"
	case Resumed:
		return "resumed"
	case Cancelled:
		return "cancelled"
	case Concluded:
		return "concluded"
	case Redriven:
		return "redriven"
	case Finished:
		return "finished"
	}
	panic(fmt.Sprintf("executor: fact of unknown type %T", f))
}

// DecodeFact is the inverse of EncodeFact. A kind that this version does not
// know is an error: the journal was written by a newer Weft.
func DecodeFact(kind string, data []byte) (Fact, error) {
	switch kind {
	case "started":
		return decode[Started](data)
	case "planned":
		return decode[Planned](data)
	case "evaluated":
		return decode[Evaluated](data)
	case "placed":
		return decode[Placed](data)
	case "begun":
		return decode[Begun](data)
	case "signal_received":
		return decode[SignalReceived](data)
	case "child_ended":
		return decode[ChildEnded](data)
	case "handed_over":
		return decode[HandedOver](data)
	case "called_back":
		return decode[CalledBack](data)
	case "heartbeat":
		return decode[Heartbeat](data)
	case "attempt_started":
		return decode[AttemptStarted](data)
	case "succeeded":
		return decode[Succeeded](data)
	case "not_reused":
		return decode[NotReused](data)
	case "failed":
		return decode[Failed](data)
	case "attempt_lost":
		return decode[AttemptLost](data)
	case "node_lost":
		return decode[NodeLost](data)
	case "object_lost":
		return decode[ObjectLost](data)
	case "timer_fired":
		return decode[TimerFired](data)
	case "paused":
		return decode[Paused](data)
	case "resumed":
		return decode[Resumed](data)
	case "cancelled":
		return decode[Cancelled](data)
	case "concluded":
		return decode[Concluded](data)
	case "redriven":
		return decode[Redriven](data)
	case "finished":
		return decode[Finished](data)
	}
	return nil, fmt.Errorf("cannot decode fact of kind %q: written by a newer weft?", kind)
}

func decode[F Fact](data []byte) (Fact, error) {
	var f F
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("cannot decode fact %T: %w", f, err)
	}
	return f, nil
}
