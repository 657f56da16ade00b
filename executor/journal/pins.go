package journal

import "encoding/json"

// EncodePins returns pins as the journals keep them; nil for none.
func EncodePins(pins map[string]string) ([]byte, error) {
	if len(pins) == 0 {
		return nil, nil
	}
	return json.Marshal(pins)
}

// DecodePins is the inverse of EncodePins.
func DecodePins(data []byte) (pins map[string]string, err error) {
	if data != nil {
		err = json.Unmarshal(data, &pins)
	}
	return pins, err
}
