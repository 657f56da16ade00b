package dsl

import (
	"fmt"
	"strconv"
	"strings"
)

// fieldForm is a declared input or output: its type alone, or keys.
func fieldForm(keys []key) form { return choice(typeForm(), keyed(keys)) }

// exprText is text that is an expression.
func exprText() form { return form{kind: formText} }

func enumNumber(value string) form { return form{kind: formWord, enum: []string{value}} }

func nameForm() form {
	return form{kind: formText, hint: say("a letter, then letters, digits and _"), like: "^[A-Za-z_][A-Za-z0-9_]*$", read: func(s string) error {
		if !isName(s) || isReserved(s) {
			return fmt.Errorf("%q is not a name", s)
		}
		return nil
	}}
}

func workflowName() form {
	return form{kind: formText, hint: say("lower-case letters, digits, - and _, at most 64"), like: "^[a-z0-9][a-z0-9_-]*$", read: func(s string) error {
		ok := s != "" && len(s) <= maxName && strings.Trim(s[:1], "-_") != ""
		if !ok || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return fmt.Errorf("%q is not the name of a workflow", s)
		}
		return nil
	}}
}

func fractionForm() form {
	return form{kind: formWord, hint: say("5% or 0.05; at most 100%"), like: `^[0-9.]+%?$`, read: func(s string) error {
		_, err := parseFraction(s)
		return err
	}}
}

// parseFraction reads "5%" or "0.05".
func parseFraction(s string) (float64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		f /= 100
	}
	if err != nil || !(f >= 0 && f <= 1) {
		return 0, fmt.Errorf("cannot read fraction %q", s)
	}
	return f, nil
}
